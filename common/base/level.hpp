#pragma once

#include <cmath>

namespace earshot {

/// Gain in dB as a factor.
/// Thread: any. Real-time: yes.
[[nodiscard]] inline float db_to_gain(float gain_db) noexcept {
    return std::pow(10.0F, gain_db * 0.05F);
}
[[nodiscard]] inline double db_to_gain(double gain_db) noexcept {
    return std::pow(10.0, gain_db * 0.05);
}

/// A factor as gain in dB; 0 and below give -200 dB.
[[nodiscard]] inline float gain_to_db(float gain) noexcept {
    return gain > 1e-10F ? 20.0F * std::log10(gain) : -200.0F;
}
[[nodiscard]] inline double gain_to_db(double gain) noexcept {
    return gain > 1e-10 ? 20.0 * std::log10(gain) : -200.0;
}

/// Sound pressure of digital full scale (rms 1.0) in dB SPL unless a show is calibrated
/// (HEARING 1.1).
inline constexpr double kDefaultCalibrationDbSpl = 100.0;

}  // namespace earshot
