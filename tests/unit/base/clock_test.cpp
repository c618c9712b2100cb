#include "common/base/clock.hpp"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using namespace std::chrono_literals;

std::int64_t ns(LocalInstant instant) {
    return instant.time_since_epoch().count();
}

TEST(RawLocalClock, ReadsTheMachinesRawClock) {
    const RawLocalClock clock;
    const std::int64_t before = monotonic_raw_ns();
    const std::int64_t read = ns(clock.now());
    const std::int64_t after = monotonic_raw_ns();
    EXPECT_LE(before, read);
    EXPECT_LE(read, after);
}

TEST(SkewedLocalClock, IsAheadByItsOffset) {
    const SkewedLocalClock clock(0.0, 5s);
    const std::int64_t before = monotonic_raw_ns();
    const std::int64_t read = ns(clock.now()) - 5'000'000'000;
    const std::int64_t after = monotonic_raw_ns();
    EXPECT_LE(before, read);
    EXPECT_LE(read, after);
}

TEST(SkewedLocalClock, TellsTheTrueTimeOfItsReadings) {
    const SkewedLocalClock clock(100.0, -3s);
    const std::int64_t before = monotonic_raw_ns();
    const std::int64_t truth = clock.raw_ns(clock.now());
    const std::int64_t after = monotonic_raw_ns();
    // Two roundings to a nanosecond.
    EXPECT_LE(before - 2, truth);
    EXPECT_LE(truth, after + 2);
}

TEST(SkewedLocalClock, GainsItsPartsPerMillion) {
    const SkewedLocalClock fast(1000.0, 0s);
    const LocalInstant start = fast.now();
    const std::int64_t hour = fast.raw_ns(start + 1h) - fast.raw_ns(start);
    EXPECT_NEAR(static_cast<double>(hour), 3.6e12 / 1.001, 10.0) << "ns";
    const SkewedLocalClock slow(-1000.0, 0s);
    const LocalInstant slow_start = slow.now();
    const std::int64_t slow_hour = slow.raw_ns(slow_start + 1h) - slow.raw_ns(slow_start);
    EXPECT_NEAR(static_cast<double>(slow_hour), 3.6e12 / 0.999, 10.0) << "ns";
}

TEST(RawMediaClock, BeginsAtZeroWhenItIsMade) {
    const std::int64_t before = monotonic_raw_ns();
    const RawMediaClock clock;
    const std::int64_t after = monotonic_raw_ns();
    EXPECT_GE(clock.epoch_raw_ns(), before);
    EXPECT_LE(clock.epoch_raw_ns(), after);
    const MediaInstant read = clock.now();
    EXPECT_GE(read.time_since_epoch(), 0ns);
    EXPECT_LE(read.time_since_epoch().count(), monotonic_raw_ns() - clock.epoch_raw_ns());
}

}  // namespace
}  // namespace earshot
