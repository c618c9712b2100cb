#include "common/dsp/implant/section.hpp"

#include "common/base/assert.hpp"
#include "common/base/time.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace earshot::dsp {
namespace {

using Complex = std::complex<double>;

double angle(double frequency_hz) noexcept {
    return 2.0 * std::numbers::pi * frequency_hz / kSampleRateHz;
}
/// The analogue frequency that the bilinear transform z = (2 + s) / (2 - s) puts at frequency_hz.
double warped(double frequency_hz) noexcept {
    return 2.0 * std::tan(0.5 * angle(frequency_hz));
}

/// The section with the poles of an analogue pole and its conjugate, numerator given up to gain.
Section with_poles(Complex analogue, double b1, double b2) noexcept {
    const Complex pole = (2.0 + analogue) / (2.0 - analogue);
    return {1.0, b1, b2, -2.0 * pole.real(), std::norm(pole)};
}

void scale(Section& section, double gain) noexcept {
    section.b0 *= gain;
    section.b1 *= gain;
    section.b2 *= gain;
}

/// A Chebyshev filter of type 1; high-pass if high, else low-pass.
std::vector<Section> chebyshev(int order, double edge_hz, bool high) {
    constexpr double kRippleDb = 0.1;
    const double epsilon = std::sqrt(std::pow(10.0, 0.1 * kRippleDb) - 1.0);
    const double a = std::asinh(1.0 / epsilon) / order;
    std::vector<Section> sections;
    for (int i = 0; i < order / 2; ++i) {
        const double theta = std::numbers::pi * (2.0 * i + 1.0) / (2.0 * order);
        const Complex prototype{-std::sinh(a) * std::sin(theta), std::cosh(a) * std::cos(theta)};
        const double edge = warped(edge_hz);
        Section section =
            high ? with_poles(edge / prototype, -2.0, 1.0) : with_poles(edge * prototype, 2.0, 1.0);
        scale(section, 1.0 / std::abs(section.response(high ? kSampleRateHz / 2.0 : 0.0)));
        sections.push_back(section);
    }
    return sections;
}

}  // namespace

Complex Section::response(double frequency_hz) const noexcept {
    const Complex z1 = std::polar(1.0, -angle(frequency_hz));
    const Complex z2 = z1 * z1;
    return (b0 + b1 * z1 + b2 * z2) / (1.0 + a1 * z1 + a2 * z2);
}

Complex response(std::span<const Section> sections, double frequency_hz) noexcept {
    Complex product = 1.0;
    for (const Section& section : sections) {
        product *= section.response(frequency_hz);
    }
    return product;
}

double group_delay(std::span<const Section> sections, double frequency_hz) noexcept {
    constexpr double kHalfHz = 0.05;
    const Complex turn =
        response(sections, frequency_hz + kHalfHz) / response(sections, frequency_hz - kHalfHz);
    return -std::arg(turn) / angle(2.0 * kHalfHz);
}

double noise_power(std::span<const Section> sections) noexcept {
    // The energy of the impulse response, which is the same by Parseval's theorem.
    constexpr int kFrames = 12'000;
    double energy = 0.0;
    std::array<std::array<double, 2>, 16> state{};
    EARSHOT_ASSERT(sections.size() <= state.size());
    for (int i = 0; i < kFrames; ++i) {
        double x = i == 0 ? 1.0 : 0.0;
        for (std::size_t k = 0; k < sections.size(); ++k) {
            const Section& with = sections[k];
            const double y = with.b0 * x + state[k][0];
            state[k][0] = with.b1 * x - with.a1 * y + state[k][1];
            state[k][1] = with.b2 * x - with.a2 * y;
            x = y;
        }
        energy += x * x;
    }
    return energy;
}

std::array<Section, 2> butterworth_band(double low_hz, double high_hz) {
    const double low = warped(low_hz);
    const double high = warped(high_hz);
    const Complex half = std::polar(0.5 * (high - low), 0.75 * std::numbers::pi);
    const Complex root = std::sqrt(half * half - low * high);
    std::array<Section, 2> band = {with_poles(half + root, 0.0, -1.0),
                                   with_poles(half - root, 0.0, -1.0)};
    const double middle_hz =
        2.0 * std::atan(0.5 * std::sqrt(low * high)) * kSampleRateHz / (2.0 * std::numbers::pi);
    scale(band[0], 1.0 / std::abs(dsp::response(band, middle_hz)));
    return band;
}

Section butterworth_low_pass(double corner_hz) {
    Section section = with_poles(std::polar(warped(corner_hz), 0.75 * std::numbers::pi), 2.0, 1.0);
    scale(section, 1.0 / std::abs(section.response(0.0)));
    return section;
}

Section resonator(double frequency_hz, double bandwidth_hz) {
    const double radius = std::exp(-0.5 * angle(bandwidth_hz));
    Section section{1.0, 0.0, -1.0, -2.0 * radius * std::cos(angle(frequency_hz)), radius * radius};
    scale(section, 1.0 / std::abs(section.response(frequency_hz)));
    return section;
}

std::vector<Section> chebyshev_low_pass(int order, double edge_hz) {
    return chebyshev(order, edge_hz, false);
}
std::vector<Section> chebyshev_high_pass(int order, double edge_hz) {
    return chebyshev(order, edge_hz, true);
}

}  // namespace earshot::dsp
