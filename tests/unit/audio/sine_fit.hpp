#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

namespace earshot::test {

/// A tone of known frequency in a signal, by least squares: amplitude and what is left over.
struct SineFit {
    double amplitude = 0.0;
    double phase_radians = 0.0;
    double residual_rms = 0.0;

    /// Total harmonic distortion and noise against the tone.
    [[nodiscard]] double thd_n_db() const {
        return 20.0 * std::log10(residual_rms / (amplitude / std::numbers::sqrt2));
    }
};

/// @param radians_per_frame  Of the tone; fitted with a constant (DC) beside it.
inline SineFit fit_sine(std::span<const float> signal, double radians_per_frame) {
    // Normal equations of a*cos + b*sin + c, solved by elimination.
    std::array<std::array<double, 4>, 3> m{};
    for (std::size_t n = 0; n < signal.size(); ++n) {
        const double angle = radians_per_frame * static_cast<double>(n);
        const std::array<double, 3> basis{std::cos(angle), std::sin(angle), 1.0};
        for (std::size_t row = 0; row < 3; ++row) {
            for (std::size_t column = 0; column < 3; ++column) {
                m[row][column] += basis[row] * basis[column];
            }
            m[row][3] += basis[row] * static_cast<double>(signal[n]);
        }
    }
    for (std::size_t pivot = 0; pivot < 3; ++pivot) {
        for (std::size_t row = 0; row < 3; ++row) {
            if (row == pivot) {
                continue;
            }
            const double factor = m[row][pivot] / m[pivot][pivot];
            for (std::size_t column = pivot; column < 4; ++column) {
                m[row][column] -= factor * m[pivot][column];
            }
        }
    }
    const double a = m[0][3] / m[0][0];
    const double b = m[1][3] / m[1][1];
    const double c = m[2][3] / m[2][2];
    double sum = 0.0;
    for (std::size_t n = 0; n < signal.size(); ++n) {
        const double angle = radians_per_frame * static_cast<double>(n);
        const double rest =
            static_cast<double>(signal[n]) - (a * std::cos(angle) + b * std::sin(angle) + c);
        sum += rest * rest;
    }
    return {.amplitude = std::hypot(a, b),
            .phase_radians = std::atan2(-b, a),  // cos(angle + phase)
            .residual_rms = std::sqrt(sum / static_cast<double>(signal.size()))};
}

}  // namespace earshot::test
