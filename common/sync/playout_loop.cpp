#include "common/sync/playout_loop.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::sync {
namespace {

/// Share of the slew limit that the braking curve plans with; the rest is for what it did not know.
constexpr double kBrakingShare = 0.7;
/// Errors within which a start may end.
constexpr double kStartedUs = 20.0;
/// A change of the error beyond this, and beyond what the largest skew does in the time, is a step
/// of the schedule (a better clock fit) and says nothing about skew.
constexpr double kStepUs = 20.0;

}  // namespace

PlayoutLoop::PlayoutLoop(const PlayoutLoopSettings& settings) noexcept : settings_(settings) {}

void PlayoutLoop::restart(double feed_forward_ppm) noexcept {
    correction_ppm_ = std::clamp(feed_forward_ppm, -settings_.limit_ppm, settings_.limit_ppm);
    unknown_ppm_ = 0.0;
    beyond_s_ = 0.0;
    age_s_ = 0.0;
    starting_ = true;
    watching_ = false;
}

void PlayoutLoop::reanchored() noexcept {
    beyond_s_ = 0.0;
    watching_ = false;
}

PlayoutLoop::Action PlayoutLoop::update(double error_s,
                                        double feed_forward_ppm,
                                        double elapsed_s) noexcept {
    beyond_s_ = std::abs(error_s) > settings_.reanchor_error_s ? beyond_s_ + elapsed_s : 0.0;
    if (beyond_s_ > settings_.reanchor_after_s) {
        return Action::reanchor;
    }
    age_s_ += elapsed_s;
    const double error_us = error_s * 1e6;
    // What is under way must be able to brake: the start ends near the schedule.
    starting_ = starting_ && (age_s_ < settings_.start_s || std::abs(error_us) > kStartedUs);
    const double omega = 2.0 * std::numbers::pi *
                         (starting_ ? settings_.start_frequency_hz : settings_.frequency_hz);
    observe(error_us, omega, elapsed_s);

    const double slew = starting_ ? settings_.start_slew_ppm_per_s : settings_.slew_ppm_per_s;
    const double gain = 2.0 * omega;            // ppm (us/s) per us
    const double brake = slew * kBrakingShare;  // ppm/s
    const double linear_us = brake / (gain * gain);
    double proportional_ppm = gain * error_us;
    if (beyond_s_ > 0.0) {
        proportional_ppm = 0.0;  // to be jumped, or a report that will be taken back
    } else if (std::abs(error_us) > linear_us) {
        const double speed = std::sqrt(2.0 * brake * (std::abs(error_us) - 0.5 * linear_us));
        proportional_ppm = std::copysign(speed, error_us);
    }
    const double wanted = std::clamp(feed_forward_ppm + unknown_ppm_ + proportional_ppm,
                                     -settings_.limit_ppm, settings_.limit_ppm);
    const double most = slew * elapsed_s;
    const double last_ppm = correction_ppm_;
    correction_ppm_ += std::clamp(wanted - correction_ppm_, -most, most);
    // What the error should be next time, if unknown_ppm_ is all that was unknown.
    expected_us_ +=
        (feed_forward_ppm + unknown_ppm_ - 0.5 * (last_ppm + correction_ppm_)) * elapsed_s;
    return Action::follow;
}

void PlayoutLoop::observe(double error_us, double omega, double elapsed_s) noexcept {
    if (!watching_) {
        watching_ = true;
        expected_us_ = error_us;
        surprise_us_ = 0.0;
        return;
    }
    double surprise_us = error_us - expected_us_;
    const double change_us = surprise_us - surprise_us_;
    if (std::abs(change_us) > kStepUs + settings_.limit_ppm * elapsed_s) {
        expected_us_ += change_us;
        surprise_us = surprise_us_;
    }
    const double x = std::min(omega * elapsed_s, 0.5);
    expected_us_ += 2.0 * x * surprise_us;
    surprise_us_ = surprise_us - 2.0 * x * surprise_us;
    unknown_ppm_ = std::clamp(unknown_ppm_ + omega * x * surprise_us, -settings_.limit_ppm,
                              settings_.limit_ppm);
}

}  // namespace earshot::sync
