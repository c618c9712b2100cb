// Every ordered pair of presets: HEARING G1 in full.
#include "tests/unit/dsp_chain/morph_clicks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <tuple>
#include <vector>

namespace earshot::dsp {
namespace {

// Widened filters make noise of whatever changes in front of them or with them: the papers' method
// keeps the phases of narrow filters. A tone that only stands has -58 dBFS above 4 kHz in
// snhl_severe. So presets are morphed without widened filters and blurred fine structure here, and
// smearing has a bound of its own below.
class EveryPairOfPresets : public testing::TestWithParam<std::tuple<int, double>> {};

TEST_P(EveryPairOfPresets, G1MorphsWithoutAClick) {
    const auto [fade_ms, frequency_hz] = GetParam();
    std::vector<StatePtr> states;
    for (const auto& card : test::state_cards()) {
        states.push_back(test::unsmeared_state(card.id));
    }
    sound::expect_no_clicks(states, fade_ms, frequency_hz);
}

INSTANTIATE_TEST_SUITE_P(HearingMorph,
                         EveryPairOfPresets,
                         testing::Combine(testing::Values(20, 50, 250),
                                          testing::Values(100.0, 1'000.0)));

TEST(HearingMorph, SmearingThatComesAndGoesStaysBelowMinus40) {
    for (const int fade_ms : {20, 50, 250}) {
        double worst = -200.0;
        for (const char* smeared : {"snhl_mild", "snhl_moderate", "snhl_severe", "sudden_loss"}) {
            for (const char* other : {"full", "hyperacusis", "conductive", "muffled_inner"}) {
                const StatePtr a = test::bare_state(smeared);
                const StatePtr b = test::bare_state(other);
                const int end = 12'372 + 48 * fade_ms;
                const sound::Stereo in = sound::tone(1'000.0, sound::kMorphAmplitude, end + 960);
                for (const bool there : {true, false}) {
                    HearingChain chain;
                    chain.start({.state = there ? a.get() : b.get()});
                    const sound::Stereo out = sound::render(
                        chain, in,
                        {{12'372,
                          {.target = there ? b.get() : a.get(), .fade = Frames{48 * fade_ms}}}});
                    worst = std::max(worst,
                                     sound::peak_above_dbfs(out.left, 4'000.0, 11'892, end + 960));
                }
            }
        }
        std::cout << "  " << fade_ms << " ms: " << worst << " dBFS\n";
        EXPECT_LE(worst, -40.0) << fade_ms << " ms";
    }
}

}  // namespace
}  // namespace earshot::dsp
