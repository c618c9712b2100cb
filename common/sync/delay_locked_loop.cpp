#include "common/sync/delay_locked_loop.hpp"

#include <algorithm>
#include <numbers>

namespace earshot::sync {

DelayLockedLoop::DelayLockedLoop(double slope,
                                 double frames_per_second,
                                 const DelayLockedLoopSettings& settings) noexcept
    : settings_(settings),
      frames_per_second_(frames_per_second),
      first_slope_(slope),
      slope_(slope) {}

void DelayLockedLoop::reset(std::int64_t frame, double seconds, bool keep_slope) noexcept {
    frame_ = frame;
    value_ = seconds;
    started_ = true;
    if (!keep_slope) {
        slope_ = first_slope_;
        age_s_ = 0.0;
    }
}

void DelayLockedLoop::update(std::int64_t frame, double seconds) noexcept {
    if (!started_) {
        reset(frame, seconds, false);
        return;
    }
    const auto frames = static_cast<double>(frame - frame_);
    const double elapsed_s = frames / frames_per_second_;
    age_s_ += elapsed_s;
    // Falling like this the loop stays close to the line of least squares through all readings.
    const double bandwidth_hz = std::clamp(0.45 / std::max(age_s_, 1e-3), settings_.bandwidth_hz,
                                           settings_.start_bandwidth_hz);
    // Above 0.5 the discrete loop rings; readings that far apart simply weigh less than they could.
    const double omega = std::min(2.0 * std::numbers::pi * bandwidth_hz * elapsed_s, 0.5);
    const double predicted = value(frame);
    const double error = seconds - predicted;
    frame_ = frame;
    value_ = predicted + std::numbers::sqrt2 * omega * error;
    slope_ += omega * omega * error / frames;
}

}  // namespace earshot::sync
