#include "common/dsp/overlay/filter_power.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"

#include <cmath>
#include <complex>
#include <numbers>

namespace earshot::dsp {

double white_noise_power(const BiquadCoefficients& section) noexcept {
    const auto& [b0, b1, b2, a1, a2] = section;
    const double e = 1.0 + a2;
    const double top = (b0 * b0 + b1 * b1 + b2 * b2) * e - 2.0 * (b0 * b1 + b1 * b2) * a1 +
                       2.0 * b0 * b2 * (a1 * a1 - a2 * e);
    const double bottom = (1.0 - a2 * a2) * e - (a1 - a1 * a2) * a1;
    return top / bottom;
}

double white_noise_power(const BiquadCoefficients& first,
                         const BiquadCoefficients& second) noexcept {
    constexpr int kPoints = 8'192;
    double sum = 0.0;
    for (int i = 0; i < kPoints; ++i) {
        const double hz = 0.5 * kSampleRateHz * (i + 0.5) / kPoints;
        sum += std::norm(first.response(hz)) * std::norm(second.response(hz));
    }
    return sum / kPoints;
}

double loudness_weight(double frequency_hz) noexcept {
    constexpr BiquadCoefficients kHead{1.53512485958697, -2.69169618940638, 1.19839281085285,
                                       -1.69065929318241, 0.73248077421585};
    constexpr BiquadCoefficients kHighPass{1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621};
    return std::norm(kHead.response(frequency_hz)) * std::norm(kHighPass.response(frequency_hz));
}

BiquadCoefficients band_pass(double centre_hz, double q) noexcept {
    const double w = 2.0 * std::numbers::pi * centre_hz / kSampleRateHz;
    const double alpha = std::sin(w) / (2.0 * q);
    const double a0 = 1.0 + alpha;
    return {alpha / a0, 0.0, -alpha / a0, -2.0 * std::cos(w) / a0, (1.0 - alpha) / a0};
}

BiquadCoefficients occlusion_shelf(double gain_db) noexcept {
    constexpr double kMiddleHz = 470.0;
    constexpr double kQ = 0.88;
    // A high shelf that takes away what the whole gets; the slope that gives this q.
    const double a = std::pow(10.0, -gain_db / 40.0);
    const double slope = 1.0 / (1.0 + (1.0 / (kQ * kQ) - 2.0) / (a + 1.0 / a));
    BiquadCoefficients shelf = BiquadCoefficients::high_shelf(kMiddleHz, slope, -gain_db);
    const double gain = db_to_gain(gain_db);
    shelf.b0 *= gain;
    shelf.b1 *= gain;
    shelf.b2 *= gain;
    return shelf;
}

}  // namespace earshot::dsp
