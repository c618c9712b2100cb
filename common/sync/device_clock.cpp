#include "common/sync/device_clock.hpp"

#include <cmath>

namespace earshot::sync {
namespace {

constexpr double kJumpSeconds = std::chrono::duration<double>(DeviceClock::kJump).count();

}  // namespace

DeviceClock::DeviceClock(double rate_hz, const DelayLockedLoopSettings& settings) noexcept
    : nominal_hz_(rate_hz), loop_(1.0 / rate_hz, rate_hz, settings) {}

bool DeviceClock::update(std::int64_t frames, LocalInstant at) noexcept {
    if (restarting_) {
        if (!loop_.started()) {
            base_ = at;
        }
        loop_.reset(frames, seconds(at), loop_.started());
        restarting_ = false;
        suspects_ = 0;
        last_frames_ = frames;
        return true;
    }
    if (frames <= last_frames_) {
        return false;
    }
    const double error_s = seconds(at) - loop_.value(frames);
    if (std::abs(error_s) <= kJumpSeconds) {
        suspects_ = 0;
        last_frames_ = frames;
        loop_.update(frames, seconds(at));
        return true;
    }
    const bool agrees = suspects_ > 0 && std::abs(error_s - suspect_error_s_) <= kJumpSeconds;
    suspects_ = agrees ? suspects_ + 1 : 1;
    suspect_error_s_ = error_s;
    if (suspects_ < kJumpReports) {
        return false;
    }
    loop_.reset(frames, seconds(at), true);
    last_frames_ = frames;
    suspects_ = 0;
    ++jumps_;
    return true;
}

LocalInstant DeviceClock::instant_of(std::int64_t frame) const noexcept {
    return base_ + std::chrono::nanoseconds{std::llround(loop_.value(frame) * 1e9)};
}

double DeviceClock::frames_at(LocalInstant instant) const noexcept {
    return loop_.frame(seconds(instant));
}

void DeviceClock::restart() noexcept {
    restarting_ = true;
}

}  // namespace earshot::sync
