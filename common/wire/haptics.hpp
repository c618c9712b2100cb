#pragma once

#include "common/base/result.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::wire {

/// What a motor does for 10 ms, as a packet of haptic points carries it (docs/protocol.md).
struct HapticPoint {
    std::uint8_t rms = 0;       ///< 255 is 0 dBFS, 5 steps a dB; 0 is nothing.
    std::uint8_t peak = 0;      ///< Likewise.
    bool onset = false;         ///< A stroke begins.
    std::uint8_t centroid = 0;  ///< 0 to 127: 20 to 250 Hz, logarithmic.

    friend bool operator==(const HapticPoint&, const HapticPoint&) = default;
};

/// From one point to the next.
inline constexpr Frames kHapticPeriod{480};
inline constexpr std::size_t kHapticPointBytes = 3;
/// Most points in a packet.
inline constexpr int kMaxHapticPoints = 50;

/// The points of one packet, 10 ms apart; the first has the packet's stamps.
struct HapticPoints {
    std::array<HapticPoint, kMaxHapticPoints> points;
    int count = 0;
};

/// Reads a packet's payload. Reads nothing outside of it.
/// Fails with Errc::truncated (no whole points) or payload_too_large (more than kMaxHapticPoints).
/// Thread: any. Real-time: yes.
[[nodiscard]] Result<HapticPoints> parse_haptics(std::span<const std::byte> payload) noexcept;

}  // namespace earshot::wire
