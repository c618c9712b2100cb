#include "tests/support/sinc_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>

namespace earshot::test {
namespace {

constexpr int kTaps = 64;
constexpr int kPhases = 1024;
constexpr double kBeta = 9.0;

double bessel_i0(double x) {
    double sum = 1.0;
    double term = 1.0;
    for (int k = 1; k < 40; ++k) {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

/// Coefficients [phase][tap], one phase more for the interpolation between phases.
using Table = std::array<std::array<float, kTaps>, kPhases + 1>;

std::unique_ptr<Table> make_table() {
    auto table = std::make_unique<Table>();
    for (std::size_t phase = 0; phase <= kPhases; ++phase) {
        double sum = 0.0;
        std::array<double, kTaps> taps{};
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            const double x =
                static_cast<double>(tap) - (kTaps / 2 - 1) - static_cast<double>(phase) / kPhases;
            const double edge = x / (kTaps / 2.0);
            const double window =
                std::abs(edge) >= 1.0
                    ? 0.0
                    : bessel_i0(kBeta * std::sqrt(1.0 - edge * edge)) / bessel_i0(kBeta);
            const double angle = std::numbers::pi * x;
            taps[tap] = window * (std::abs(x) < 1e-12 ? 1.0 : std::sin(angle) / angle);
            sum += taps[tap];
        }
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            (*table)[phase][tap] = static_cast<float>(taps[tap] / sum);
        }
    }
    return table;
}

const Table& table() {
    static const std::unique_ptr<Table> made = make_table();
    return *made;
}

}  // namespace

double sinc_value(std::span<const float> signal, double position) {
    const double whole = std::floor(position);
    const double phase = (position - whole) * kPhases;
    const auto index = static_cast<std::size_t>(phase);
    const float blend = static_cast<float>(phase - static_cast<double>(index));
    const float* const low = table()[index].data();
    const float* const high = table()[index + 1].data();
    const auto start = static_cast<std::int64_t>(whole) - (kTaps / 2 - 1);
    const auto size = static_cast<std::int64_t>(signal.size());
    const std::int64_t from = std::max<std::int64_t>(0, -start);
    const std::int64_t to = std::min<std::int64_t>(kTaps, size - start);
    const float* const samples = signal.data();
    float sum_low = 0.0F;
    float sum_high = 0.0F;
    for (std::int64_t tap = from; tap < to; ++tap) {
        const float sample = samples[start + tap];
        sum_low += sample * low[tap];
        sum_high += sample * high[tap];
    }
    return static_cast<double>(sum_low + blend * (sum_high - sum_low));
}

void sinc_read(std::span<const float> signal, double first, double step, std::span<float> out) {
    for (std::size_t index = 0; index < out.size(); ++index) {
        out[index] =
            static_cast<float>(sinc_value(signal, first + step * static_cast<double>(index)));
    }
}

}  // namespace earshot::test
