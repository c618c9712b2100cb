#include "common/sync/playout_loop.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::sync {
namespace {

/// Share of the slew limit that the braking curve plans with; the rest is for what it did not know.
constexpr double kBrakingShare = 0.7;

}  // namespace

PlayoutLoop::PlayoutLoop(const PlayoutLoopSettings& settings) noexcept : settings_(settings) {}

void PlayoutLoop::restart(double feed_forward_ppm) noexcept {
    correction_ppm_ = std::clamp(feed_forward_ppm, -settings_.limit_ppm, settings_.limit_ppm);
    integral_ppm_ = 0.0;
    beyond_s_ = 0.0;
    age_s_ = 0.0;
}

void PlayoutLoop::reanchored() noexcept {
    beyond_s_ = 0.0;
}

PlayoutLoop::Action PlayoutLoop::update(double error_s,
                                        double feed_forward_ppm,
                                        double elapsed_s) noexcept {
    beyond_s_ = std::abs(error_s) > settings_.reanchor_error_s ? beyond_s_ + elapsed_s : 0.0;
    if (beyond_s_ > settings_.reanchor_after_s) {
        return Action::reanchor;
    }
    const bool starting = age_s_ < settings_.start_s;
    age_s_ += elapsed_s;
    const double omega =
        2.0 * std::numbers::pi * (starting ? settings_.start_frequency_hz : settings_.frequency_hz);
    const double gain = 2.0 * omega;  // damping 1: s^2 + 2 omega s + omega^2
    const double brake = settings_.slew_ppm_per_s * kBrakingShare;  // ppm/s = us/s^2
    const double error_us = error_s * 1e6;
    const double linear_us = brake / (gain * gain);
    double proportional_ppm = gain * error_us;
    const bool linear = std::abs(error_us) <= linear_us;
    if (!linear) {
        const double speed = std::sqrt(2.0 * brake * (std::abs(error_us) - 0.5 * linear_us));
        proportional_ppm = std::copysign(speed, error_us);
    }
    const double wanted = std::clamp(feed_forward_ppm + integral_ppm_ + proportional_ppm,
                                     -settings_.limit_ppm, settings_.limit_ppm);
    const double most = settings_.slew_ppm_per_s * elapsed_s;
    const double change = std::clamp(wanted - correction_ppm_, -most, most);
    correction_ppm_ += change;
    // Only what the loop really controls may wind up the integral.
    if (linear && std::abs(wanted - correction_ppm_) < 1.0) {
        integral_ppm_ += omega * omega * error_us * elapsed_s;
        integral_ppm_ = std::clamp(integral_ppm_, -settings_.limit_ppm, settings_.limit_ppm);
    }
    return Action::follow;
}

}  // namespace earshot::sync
