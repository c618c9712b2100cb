#include "client/core/receive_stamp.hpp"

#include <gtest/gtest.h>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'700'000'000'000'000'000;

TEST(ReceiveStamp, IsAsOldByTheListenersClock) {
    const RawLocalClock clock;
    const ClockPair now{LocalInstant{500s}, kNow};
    EXPECT_EQ(arrival_of(kNow - 3'000'000, now, clock), LocalInstant{500s - 3ms});
    EXPECT_EQ(arrival_of(kNow, now, clock), now.local);
}

TEST(ReceiveStamp, AgesBySimulatedCrystalsToo) {
    const SkewedLocalClock fast(1'000.0, 7s);
    const ClockPair now{fast.now(), kNow};
    const auto age = now.local - arrival_of(kNow - 500'000'000, now, fast);
    EXPECT_NEAR(static_cast<double>(age.count()), 500'500'000.0, 2'000.0);
}

TEST(ReceiveStamp, DoesNotBelieveAnAgeThatCannotBe) {
    const RawLocalClock clock;
    const ClockPair now{LocalInstant{500s}, kNow};
    for (const std::int64_t stamp : {kNow + 1, kNow + 3'600'000'000'000, kNow - 1'000'000'001,
                                     std::int64_t{0}, std::int64_t{-1}}) {
        EXPECT_EQ(arrival_of(stamp, now, clock), now.local) << stamp;
    }
}

TEST(ReceiveStamp, ReadsBothClocksTogether) {
    const RawLocalClock clock;
    const ClockPair first = read_clock_pair(clock);
    const ClockPair second = read_clock_pair(clock);
    const std::int64_t local = (second.local - first.local).count();
    EXPECT_GE(local, 0);
    EXPECT_NEAR(static_cast<double>(second.realtime_ns - first.realtime_ns),
                static_cast<double>(local), 1e8);
}

}  // namespace
}  // namespace earshot::client
