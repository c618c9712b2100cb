#include "tests/support/click_detector.hpp"

#include "common/base/level.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace earshot::test {
namespace {

constexpr double kCutoffHz = 4'000.0;
constexpr double kRateHz = 48'000.0;
constexpr int kHalfTaps = 256;

/// Linear-phase high-pass, Blackman-Harris window: below 3.7 kHz by -90 dB and more.
std::vector<double> high_pass() {
    std::vector<double> taps(2 * kHalfTaps + 1);
    for (std::size_t n = 0; n < taps.size(); ++n) {
        const double x = static_cast<double>(n) - kHalfTaps;
        const double turn = 2.0 * std::numbers::pi * static_cast<double>(n) / (2.0 * kHalfTaps);
        const double window = 0.35875 - 0.48829 * std::cos(turn) + 0.14128 * std::cos(2.0 * turn) -
                              0.01168 * std::cos(3.0 * turn);
        const double cutoff = kCutoffHz / kRateHz;
        const double low =
            x == 0.0 ? 2.0 * cutoff
                     : std::sin(2.0 * std::numbers::pi * cutoff * x) / (std::numbers::pi * x);
        taps[n] = window * ((x == 0.0 ? 1.0 : 0.0) - low);
    }
    return taps;
}

}  // namespace

ClickMeasure measure_clicks(std::span<const float> signal) {
    ClickMeasure result;
    for (std::size_t n = 1; n < signal.size(); ++n) {
        const double step =
            std::abs(static_cast<double>(signal[n]) - static_cast<double>(signal[n - 1]));
        result.largest_step = std::max(result.largest_step, step);
    }
    static const std::vector<double> taps = high_pass();
    double peak = 0.0;
    // Only where the filter lies wholly inside: the ends are no part of the sound.
    for (std::size_t n = 0; n + taps.size() <= signal.size(); ++n) {
        double sum = 0.0;
        for (std::size_t tap = 0; tap < taps.size(); ++tap) {
            sum += taps[tap] * static_cast<double>(signal[n + tap]);
        }
        peak = std::max(peak, std::abs(sum));
    }
    result.peak_above_4k_dbfs = gain_to_db(peak);
    return result;
}

}  // namespace earshot::test
