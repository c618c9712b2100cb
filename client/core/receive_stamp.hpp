#pragma once

#include "common/base/clock.hpp"

#include <cstdint>

namespace earshot::client {

/// The listener's clock and CLOCK_REALTIME, read at (nearly) one moment.
struct ClockPair {
    LocalInstant local{};
    std::int64_t realtime_ns = 0;
};

/// Thread: any. Real-time: yes.
[[nodiscard]] ClockPair read_clock_pair(const LocalClockSource& clock) noexcept;

/// When a datagram came, by the listener's clock, from the kernel's stamp of it. The stamp is of
/// CLOCK_REALTIME, which may be set at any moment: so only its age counts, and an age that cannot
/// be (negative, or over 1 s) gives `now.local`.
/// Thread: any. Real-time: yes.
[[nodiscard]] LocalInstant arrival_of(std::int64_t stamp_ns,
                                      const ClockPair& now,
                                      const LocalClockSource& clock) noexcept;

}  // namespace earshot::client
