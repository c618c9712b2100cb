#include "common/dsp/biquad.hpp"

#include "common/base/time.hpp"

#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

/// The cookbook's intermediate quantities.
struct Design {
    double cosine;
    double alpha;
};

double angle(double frequency_hz) noexcept {
    return 2.0 * std::numbers::pi * frequency_hz / kSampleRateHz;
}
Design design(double frequency_hz, double q) noexcept {
    const double w = angle(frequency_hz);
    return {std::cos(w), std::sin(w) / (2.0 * q)};
}
BiquadCoefficients normalised(
    double b0, double b1, double b2, double a0, double a1, double a2) noexcept {
    return {b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0};
}

/// -800 dB: far above the denormals, far below anything heard.
constexpr double kResidue = 1e-40;

}  // namespace

BiquadCoefficients BiquadCoefficients::low_pass(double corner_hz, double q) noexcept {
    const auto [c, alpha] = design(corner_hz, q);
    return normalised((1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0, 1.0 + alpha, -2.0 * c,
                      1.0 - alpha);
}

BiquadCoefficients BiquadCoefficients::high_pass(double corner_hz, double q) noexcept {
    const auto [c, alpha] = design(corner_hz, q);
    return normalised((1.0 + c) / 2.0, -(1.0 + c), (1.0 + c) / 2.0, 1.0 + alpha, -2.0 * c,
                      1.0 - alpha);
}

BiquadCoefficients BiquadCoefficients::peak(double centre_hz, double q, double gain_db) noexcept {
    const auto [c, alpha] = design(centre_hz, q);
    const double a = std::pow(10.0, gain_db / 40.0);
    return normalised(1.0 + alpha * a, -2.0 * c, 1.0 - alpha * a, 1.0 + alpha / a, -2.0 * c,
                      1.0 - alpha / a);
}

BiquadCoefficients BiquadCoefficients::high_shelf(double middle_hz,
                                                  double slope,
                                                  double gain_db) noexcept {
    const double a = std::pow(10.0, gain_db / 40.0);
    const double q = 1.0 / std::sqrt((a + 1.0 / a) * (1.0 / slope - 1.0) + 2.0);
    const auto [c, alpha] = design(middle_hz, q);
    const double root = 2.0 * std::sqrt(a) * alpha;
    return normalised(a * ((a + 1.0) + (a - 1.0) * c + root),
                      -2.0 * a * ((a - 1.0) + (a + 1.0) * c),
                      a * ((a + 1.0) + (a - 1.0) * c - root), (a + 1.0) - (a - 1.0) * c + root,
                      2.0 * ((a - 1.0) - (a + 1.0) * c), (a + 1.0) - (a - 1.0) * c - root);
}

std::complex<double> BiquadCoefficients::response(double frequency_hz) const noexcept {
    const std::complex<double> z1 = std::polar(1.0, -angle(frequency_hz));
    const std::complex<double> z2 = z1 * z1;
    return (b0 + b1 * z1 + b2 * z2) / (1.0 + a1 * z1 + a2 * z2);
}

double butterworth_q(int order, int index) noexcept {
    return 0.5 / std::cos(std::numbers::pi * (2.0 * index + 1.0) / (2.0 * order));
}

void Biquad::process(const BiquadCoefficients& with, std::span<double> inout) noexcept {
    double s1 = s1_;
    double s2 = s2_;
    for (double& sample : inout) {
        const double x = sample;
        const double y = with.b0 * x + s1;
        s1 = with.b1 * x - with.a1 * y + s2;
        s2 = with.b2 * x - with.a2 * y;
        sample = y;
    }
    s1_ = s1;
    s2_ = s2;
}

void Biquad::drop_residue() noexcept {
    if (std::abs(s1_) < kResidue && std::abs(s2_) < kResidue) {
        reset();
    }
}

}  // namespace earshot::dsp
