// Sound that is none, and sound at its worst, through every preset.
#include "common/base/level.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace earshot::dsp {
namespace {

using validation::Stereo;

struct Hostile {
    const char* name;
    std::function<double(int)> value;
};

void PrintTo(const Hostile& hostile, std::ostream* out) {
    *out << hostile.name;
}

std::vector<Hostile> hostile_sounds() {
    using Limits = std::numeric_limits<float>;
    return {
        {"NotANumber", [](int) { return Limits::quiet_NaN(); }},
        {"Infinities", [](int i) { return i % 2 == 0 ? Limits::infinity() : -Limits::infinity(); }},
        {"Denormals", [](int i) { return i % 3 == 0 ? 1e-40 : -1e-42; }},
        {"LargestNumbers", [](int i) { return i % 7 < 3 ? Limits::max() : Limits::lowest(); }},
        {"Silence", [](int) { return 0.0; }},
        {"FullScaleSquare", [](int i) { return i / 24 % 2 == 0 ? 1.0 : -1.0; }},
        {"Constant", [](int) { return 1.0; }},
        {"Nyquist", [](int i) { return i % 2 == 0 ? 1.0 : -1.0; }},
    };
}

class HostileSound : public testing::TestWithParam<Hostile> {};

/// Half a second of it, silence, then a programme: what is heard of that must not depend on what
/// came before.
TEST_P(HostileSound, LeavesNoPresetStuckNorWithoutNumbers) {
    constexpr int kHostile = 24'000;
    // 2.5 s: the implants' level restoring looks back 1 s, the limiter lets go in 0.6 s.
    constexpr int kProgramme = kHostile + 120'000;
    Stereo clean(kProgramme);
    clean = validation::joined({clean, sound::programme(0.5, 24'000, 3)});
    Stereo in = clean;
    for (int i = 0; i < kHostile; ++i) {
        const auto value = static_cast<float>(GetParam().value(i));
        in.left[static_cast<std::size_t>(i)] = in.right[static_cast<std::size_t>(i)] = value;
    }
    double worst = 0.0;
    double peak = 0.0;
    for (const auto& card : test::state_cards()) {
        const StatePtr state = test::state(card.id);
        const Stereo out = sound::render_in(state, in);
        const Stereo expected = sound::render_in(state, clean);
        EXPECT_TRUE(validation::sane(out)) << card.id;
        peak = std::max(peak, sound::largest(out));
        double difference = 0.0;
        for (auto i = static_cast<std::size_t>(kProgramme); i < out.left.size(); ++i) {
            difference =
                std::max({difference, std::abs(static_cast<double>(out.left[i] - expected.left[i])),
                          std::abs(static_cast<double>(out.right[i] - expected.right[i]))});
        }
        EXPECT_LE(gain_to_db(difference), -100.0) << card.id;
        worst = std::max(worst, difference);
    }
    test::expect_figure("largest sample of all presets", gain_to_db(peak), "dBFS",
                        test::at_most(-3.0));
    test::expect_figure("what is left of it in the programme after it", gain_to_db(worst), "dBFS",
                        test::at_most(-100.0));
}

INSTANTIATE_TEST_SUITE_P(EveryPreset,
                         HostileSound,
                         testing::ValuesIn(hostile_sounds()),
                         [](const auto& named) { return std::string{named.param.name}; });

/// Largest gain of a third octave that the input has sound in, dB; for implants, whose sound
/// comes out at other frequencies, of their loudest over the input's loudest.
double largest_gain_db(const PreparedState& state, const Stereo& in, const Stereo& out) {
    const auto before = validation::third_octaves_dbfs(in.left);
    const auto after = validation::third_octaves_dbfs(out.left);
    const double loudest_in = *std::max_element(before.begin(), before.end());
    if (state.mix[0].implant > 0.0) {
        return *std::max_element(after.begin(), after.end()) - loudest_in;
    }
    double most = -200.0;
    for (std::size_t band = 0; band < before.size(); ++band) {
        if (before[band] > loudest_in - 50.0) {
            most = std::max(most, after[band] - before[band]);
        }
    }
    return most;
}

TEST(EveryPresetGain, I2AConstantComesOutNoLouder) {
    const Stereo in = sound::both(72'000, [](int) { return 1.0; });
    double most = -200.0;
    for (const auto& card : test::state_cards()) {
        const Stereo out = sound::render_in(test::bare_state(card.id), in);
        most = std::max(most, validation::level_dbfs(out.left, 24'000));
    }
    test::expect_figure("level of a full-scale constant", most, "dBFS", test::at_most(0.0));
}

TEST(EveryPresetGain, I2NeverLiftsABandByMoreThanTwelveDecibels) {
    const std::vector<std::pair<std::string, Stereo>> sounds = {
        {"full-scale square", validation::square(100.0, 1.0, 72'000)},
        {"square at -20 dBFS", validation::square(100.0, 0.1, 72'000)},
        {"pink noise at -20 dBFS", validation::pink(-20.0, 72'000, 1)},
        {"pink noise at -40 dBFS", validation::pink(-40.0, 72'000, 2)}};
    for (const auto& [name, in] : sounds) {
        double most = -200.0;
        for (const auto& card : test::state_cards()) {
            const StatePtr state = test::bare_state(card.id);
            const Stereo out = sound::render_in(state, in);
            const double gain = largest_gain_db(*state, validation::part(in, 23'040, 48'000),
                                                validation::part(out, 24'000, 48'000));
            EXPECT_LE(gain, 12.0) << card.id << ", " << name;
            most = std::max(most, gain);
        }
        test::expect_figure("largest gain of a third octave, " + name, most, "dB",
                            test::at_most(12.0));
    }
}

}  // namespace
}  // namespace earshot::dsp
