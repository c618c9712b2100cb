// The demo show by measurement: what each of its sections does to the demo programme, against what
// its state is to do (HEARING section 2).
#include "common/base/level.hpp"
#include "common/show/hearing_states.hpp"
#include "common/show/show.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace earshot::dsp {
namespace {

using validation::kSecond;
using validation::Stereo;

/// The whole show, heard with full hearing and as the drummer hears it, on the same frames.
struct Demo {
    Stereo objective;
    Stereo subjective;
    show::Show show;

    Demo() {
        auto loaded = show::load_show(EARSHOT_DEMO_SHOW);
        if (!loaded) {
            throw std::runtime_error(loaded.failure().text);
        }
        show = std::move(*loaded);
        show::HearingStates states(*show.states);
        std::vector<StatePtr> kept;
        std::vector<sound::Cue> cues;
        for (const show::Cue& cue : show.cues) {
            if (!cue.at || cue.perspective != "subjective") {
                continue;
            }
            kept.push_back(*states.prepare(cue.state, cue.intensity));
            cues.push_back({cue.at->time_since_epoch().count(),
                            {.target = kept.back().get(),
                             .fade = std::chrono::duration_cast<Frames>(cue.fade),
                             .curve = cue.curve,
                             .sudden = cue.sudden}});
        }
        const Stereo in = validation::demo(0.0, 91.0);
        objective = sound::delayed(in, 960);
        HearingChain chain(states.bank());
        subjective = sound::render(chain, in, cues);
    }
};

const Demo& demo_show() {
    static const Demo demo;
    return demo;
}

/// The same seconds of both.
struct Section {
    Stereo objective;
    Stereo subjective;
    Section(double from_s, double to_s)
        : objective(cut(demo_show().objective, from_s, to_s)),
          subjective(cut(demo_show().subjective, from_s, to_s)) {}
    static Stereo cut(const Stereo& of, double from_s, double to_s) {
        return validation::part(of, static_cast<int>(from_s * kSecond),
                                static_cast<int>((to_s - from_s) * kSecond));
    }
    /// Level of a band, subjective over objective, dB.
    [[nodiscard]] double band_db(double low_hz, double high_hz) const {
        return implant_test::band_level_dbfs(subjective.left, low_hz, high_hz, 4'800) -
               implant_test::band_level_dbfs(objective.left, low_hz, high_hz, 4'800);
    }
    /// Correlation of the slow envelopes of a band, of the ear's left side or of the middle.
    [[nodiscard]] double envelopes(double low_hz, double high_hz) const {
        return implant_test::best_correlation(
            implant_test::slow_envelope(objective.left, low_hz, high_hz),
            implant_test::slow_envelope(subjective.left, low_hz, high_hz));
    }
};

void expect_loudness_in_order(const Section& section) {
    const auto own = validation::loudness(section.subjective);
    const auto full = validation::loudness(section.objective);
    test::expect_figure("loudness over full hearing", own.integrated_lufs - full.integrated_lufs,
                        "LU", test::at_most(1.0));
}

TEST(DemoShow, ConcertAndEndAreTheMixBitForBit) {
    EXPECT_TRUE(sound::identical(Section(0.0, 22.0).objective, Section(0.0, 22.0).subjective));
    EXPECT_TRUE(sound::identical(Section(89.1, 91.0).objective, Section(89.1, 91.0).subjective));
}

TEST(DemoShow, TheLossTakesNearlyAllAndLeavesRingingAndDrums) {
    const Section loss(22.4, 24.0);
    test::expect_figure("500 Hz to 3 kHz", loss.band_db(500.0, 3'000.0), "dB",
                        test::at_most(-40.0));
    test::expect_figure("40 to 100 Hz", loss.band_db(40.0, 100.0), "dB", test::within(8.0, -12.0));
    // 35 dB over the threshold is -65 dBFS.
    test::expect_figure(
        "ringing, 3.2 to 5.5 kHz",
        implant_test::band_level_dbfs(loss.subjective.left, 3'200.0, 5'500.0, 4'800), "dBFS",
        test::within(3.0, -65.0));
    expect_loudness_in_order(loss);
}

TEST(DemoShow, InsideIsDullAndNearlyMono) {
    const Section inside(26.5, 40.0);
    test::expect_figure("800 to 1 250 Hz", inside.band_db(800.0, 1'250.0), "dB",
                        test::at_most(-20.0));
    test::expect_figure("3 to 8 kHz", inside.band_db(3'000.0, 8'000.0), "dB", test::at_most(-30.0));
    test::expect_figure("80 to 125 Hz", inside.band_db(80.0, 125.0), "dB", test::within(6.0, 0.0));
    test::expect_figure("correlation of the ears",
                        sound::correlation(inside.subjective.left, inside.subjective.right, 0), "",
                        test::at_least(0.95));
    test::expect_figure("level", validation::level_dbfs(inside.subjective.left), "dBFS",
                        test::at_least(-55.0));
    expect_loudness_in_order(inside);
}

TEST(DemoShow, FeltIsTheBeatAlone) {
    const Section felt(42.0, 52.0);
    test::expect_figure("above 300 Hz", sound::level_above_dbfs(felt.subjective.left, 300.0, 4'800),
                        "dBFS", test::at_most(-70.0));
    test::expect_figure("40 to 100 Hz, level",
                        implant_test::band_level_dbfs(felt.subjective.left, 40.0, 100.0, 4'800),
                        "dBFS", test::at_least(-50.0));
    test::expect_figure("its envelope follows the drums", felt.envelopes(40.0, 100.0), "",
                        test::at_least(0.8));
    EXPECT_EQ(felt.subjective.left, felt.subjective.right);
    expect_loudness_in_order(felt);
}

TEST(DemoShow, SilenceAndStillnessAreExactZeros) {
    EXPECT_EQ(sound::largest(Section(52.6, 58.0).subjective), 0.0);
    EXPECT_EQ(sound::largest(Section(76.1, 86.0).subjective), 0.0);
    test::note_figure("silence for the drummer only: full hearing has",
                      validation::level_dbfs(Section(53.0, 57.5).objective.left), "dBFS");
}

/// Where the power of a sound lies, Hz: the middle of its third octaves, weighted by power.
double centre_hz(const Stereo& sound) {
    const auto levels = validation::third_octaves_dbfs(sound.left);
    const auto& centres = validation::third_octave_centres_hz();
    double moment = 0.0;
    double power = 0.0;
    for (std::size_t band = 0; band < levels.size(); ++band) {
        const double share = std::pow(10.0, 0.1 * levels[band]);
        moment += share * std::log2(centres[band]);
        power += share;
    }
    return std::exp2(moment / power);
}

/// Median correlation of the slow envelopes of an implant's channels with the mix's.
double median_envelopes(const char* id, const Section& section, bool at_carriers) {
    const StatePtr state = test::state(id);
    // A narrow implant hears the middle of the mix.
    std::vector<float> middle = section.objective.left;
    if (at_carriers) {
        for (std::size_t i = 0; i < middle.size(); ++i) {
            middle[i] = 0.5F * (middle[i] + section.objective.right[i]);
        }
    }
    std::vector<double> correlations;
    for (const auto& channel : state->implants[0]->channels()) {
        correlations.push_back(implant_test::best_correlation(
            implant_test::slow_envelope(middle, channel.low_hz, channel.high_hz),
            implant_test::slow_envelope(section.subjective.left,
                                        at_carriers ? channel.carrier_low_hz : channel.low_hz,
                                        at_carriers ? channel.carrier_high_hz : channel.high_hz)));
    }
    std::sort(correlations.begin(), correlations.end());
    return correlations[correlations.size() / 2];
}

TEST(DemoShow, TheFirstDayIsThinHighAndHarsh) {
    const Section first(58.4, 66.0);
    test::expect_figure("below 150 Hz, over the whole",
                        implant_test::level_below_dbfs(first.subjective.left, 150.0, 4'800) -
                            validation::level_dbfs(first.subjective.left, 4'800),
                        "dB", test::at_most(-50.0));
    // Carriers lie 4 mm towards the base, 0.8 octaves and more.
    test::expect_figure("middle of the power, over the mix's",
                        std::log2(centre_hz(first.subjective) / centre_hz(first.objective)), "oct",
                        test::at_least(0.5));
    test::expect_figure("envelopes, median channel", median_envelopes("ci_day1", first, true), "",
                        test::at_least(0.8));
    expect_loudness_in_order(first);
}

TEST(DemoShow, MonthsLaterVoicesAreVoicesAgain) {
    const Section later(69.5, 74.0);
    test::expect_figure("envelopes, median channel", median_envelopes("ci_adapted", later, false),
                        "", test::at_least(0.8));
    test::expect_figure("500 Hz to 3 kHz", later.band_db(500.0, 3'000.0), "dB",
                        test::within(6.0, -3.0));
    test::expect_figure("above 8 kHz", later.band_db(8'000.0, 12'000.0), "dB",
                        test::at_most(-20.0));
    expect_loudness_in_order(later);
}

TEST(DemoShow, KeepsItsTruePeak) {
    test::expect_figure("true peak", sound::true_peak_dbtp(demo_show().subjective), "dBTP",
                        test::at_most(-2.9));
}

}  // namespace
}  // namespace earshot::dsp
