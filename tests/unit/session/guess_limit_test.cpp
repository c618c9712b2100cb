#include "server/session/guess_limit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::session {
namespace {

using namespace std::chrono_literals;

constexpr GuessLimit::Now kStart{1'000s};

TEST(GuessLimit, LetsAnAddressGuessFiveTimesAndThenEveryTenSeconds) {
    GuessLimit limit;
    for (int i = 0; i < GuessLimit::kAtOnce; ++i) {
        EXPECT_EQ(limit.wait("10.0.0.1", kStart), 0ns) << i;
        limit.wrong("10.0.0.1", kStart);
    }
    EXPECT_EQ(limit.wait("10.0.0.1", kStart), 10s);
    EXPECT_EQ(limit.wait("10.0.0.1", kStart + 4s), 6s);
    EXPECT_EQ(limit.wait("10.0.0.2", kStart), 0ns) << "another address waits for nobody";
    EXPECT_EQ(limit.wait("10.0.0.1", kStart + 10s), 0ns);
    limit.wrong("10.0.0.1", kStart + 10s);
    EXPECT_EQ(limit.wait("10.0.0.1", kStart + 10s), 10s);
    EXPECT_EQ(limit.wait("10.0.0.1", kStart + 60s), 0ns);
}

TEST(GuessLimit, GivesAllGuessesBackInTime) {
    GuessLimit limit;
    for (int i = 0; i < GuessLimit::kAtOnce; ++i) limit.wrong("a", kStart);
    const auto later = kStart + GuessLimit::kAtOnce * GuessLimit::kOneIn;
    for (int i = 0; i < GuessLimit::kAtOnce; ++i) {
        EXPECT_EQ(limit.wait("a", later), 0ns) << i;
        limit.wrong("a", later);
    }
    EXPECT_GT(limit.wait("a", later), 0ns);
}

TEST(GuessLimit, HoldsManyAddressesTogetherToTenASecond) {
    GuessLimit limit;
    int let_through = 0;
    auto now = kStart;
    for (int i = 0; i < 60'000; ++i, now += 1ms) {
        const std::string address = std::to_string(i);
        if (limit.wait(address, now) > 0ns) continue;
        limit.wrong(address, now);
        ++let_through;
    }
    EXPECT_NEAR(let_through, 100 + 60 * 10, 2);
}

TEST(GuessLimit, ForgetsNobodyWhoWaitsForAnother) {
    GuessLimit limit;
    auto now = kStart;
    for (int i = 0; i < GuessLimit::kAtOnce; ++i) limit.wrong("thief", now);
    for (std::size_t i = 0; i < 2 * GuessLimit::kAddresses; ++i) {
        limit.wrong("x" + std::to_string(i), now);
    }
    now += 9s;
    // Of all together there is nothing left for a long time; the thief's own wait is counted.
    EXPECT_GE(limit.wait("thief", now), 1s);
    EXPECT_GE(limit.wait("new", now), 1s);
}

}  // namespace
}  // namespace earshot::session
