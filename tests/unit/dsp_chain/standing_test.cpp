#include "common/dsp/chain/standing.hpp"

#include "common/dsp/chain/prepared_state.hpp"
#include "tests/support/hearing_states.hpp"

#include <gtest/gtest.h>

namespace earshot::dsp {
namespace {

constexpr Frames kSecond{48'000};

const StatePtr& full() {
    static const StatePtr state = test::state("full");
    return state;
}
const StatePtr& ringing() {
    static const StatePtr state = test::state("tinnitus");
    return state;
}
const StatePtr& lost() {
    static const StatePtr state = test::state("sudden_loss");
    return state;
}

Transition to(const StatePtr& state, Frames fade = kSecond) {
    return {.target = state.get(), .fade = fade};
}

TEST(Standing, ARingingBeginsWithTheStateThatBringsIt) {
    Standing standing{.state = full().get()};
    standing.add(to(ringing()), 3 * kSecond);
    EXPECT_EQ(standing.target_ringing()[0], 3 * kSecond);
    EXPECT_EQ(standing.target_ringing()[1], 3 * kSecond);
}

TEST(Standing, ARingingGoesOnThroughAChangeToAnotherStateThatRings) {
    Standing standing{.state = full().get()};
    standing.add(to(ringing()), 10 * kSecond);
    standing.add(to(lost()), 2 * kSecond);
    ASSERT_TRUE(lost()->rings(0));
    EXPECT_EQ(standing.target_ringing()[0], 10 * kSecond);
}

TEST(Standing, ARingingBeginsAnewOnceItWasGone) {
    Standing standing{.state = ringing().get()};
    standing.add(to(full()), 10 * kSecond);
    standing.add(to(ringing()), 2 * kSecond);
    EXPECT_EQ(standing.target_ringing()[0], 2 * kSecond);
}

TEST(Standing, WhatIsStillHeardGoesOnRinging) {
    Standing standing{.state = ringing().get()};
    // Gone for a second of a fade of five.
    standing.add(to(full(), 5 * kSecond), 3 * kSecond);
    standing.add(to(ringing()), 2 * kSecond);
    EXPECT_EQ(standing.target_ringing()[0], kSinceEver);
}

TEST(Standing, OneFadeTooManyLetsTheOldestCountAsDone) {
    Standing standing{.state = full().get()};
    standing.add(to(ringing(), 60 * kSecond), 9 * kSecond);
    for (int i = 0; i < 4; ++i) standing.add(to(i % 2 == 0 ? full() : lost()), (8 - i) * kSecond);
    EXPECT_EQ(standing.state, full().get());
    standing.add(to(full()), Frames{0});
    EXPECT_EQ(standing.fade_count, Standing::kMostFades);
    EXPECT_EQ(standing.state, ringing().get());
    EXPECT_EQ(standing.ringing[0], 9 * kSecond);
    EXPECT_EQ(standing.target(), full().get());
}

TEST(Standing, AdvancesFadesAndRingingTogether) {
    Standing standing{.state = full().get()};
    standing.add(to(ringing()), Frames{0});
    standing.advance(kSecond);
    EXPECT_EQ(standing.fades[0].elapsed, kSecond);
    EXPECT_EQ(standing.target_ringing()[1], kSecond);
    standing.advance(-3 * kSecond);
    EXPECT_EQ(standing.fades[0].elapsed, -2 * kSecond);
}

TEST(Standing, SettlesInItsTarget) {
    Standing standing{.state = full().get()};
    standing.add(to(ringing()), 4 * kSecond);
    const Standing settled = standing.settled();
    EXPECT_EQ(settled.state, ringing().get());
    EXPECT_EQ(settled.fade_count, 0U);
    EXPECT_EQ(settled.ringing[0], 4 * kSecond);
    EXPECT_TRUE(settled.still);
}

}  // namespace
}  // namespace earshot::dsp
