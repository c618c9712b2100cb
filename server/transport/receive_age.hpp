#pragma once

#include "common/base/time.hpp"

#include <chrono>
#include <cstdint>

namespace earshot::transport {

/// When a datagram came, by the media clock. The kernel stamps it by CLOCK_REALTIME, which may be
/// set at any moment: so only the stamp's age counts, and one that cannot be (negative, or more
/// than 1 s) counts as none.
/// @param stamp_ns     CLOCK_REALTIME of the arrival; 0 if not known.
/// @param realtime_ns  CLOCK_REALTIME at `now`.
/// Thread: any. Real-time: yes.
[[nodiscard]] constexpr MediaInstant arrival_of(std::int64_t stamp_ns,
                                                std::int64_t realtime_ns,
                                                MediaInstant now) noexcept {
    constexpr std::int64_t kOldestNs = 1'000'000'000;
    if (stamp_ns <= 0 || stamp_ns > realtime_ns || realtime_ns - stamp_ns > kOldestNs) return now;
    return now - std::chrono::nanoseconds{realtime_ns - stamp_ns};
}

}  // namespace earshot::transport
