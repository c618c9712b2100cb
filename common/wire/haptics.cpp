#include "common/wire/haptics.hpp"

namespace earshot::wire {

Result<HapticPoints> parse_haptics(std::span<const std::byte> payload) noexcept {
    if (payload.empty() || payload.size() % kHapticPointBytes != 0) {
        return Errc::truncated;
    }
    if (payload.size() > kMaxHapticPoints * kHapticPointBytes) {
        return Errc::payload_too_large;
    }
    HapticPoints points;
    while (!payload.empty()) {
        const auto last = std::to_integer<unsigned>(payload[2]);
        points.points[static_cast<std::size_t>(points.count++)] = {
            .rms = std::to_integer<std::uint8_t>(payload[0]),
            .peak = std::to_integer<std::uint8_t>(payload[1]),
            .onset = (last & 0x80U) != 0,
            .centroid = static_cast<std::uint8_t>(last & 0x7FU)};
        payload = payload.subspan(kHapticPointBytes);
    }
    return points;
}

}  // namespace earshot::wire
