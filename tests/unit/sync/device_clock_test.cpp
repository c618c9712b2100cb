#include "common/sync/device_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>

namespace earshot::sync {
namespace {

using namespace std::chrono_literals;

/// A device `ppm` fast that reports every 10 ms or so, up to `jitter_us` late.
class SimulatedDevice {
public:
    SimulatedDevice(std::uint32_t seed, double ppm, double jitter_us)
        : random_(seed), rate_(48'000.0 * (1.0 + ppm * 1e-6)), jitter_us_(jitter_us) {}
    [[nodiscard]] LocalInstant truth(std::int64_t frame) const {
        const double seconds = static_cast<double>(frame) / rate_ + jump_s_;
        return LocalInstant{std::chrono::hours{40} +
                            std::chrono::nanoseconds{std::llround(seconds * 1e9)}};
    }
    std::int64_t report(DeviceClock& clock) {
        frame_ += 400 + static_cast<std::int64_t>(random_() % 160);
        const double late_us = jitter_us_ * static_cast<double>(random_()) / 4294967296.0;
        clock.update(frame_, truth(frame_) + std::chrono::nanoseconds{std::llround(late_us * 1e3)});
        return frame_;
    }
    void jump(double seconds) { jump_s_ += seconds; }

private:
    std::mt19937 random_;
    double rate_;
    double jitter_us_;
    double jump_s_ = 0.0;
    std::int64_t frame_ = 0;
};

double us(LocalInstant a, LocalInstant b) {
    return static_cast<double>((a - b).count()) * 1e-3;
}

TEST(DeviceClock, SmoothsJitteryReportsToTensOfMicroseconds) {
    for (const double ppm : {-100.0, 0.0, 100.0}) {
        SimulatedDevice device(3, ppm, 400.0);
        DeviceClock clock;
        double worst_us = 0.0;
        double last_us = 0.0;
        double worst_step_us = 0.0;
        for (int i = 0; i < 6'000; ++i) {
            const std::int64_t frame = device.report(clock);
            // Reports are late by 200 us on average: what a constant delay hides, no filter finds.
            const double error_us = us(clock.instant_of(frame), device.truth(frame)) - 200.0;
            if (i > 1'500) {
                worst_us = std::max(worst_us, std::abs(error_us));
                worst_step_us = std::max(worst_step_us, std::abs(error_us - last_us));
            }
            last_us = error_us;
        }
        EXPECT_LT(worst_us, 30.0) << ppm;
        EXPECT_LT(worst_step_us, 5.0) << ppm;
        EXPECT_NEAR(clock.rate_ppm(), ppm, 10.0);
        EXPECT_TRUE(clock.locked());
        EXPECT_EQ(clock.jumps(), 0U);
    }
}

TEST(DeviceClock, KnowsTheRateOnceItIsLocked) {
    double sum = 0.0;
    constexpr int kSeeds = 50;
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        SimulatedDevice device(seed, 300.0, 100.0);
        DeviceClock clock;
        while (!clock.locked()) {
            device.report(clock);
        }
        sum += std::pow(clock.rate_ppm() - 300.0, 2.0);
    }
    // A line of least squares through that second of reports (uniform within 100 us) would be 10
    // ppm off.
    EXPECT_LT(std::sqrt(sum / kSeeds), 20.0);
}

TEST(DeviceClock, IsExactForExactReports) {
    SimulatedDevice device(5, 80.0, 0.0);
    DeviceClock clock;
    std::int64_t frame = 0;
    for (int i = 0; i < 500; ++i) {
        frame = device.report(clock);
    }
    EXPECT_NEAR(us(clock.instant_of(frame + 480), device.truth(frame + 480)), 0.0, 1.0);
    EXPECT_NEAR(clock.rate_ppm(), 80.0, 0.5);
    EXPECT_NEAR(clock.frames_at(device.truth(frame + 4'800)), static_cast<double>(frame) + 4'800.0,
                0.1);
}

TEST(DeviceClock, IgnoresOneWildReport) {
    SimulatedDevice device(7, 30.0, 50.0);
    DeviceClock clock;
    std::int64_t frame = 0;
    for (int i = 0; i < 1'000; ++i) {
        frame = device.report(clock);
    }
    const LocalInstant before = clock.instant_of(frame + 1'000);
    EXPECT_FALSE(clock.update(frame + 480, device.truth(frame + 480) + 80ms));
    EXPECT_EQ(clock.instant_of(frame + 1'000), before);
    EXPECT_EQ(clock.jumps(), 0U);
}

TEST(DeviceClock, TakesOverAJumpOnceItIsConfirmedAndCountsIt) {
    SimulatedDevice device(9, 30.0, 50.0);
    DeviceClock clock;
    for (int i = 0; i < 1'000; ++i) {
        device.report(clock);
    }
    device.jump(0.120);  // an underrun: everything comes 120 ms later from now on
    std::int64_t frame = 0;
    for (int i = 0; i < DeviceClock::kJumpReports; ++i) {
        frame = device.report(clock);
    }
    EXPECT_EQ(clock.jumps(), 1U);
    EXPECT_NEAR(us(clock.instant_of(frame), device.truth(frame)), 25.0, 30.0);
    EXPECT_NEAR(clock.rate_ppm(), 30.0, 5.0);
}

TEST(DeviceClock, IgnoresReportsThatStandStill) {
    DeviceClock clock;
    EXPECT_FALSE(clock.started());
    EXPECT_TRUE(clock.update(0, LocalInstant{1s}));
    EXPECT_TRUE(clock.update(48'000, LocalInstant{2s}));
    EXPECT_FALSE(clock.update(48'000, LocalInstant{2s + 4ms}));
    EXPECT_FALSE(clock.update(47'000, LocalInstant{2s + 4ms}));
    EXPECT_EQ(clock.instant_of(96'000), LocalInstant{3s});
}

TEST(DeviceClock, KeepsTheRateThroughARestart) {
    SimulatedDevice device(11, -70.0, 0.0);
    DeviceClock clock;
    for (int i = 0; i < 1'000; ++i) {
        device.report(clock);
    }
    clock.restart();
    EXPECT_TRUE(clock.update(0, LocalInstant{3h}));
    EXPECT_NEAR(clock.rate_ppm(), -70.0, 0.5);
    EXPECT_EQ(clock.instant_of(0), LocalInstant{3h});
    EXPECT_EQ(clock.jumps(), 0U);
}

}  // namespace
}  // namespace earshot::sync
