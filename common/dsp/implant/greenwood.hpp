#pragma once

#include <cmath>

namespace earshot::dsp {

/// Frequency that the human cochlea takes at a place.
/// Source: Greenwood, J. Acoust. Soc. Am. 87(6), 1990, with A = 165.4, a = 0.06 / mm, k = 0.88.
/// @param place_mm  From the apex, 0 to 35.
[[nodiscard]] inline double greenwood_hz(double place_mm) noexcept {
    return 165.4 * (std::pow(10.0, 0.06 * place_mm) - 0.88);
}
/// Place of a frequency, mm from the apex; the inverse of greenwood_hz().
[[nodiscard]] inline double greenwood_mm(double frequency_hz) noexcept {
    return std::log10(frequency_hz / 165.4 + 0.88) / 0.06;
}

/// Number of equivalent rectangular bandwidths below a frequency.
/// Source: Glasberg & Moore, Hear. Res. 47, 1990.
[[nodiscard]] inline double cam_of(double frequency_hz) noexcept {
    return 21.4 * std::log10(4.37e-3 * frequency_hz + 1.0);
}
/// The inverse of cam_of().
[[nodiscard]] inline double hz_of_cam(double cam) noexcept {
    return (std::pow(10.0, cam / 21.4) - 1.0) / 4.37e-3;
}

}  // namespace earshot::dsp
