#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// What a phone's motor or a game pad does for 10 ms: 3 bytes.
struct HapticPoint {
    static constexpr int kPeriod = 480;  ///< Frames.
    static constexpr std::size_t kPackedBytes = 3;

    std::int64_t position = 0;  ///< Programme frame of its beginning, a multiple of kPeriod.
    std::uint8_t rms = 0;       ///< 255 is 0 dBFS, 5 steps a dB; 0 is -51 dBFS or less.
    std::uint8_t peak = 0;      ///< Likewise.
    bool onset = false;         ///< A stroke begins.
    std::uint8_t centroid = 0;  ///< 0 to 127: 20 to 250 Hz, logarithmic.

    bool operator==(const HapticPoint&) const = default;
};

/// rms, peak, then onset as the top bit over the centroid. The position travels apart.
[[nodiscard]] constexpr std::array<std::byte, HapticPoint::kPackedBytes> pack(
    const HapticPoint& point) noexcept {
    const unsigned last = (point.onset ? 0x80U : 0U) | (point.centroid & 0x7fU);
    return {std::byte{point.rms}, std::byte{point.peak}, static_cast<std::byte>(last)};
}

}  // namespace earshot::dsp
