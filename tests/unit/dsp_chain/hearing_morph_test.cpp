#include "common/base/level.hpp"
#include "common/dsp/chain/hearing_chain.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/unit/dsp_chain/morph_clicks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <tuple>

namespace earshot::dsp {
namespace {

using sound::Cue;
using sound::Stereo;

constexpr Frames ms(int milliseconds) {
    return Frames{48 * milliseconds};
}

/// -3.1 dBFS: just under what the limiter leaves alone, so that nothing hides a click.
constexpr double kAmplitude = 0.7;

/// One of every way of making sound.
std::vector<StatePtr> some_states() {
    std::vector<StatePtr> states;
    for (const char* id :
         {"full", "sudden_loss", "muffled_inner", "felt", "ci_adapted", "implants_off"}) {
        states.push_back(test::state(id));
    }
    return states;
}

class EveryMorph : public testing::TestWithParam<std::tuple<int, double>> {};

TEST_P(EveryMorph, G1IsWithoutAClick) {
    const auto [fade_ms, frequency_hz] = GetParam();
    sound::expect_no_clicks(some_states(), fade_ms, frequency_hz);
}

INSTANTIATE_TEST_SUITE_P(HearingChain,
                         EveryMorph,
                         testing::Combine(testing::Values(20, 50, 250),
                                          testing::Values(100.0, 1'000.0)));

TEST(HearingMorph, G4InterruptedMorphsAreWithoutAClickAndEndOnTheTarget) {
    sound::expect_interrupted_morphs(100, 20'240);
}

TEST(HearingMorph, WhatMeasuresClicksHearsTheCornersOfALinearFade) {
    const StatePtr off = test::state("implants_off");
    const Stereo in = sound::tone(1'000.0, kAmplitude, 14'400);
    HearingChain chain;
    const Stereo out = sound::render(
        chain, in, {{9'612, {.target = off.get(), .fade = ms(20), .curve = FadeCurve::linear}}});
    EXPECT_GE(sound::peak_above_dbfs(out.left, 4'000.0, 9'120, 14'400), -90.0);
    Stereo cut = in;
    std::fill(cut.left.begin() + 9'612, cut.left.end(), 0.0F);
    EXPECT_GE(sound::peak_above_dbfs(cut.left, 4'000.0, 9'120, 14'400), -30.0);
}

TEST(HearingMorph, BeginsAtTheVeryFrame) {
    // Linear, so that the first frame after the beginning already differs.
    const StatePtr off = test::state("implants_off");
    const Stereo in = sound::both(6'000, [](int) { return 0.5; });
    HearingChain chain;
    const Stereo out = sound::render(
        chain, in, {{3'333, {.target = off.get(), .fade = ms(20), .curve = FadeCurve::linear}}},
        {960});
    EXPECT_EQ(out.left[3'333], 0.5F);
    for (std::size_t i = 1; i <= 960; ++i) {
        ASSERT_NEAR(out.left[3'333 + i], 0.5 * (1.0 - static_cast<double>(i) / 960.0), 1e-7) << i;
    }
    for (std::size_t i = 3'333 + 960; i < out.left.size(); ++i) {
        ASSERT_EQ(out.left[i], 0.0F) << i;
    }
}

TEST(HearingMorph, NewlyUsedStateIsWarm) {
    // A cold 20 Hz high-pass and a cold low-pass would bend a 25 Hz tone for 100 ms.
    const StatePtr felt = test::state("felt");
    const Stereo in = sound::tone(25.0, kAmplitude, 28'800);
    HearingChain chain;
    const Stereo out = sound::render(chain, in, {{19'200, {.target = felt.get(), .fade = ms(20)}}});
    const Stereo settled = sound::render_in(felt, in);
    double worst = 0.0;
    for (std::size_t i = 19'200 + 960; i < out.left.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(out.left[i]) -
                                         static_cast<double>(settled.left[i])));
    }
    std::cout << "  largest difference from the settled state: " << gain_to_db(worst) << " dBFS\n";
    EXPECT_LE(gain_to_db(worst), -60.0);
}

TEST(HearingMorph, G2ALevelBetweenBothSteadyLevelsIsHeardDuringTheFade) {
    const StatePtr muffled = test::state("muffled_inner");
    const Stereo in = sound::noise(0.5, 33'600, 9);
    HearingChain chain;
    const Stereo out =
        sound::render(chain, in, {{16'000, {.target = muffled.get(), .fade = ms(250)}}});
    const Stereo settled = sound::render_in(muffled, in);
    const Stereo dry = sound::delayed(in, 960);
    const auto level = [](const Stereo& of, int from) {
        double power = 0.0;
        for (int i = from; i < from + 2'400; ++i) {
            power += std::pow(static_cast<double>(of.left[static_cast<std::size_t>(i)]), 2.0);
        }
        return 10.0 * std::log10(power / 2'400.0);
    };
    for (int from = 12'000; from < 30'000; from += 800) {
        EXPECT_LE(level(out, from), level(dry, from) + 1.0) << from;
        EXPECT_GE(level(out, from), level(settled, from) - 1.0) << from;
    }
    EXPECT_LT(level(out, 21'000), level(dry, 21'000) - 3.0) << "the fade is under way";
    EXPECT_GT(level(out, 21'000), level(settled, 21'000) + 3.0);
}

}  // namespace
}  // namespace earshot::dsp
