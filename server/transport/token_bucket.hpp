#pragma once

#include <algorithm>
#include <chrono>

namespace earshot::transport {

/// Lets through a sustained rate and a burst.
///
/// Source: the generic cell rate algorithm (ITU-T I.371, annex A): whole nanoseconds, nothing to
/// refill.
/// Thread: one owner. Pure: the time is given to it.
class TokenBucket {
public:
    /// @param rate_per_s  Tokens a second, > 0.
    /// @param burst       Tokens it holds at most, and at first; >= 1.
    TokenBucket(int rate_per_s, int burst) noexcept
        : interval_(std::chrono::nanoseconds{std::chrono::seconds{1}} / rate_per_s),
          tolerance_(interval_ * (burst - 1)) {}

    /// Takes one token. @return false if there is none.
    [[nodiscard]] bool take(std::chrono::nanoseconds now) noexcept {
        if (now < full_at_ - tolerance_) return false;
        full_at_ = std::max(full_at_, now) + interval_;
        return true;
    }

private:
    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds tolerance_;
    std::chrono::nanoseconds full_at_{0};  ///< When the bucket will be full again.
};

}  // namespace earshot::transport
