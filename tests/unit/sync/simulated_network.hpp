#pragma once

#include "common/sync/clock_model.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace earshot::sync::test {

/// Queueing delays of one direction, on top of a fixed one.
struct DirectionModel {
    double fixed_us = 100.0;
    double mean_queue_us = 10.0;  ///< Exponential.
    double burst_share = 0.0;     ///< Share of packets that meet a busy medium ...
    double burst_mean_us = 0.0;   ///< ... and this much more, exponential.
};

/// A listener's crystal against the media clock, and the network between them. True time is the
/// media clock's. Seeded; nothing else is random.
class SimulatedNetwork {
public:
    SimulatedNetwork(std::uint32_t seed,
                     double ppm,
                     const DirectionModel& up,
                     const DirectionModel& down,
                     double wander_ppm = 0.0)
        : random_(seed), ppm_(ppm), wander_ppm_(wander_ppm), up_(up), down_(down) {}

    /// The listener's clock at a true time: an offset of hours, skew, slow thermal wander.
    [[nodiscard]] LocalInstant local(double true_s) const {
        const double period_s = 240.0;
        const double wander_s = wander_ppm_ * 1e-6 * period_s / (2.0 * std::numbers::pi) *
                                (1.0 - std::cos(2.0 * std::numbers::pi * true_s / period_s));
        const double local_s = true_s * (1.0 + ppm_ * 1e-6) + wander_s + local_step_s_;
        return LocalInstant{std::chrono::hours{5} +
                            std::chrono::nanoseconds{std::llround(local_s * 1e9)}};
    }
    [[nodiscard]] static MediaInstant media(double true_s) {
        return MediaInstant{std::chrono::nanoseconds{std::llround(true_s * 1e9)}};
    }
    /// One exchange begun at a true time.
    [[nodiscard]] ClockSample exchange(double true_s) {
        const double arrive_s = true_s + delay_s(up_);
        const double leave_s = arrive_s + 20e-6;
        const double back_s = leave_s + delay_s(down_);
        return {local(true_s), media(arrive_s), media(leave_s), local(back_s)};
    }
    /// Error of a model at a true time, in us.
    [[nodiscard]] double error_us(const ClockModel& model, double true_s) const {
        return static_cast<double>((model.to_media(local(true_s)) - media(true_s)).count()) * 1e-3;
    }
    void set_up(const DirectionModel& up) { up_ = up; }
    void set_down(const DirectionModel& down) { down_ = down; }
    /// The listener's clock was stopped or set.
    void step_local(double seconds) { local_step_s_ += seconds; }

private:
    [[nodiscard]] double delay_s(const DirectionModel& d) {
        double us = d.fixed_us + exponential(d.mean_queue_us);
        if (uniform() < d.burst_share) {
            us += exponential(d.burst_mean_us);
        }
        return us * 1e-6;
    }
    [[nodiscard]] double uniform() { return (static_cast<double>(random_()) + 0.5) / 4294967296.0; }
    [[nodiscard]] double exponential(double mean) { return -mean * std::log(uniform()); }

    std::mt19937 random_;
    double ppm_;
    double wander_ppm_;
    DirectionModel up_;
    DirectionModel down_;
    double local_step_s_ = 0.0;
};

inline constexpr DirectionModel kWired{
    .fixed_us = 80.0, .mean_queue_us = 12.0, .burst_share = 0.02, .burst_mean_us = 300.0};
/// Same least delay as its way back, but much busier.
inline constexpr DirectionModel kBusyWifiUp{
    .fixed_us = 900.0, .mean_queue_us = 500.0, .burst_share = 0.3, .burst_mean_us = 8'000.0};
inline constexpr DirectionModel kBusyWifiDown{
    .fixed_us = 900.0, .mean_queue_us = 250.0, .burst_share = 0.15, .burst_mean_us = 15'000.0};

}  // namespace earshot::sync::test
