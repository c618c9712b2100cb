#include "common/dsp/overlay/programme_levels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

double power_of(double dbfs) noexcept {
    return std::pow(10.0, 0.1 * dbfs);
}

/// Power of the octave around a frequency.
double octave_power(const ProgrammeLevels::Bands& bands, double frequency_hz) noexcept {
    constexpr std::size_t kLast = ProgrammeLevels::kBands - 1;
    const double place =
        std::clamp(7.0 + 2.0 * std::log2(frequency_hz / 1'000.0), 0.0, static_cast<double>(kLast));
    const auto below = std::min(static_cast<std::size_t>(place), kLast - 1);
    const double u = place - static_cast<double>(below);
    return (1.0 - u) * power_of(static_cast<double>(bands[below])) +
           u * power_of(static_cast<double>(bands[below + 1]));
}

}  // namespace

double ProgrammeLevels::centre_hz(std::size_t band) noexcept {
    return 1'000.0 * std::exp2((static_cast<double>(band) - 7.0) / 2.0);
}

double ProgrammeLevels::octave_dbfs(const Bands& bands, double frequency_hz) noexcept {
    return 10.0 * std::log10(octave_power(bands, frequency_hz));
}

double ProgrammeLevels::two_octaves_dbfs(const Bands& bands, double frequency_hz) noexcept {
    // Two octaves side by side.
    return 10.0 * std::log10(octave_power(bands, frequency_hz / std::numbers::sqrt2) +
                             octave_power(bands, frequency_hz * std::numbers::sqrt2));
}

}  // namespace earshot::dsp
