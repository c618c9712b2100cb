#include "server/transport/token_bucket.hpp"

#include <gtest/gtest.h>

namespace earshot::transport {
namespace {

using namespace std::chrono_literals;

int take_all(TokenBucket& bucket, std::chrono::nanoseconds now) {
    int taken = 0;
    while (bucket.take(now)) ++taken;
    return taken;
}

TEST(TokenBucket, LetsTheBurstThroughAndNoMore) {
    TokenBucket bucket(100, 200);
    EXPECT_EQ(take_all(bucket, 5s), 200);
}

TEST(TokenBucket, RefillsAtItsRate) {
    TokenBucket bucket(100, 200);
    take_all(bucket, 5s);
    EXPECT_EQ(take_all(bucket, 5'505ms), 50);
}

TEST(TokenBucket, HoldsNoMoreThanTheBurst) {
    TokenBucket bucket(100, 200);
    take_all(bucket, 5s);
    EXPECT_EQ(take_all(bucket, 500s), 200);
}

TEST(TokenBucket, SustainsItsRateForever) {
    TokenBucket bucket(100, 1);
    int taken = 0;
    for (int ms = 0; ms < 10'000; ++ms) taken += bucket.take(std::chrono::milliseconds{ms}) ? 1 : 0;
    EXPECT_NEAR(taken, 1000, 1);
}

TEST(TokenBucket, IgnoresAClockThatStepsBack) {
    TokenBucket bucket(100, 2);
    take_all(bucket, 5s);
    EXPECT_FALSE(bucket.take(4s));
    EXPECT_FALSE(bucket.take(5s));
    EXPECT_TRUE(bucket.take(5'010ms));
}

}  // namespace
}  // namespace earshot::transport
