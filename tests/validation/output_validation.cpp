// What leaves the chain, and what a listener decodes of it: I1, I2, F3.
#include "common/base/level.hpp"
#include "common/codec/opus_encoder.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using validation::Loudness;
using validation::Stereo;

/// -3 dBTP and what libebur128's own interpolator may read differently.
constexpr double kHighestDbtp = -3.0 + 0.1;

TEST(Output, I1KeepsTheTruePeakOfEveryPresetBeforeAndAfterOpus) {
    constexpr int kFrames = 48'000;
    const double hot = db_to_gain(6.0);
    Stereo concert = validation::demo(9.0, 1.0);
    for (std::vector<float>* ear : {&concert.left, &concert.right}) {
        std::transform(ear->begin(), ear->end(), ear->begin(), [](float x) { return 8.0F * x; });
    }
    Stereo bursts = sound::noise(1.0, kFrames, 9);
    for (int i = 0; i < kFrames; ++i) {
        const auto gain = static_cast<float>(10.0 * std::exp(-(i % 6'000) / 600.0));
        bursts.left[static_cast<std::size_t>(i)] *= gain;
        bursts.right[static_cast<std::size_t>(i)] *= gain;
    }
    const std::vector<std::pair<std::string, Stereo>> sounds = {
        {"square 100 Hz, +6 dBFS", validation::square(100.0, hot, kFrames)},
        {"square 997 Hz, +6 dBFS", validation::square(997.0, hot, kFrames)},
        {"square 5 kHz, +6 dBFS", validation::square(5'000.0, hot, kFrames)},
        {"white noise, +6 dBFS", sound::noise(hot, kFrames, 1)},
        {"pink noise, +6 dBFS", validation::pink(6.0, kFrames, 1)},
        {"bursts of white noise, +20 dBFS", bursts},
        {"concert, +18 dB", concert}};
    // Silence after it, so that its end comes out of the limiter rather than being cut.
    const Stereo silence(4'800);
    for (const auto& [name, hot_sound] : sounds) {
        const Stereo in = validation::joined({hot_sound, silence});
        double before = -200.0;
        double after = -200.0;
        std::string loudest;
        for (const auto& card : test::state_cards()) {
            const Stereo out = sound::render_in(test::state(card.id), in);
            const double decoded = sound::true_peak_dbtp(validation::through_opus(out));
            EXPECT_LE(sound::true_peak_dbtp(out), kHighestDbtp) << card.id << ", " << name;
            before = std::max(before, sound::true_peak_dbtp(out));
            if (decoded > after) {
                after = decoded;
                loudest = card.id;
            }
        }
        test::expect_figure("true peak, " + name, before, "dBTP", test::at_most(kHighestDbtp));
        test::expect_figure("decoded, " + name + " (" + loudest + ")", after, "dBTP",
                            test::at_most(-0.5));
    }
}

struct NamedSound {
    const char* name;
    Stereo (*make)();
};

void PrintTo(const NamedSound& sound, std::ostream* out) {
    *out << sound.name;
}

constexpr int kProgrammeFrames = 10 * validation::kSecond;

const std::vector<NamedSound> kProgrammes = {
    {"Concert", [] { return validation::demo(8.0, 10.0); }},
    {"Room", [] { return validation::demo(27.0, 10.0); }},
    {"Drums", [] { return validation::demo(41.0, 10.0); }},
    {"VoicesAndMusic", [] { return validation::demo(61.0, 10.0); }},
    {"Voice", [] { return validation::voice(-27.0, kProgrammeFrames, 1); }},
    {"PinkNoise", [] { return validation::pink(-20.0, kProgrammeFrames, 2); }},
};

class ProgrammeLoudness : public testing::TestWithParam<NamedSound> {};

TEST_P(ProgrammeLoudness, I2NoPresetIsMuchLouderThanBypass) {
    const Stereo in = GetParam().make();
    const Loudness bypass = validation::loudness(sound::render_in(test::state("full"), in));
    test::note_figure("bypass, integrated", bypass.integrated_lufs, "LUFS");
    double integrated = -200.0;
    double short_term = -200.0;
    for (const auto& card : test::state_cards()) {
        const Loudness now = validation::loudness(sound::render_in(test::state(card.id), in));
        const double more = now.integrated_lufs - bypass.integrated_lufs;
        const double shortly = now.highest_short_term_lufs - bypass.highest_short_term_lufs;
        if (card.id == "hyperacusis") {
            test::expect_figure("hyperacusis, integrated", more, "LU", test::at_most(6.0));
            test::expect_figure("hyperacusis, short-term", shortly, "LU", test::at_most(6.0));
            continue;
        }
        EXPECT_LE(more, 1.0) << card.id;
        EXPECT_LE(shortly, 3.0) << card.id;
        if (card.id != "full") {
            test::note_figure(card.id + ", integrated", more, "LU");
            integrated = std::max(integrated, more);
            short_term = std::max(short_term, shortly);
        }
    }
    test::expect_figure("the loudest of the others, integrated", integrated, "LU",
                        test::at_most(1.0));
    test::expect_figure("the loudest of the others, short-term", short_term, "LU",
                        test::at_most(3.0));
}

INSTANTIATE_TEST_SUITE_P(Output,
                         ProgrammeLoudness,
                         testing::ValuesIn(kProgrammes),
                         [](const auto& named) { return std::string{named.param.name}; });

TEST(Output, I2RingingAloneIsBelowMinus40) {
    const Stereo silence(6 * validation::kSecond);
    for (const char* id : {"tinnitus", "tts", "sudden_loss"}) {
        const Loudness alone = validation::loudness(sound::render_in(test::state(id), silence));
        test::expect_figure(id, std::max(alone.integrated_lufs, alone.highest_short_term_lufs),
                            "LUFS", test::at_most(-40.0));
    }
    // As loud as a state file can say it.
    HearingSettings settings = test::settings_of("tinnitus");
    for (StateEar* ear : {&settings.left, &settings.right}) {
        ear->tinnitus.frequency_hz = 2'500.0;
        ear->tinnitus.level_sl_db = kTinnitusLevelSlDb.highest;
    }
    const Loudness loudest =
        validation::loudness(sound::render_in(test::prepared(settings), silence));
    // The engine holds it at -40 itself; a thousandth for the meter.
    test::expect_figure("the loudest a file can ask for", loudest.highest_short_term_lufs, "LUFS",
                        test::at_most(-40.0 + 0.001));
}

TEST(Output, F3ImplantsOffDecodesToSilence) {
    const Stereo in = validation::demo(9.0, 2.0);
    const Stereo out = sound::render_in(test::state("implants_off"), in);
    EXPECT_EQ(sound::largest(out), 0.0);
    const Stereo decoded = validation::through_opus(out);
    test::expect_figure("largest decoded sample", gain_to_db(sound::largest(decoded)), "dBFS",
                        test::at_most(-120.0));
    // The stream's bit rate is constant, so that its packets tell nothing and need no planning.
    test::note_figure("bytes of a packet of silence",
                      static_cast<double>(codec::OpusEncoder().packet_bytes()), "");
}

}  // namespace
}  // namespace earshot::dsp
