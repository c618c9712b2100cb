#include "server/render/lead_follower.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace earshot::render {
namespace {

using namespace std::chrono_literals;

TEST(LeadFollower, GoesUpByAPacketATickAndDownAtOnceInFileMode) {
    LeadFollower follower(150ms, false);
    follower.ask(800ms);
    int ticks = 0;
    for (Frames last = follower.lead(); follower.lead() < Frames{800ms}; last = follower.lead()) {
        follower.tick();
        ++ticks;
        ASSERT_GT(follower.lead(), last);
        ASSERT_LE(follower.lead() - last, kPacketFrames);
        ASSERT_LT(ticks, 100);
    }
    EXPECT_EQ(ticks, 33);
    EXPECT_EQ(follower.lead(), Frames{800ms});
    follower.ask(150ms);
    follower.tick();
    EXPECT_EQ(follower.lead(), Frames{150ms});
    EXPECT_EQ(follower.pace(), Frames{0});
}

struct Way {
    Frames steepest{0};
    Frames sharpest{0};  ///< Change of the pace in one tick.
    int ticks = 0;
    bool overshot = false;
};

Way go(LeadFollower& follower, Frames to) {
    follower.ask(to);
    const bool up = to > follower.lead();
    Way way;
    for (Frames pace = follower.pace(); follower.lead() != to || follower.pace() != Frames{0};
         ++way.ticks) {
        const Frames before = follower.lead();
        follower.tick();
        EXPECT_EQ(follower.lead() - before, follower.pace());
        way.steepest = std::max(way.steepest, Frames{std::abs(follower.pace().count())});
        way.sharpest = std::max(way.sharpest, Frames{std::abs((follower.pace() - pace).count())});
        way.overshot = way.overshot || (up ? follower.lead() > to : follower.lead() < to);
        pace = follower.pace();
        if (way.ticks > 20'000) {
            ADD_FAILURE() << "never gets there";
            break;
        }
    }
    return way;
}

TEST(LeadFollower, EasesLiveSoundToAnyLeadByHalfAPercentAtMost) {
    for (const int distance : {1, 2, 24, 25, 26, 49, 60, 99, 100, 101, 333, 12'000, 31'200}) {
        for (const int sign : {1, -1}) {
            LeadFollower follower(Frames{40'000}, true);
            const Way way = go(follower, Frames{40'000 + sign * distance});
            EXPECT_LE(way.steepest, Frames{4}) << distance;  // of 960: 0.42 %
            EXPECT_LE(way.sharpest, Frames{1}) << distance;
            EXPECT_FALSE(way.overshot) << distance * sign;
        }
    }
    LeadFollower follower(150ms, true);
    const Way way = go(follower, 400ms);
    EXPECT_NEAR(way.ticks * 0.020, 60.0, 5.0) << "seconds for 250 ms";
}

TEST(LeadFollower, TurnsRoundOnItsWay) {
    LeadFollower follower(150ms, true);
    follower.ask(800ms);
    for (int n = 0; n < 500; ++n) follower.tick();
    EXPECT_EQ(follower.pace(), Frames{4});
    const Way way = go(follower, 150ms);
    EXPECT_LE(way.sharpest, Frames{1});
    EXPECT_FALSE(way.overshot);
}

}  // namespace
}  // namespace earshot::render
