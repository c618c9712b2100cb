#include "common/wire/replay_window.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <set>

namespace earshot::wire {
namespace {

TEST(ReplayWindow, TakesEachCounterOnce) {
    ReplayWindow window;
    for (const std::uint64_t counter : {1U, 2U, 3U}) {
        EXPECT_TRUE(window.accept(counter));
        EXPECT_FALSE(window.would_accept(counter));
        EXPECT_FALSE(window.accept(counter));
    }
    EXPECT_EQ(window.newest(), 3U);
}

TEST(ReplayWindow, NeverTakesZero) {
    ReplayWindow window;
    EXPECT_FALSE(window.accept(0));
    window.accept(5);
    EXPECT_FALSE(window.accept(0));
}

TEST(ReplayWindow, TakesAnyOrderWithinTheWindow) {
    ReplayWindow window;
    EXPECT_TRUE(window.accept(1000));
    for (std::uint64_t counter = 1000 - ReplayWindow::kWidth + 1; counter < 1000; ++counter) {
        EXPECT_TRUE(window.accept(counter)) << counter;
        EXPECT_FALSE(window.accept(counter)) << counter;
    }
    EXPECT_FALSE(window.accept(1000 - ReplayWindow::kWidth)) << "too long ago to tell";
    EXPECT_FALSE(window.accept(1));
}

TEST(ReplayWindow, AskingChangesNothing) {
    ReplayWindow window;
    EXPECT_TRUE(window.would_accept(7));
    EXPECT_TRUE(window.would_accept(7));
    EXPECT_EQ(window.newest(), 0U);
    EXPECT_TRUE(window.accept(7));
}

TEST(ReplayWindow, ForgetsWhatAJumpLeavesBehind) {
    ReplayWindow window;
    for (std::uint64_t counter = 1; counter <= 600; ++counter) window.accept(counter);
    const std::uint64_t far = 1'000'000;
    EXPECT_TRUE(window.accept(far));
    EXPECT_FALSE(window.accept(600));
    EXPECT_TRUE(window.accept(far - 1)) << "an old counter stood in that place";
    EXPECT_TRUE(window.accept(far - ReplayWindow::kWidth + 1));
}

TEST(ReplayWindow, GoesToTheLastCounter) {
    constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
    ReplayWindow window;
    EXPECT_TRUE(window.accept(kLast - 1));
    EXPECT_TRUE(window.accept(kLast));
    EXPECT_FALSE(window.accept(kLast));
    EXPECT_TRUE(window.accept(kLast - 2));
}

TEST(ReplayWindow, AgreesWithASetOfAllThatCame) {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        std::mt19937 random(seed);
        ReplayWindow window;
        std::set<std::uint64_t> taken;
        std::uint64_t newest = 0;
        std::uint64_t around = 1;
        for (int i = 0; i < 20'000; ++i) {
            if (random() % 500 == 0) around += random() % 2'000;
            const std::uint64_t back = random() % 600;
            const std::uint64_t counter = around > back ? around - back : 0;
            around += random() % 3;
            const bool in_time = counter + ReplayWindow::kWidth > newest;
            const bool expected = counter != 0 && in_time && taken.count(counter) == 0;
            ASSERT_EQ(window.accept(counter), expected) << "seed " << seed << ", step " << i;
            if (expected) {
                taken.insert(counter);
                newest = std::max(newest, counter);
            }
        }
    }
}

}  // namespace
}  // namespace earshot::wire
