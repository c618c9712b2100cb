#include "client/core/peak_limiter.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot::client {
namespace {

/// 1 - exp(-1 / (0.150 * 48000)).
constexpr double kRelease = 1.3888e-4;
/// From here on the gain is 1 again; -0.0009 dB.
constexpr double kReleased = 0.9999;

}  // namespace

PeakLimiter::PeakLimiter() noexcept {
    smooth_.fill(1.0F);
}

float PeakLimiter::least(float needed) noexcept {
    const auto slot = [](int i) { return static_cast<std::size_t>(i % kWindow); };
    while (depth_ > 0 && falling_[slot(front_ + depth_ - 1)].gain >= needed) {
        --depth_;
    }
    while (depth_ > 0 && now_ - falling_[slot(front_)].at >= kWindow) {
        front_ = static_cast<int>(slot(front_ + 1));
        --depth_;
    }
    falling_[slot(front_ + depth_)] = {now_, needed};
    ++depth_;
    return falling_[slot(front_)].gain;
}

void PeakLimiter::process(float& left, float& right, float cap) noexcept {
    // Not a number must neither leave nor stay in the gain.
    left = std::isfinite(left) ? left : 0.0F;
    right = std::isfinite(right) ? right : 0.0F;
    const float peak = std::max(std::abs(left), std::abs(right));
    const auto held = static_cast<double>(least(peak > cap ? cap / peak : 1.0F));
    const double rising = released_ + (1.0 - released_) * kRelease;
    released_ = std::min(held, rising > kReleased ? 1.0 : rising);

    const auto i = static_cast<std::size_t>(index_);
    const auto entering = static_cast<float>(released_);
    below_ += (entering < 1.0F ? 1 : 0) - (smooth_[i] < 1.0F ? 1 : 0);
    sum_ += static_cast<double>(entering) - static_cast<double>(smooth_[i]);
    smooth_[i] = entering;
    float gain = 1.0F;
    if (below_ == 0) {
        sum_ = kWindow;  // no rounding survives a quiet moment
    } else {
        gain = static_cast<float>(sum_ / kWindow);
    }
    delay_[i] = {left, right, cap};
    index_ = (index_ + 1) % kWindow;
    ++now_;
    const Frame& out = delay_[static_cast<std::size_t>(index_)];
    // Rounding, and a cap that is on its way down.
    const float most = std::max(out.cap, cap);
    left = std::clamp(out.left * gain, -most, most);
    right = std::clamp(out.right * gain, -most, most);
}

}  // namespace earshot::client
