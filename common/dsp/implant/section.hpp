#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

namespace earshot::dsp {

/// A second-order section in double precision, as filters are designed:
/// y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. All for 48 kHz.
struct Section {
    double b0 = 1.0, b1 = 0.0, b2 = 0.0, a1 = 0.0, a2 = 0.0;

    /// The transfer function at a frequency.
    [[nodiscard]] std::complex<double> response(double frequency_hz) const noexcept;
};

/// The transfer function of sections one after the other.
[[nodiscard]] std::complex<double> response(std::span<const Section> sections,
                                            double frequency_hz) noexcept;
/// Group delay at a frequency, frames.
[[nodiscard]] double group_delay(std::span<const Section> sections, double frequency_hz) noexcept;
/// Power of white noise of power 1 after the sections. @pre bandwidths over 20 Hz, 16 sections
[[nodiscard]] double noise_power(std::span<const Section> sections) noexcept;

/// Fourth-order Butterworth band-pass, -3 dB at both edges, gain 1 at the middle.
/// Its numerators are 1 - z^-2 but for the gain, which the first section carries.
/// @pre 0 < low_hz < high_hz < 24 000
[[nodiscard]] std::array<Section, 2> butterworth_band(double low_hz, double high_hz);
/// Second-order Butterworth low-pass.
[[nodiscard]] Section butterworth_low_pass(double corner_hz);
/// Resonator of two poles: gain 1 at its frequency, -3 dB bandwidth as given, numerator 1 - z^-2.
[[nodiscard]] Section resonator(double frequency_hz, double bandwidth_hz);
/// Chebyshev low-pass or high-pass of an even order, 0.1 dB of ripple up (down) to its edge.
[[nodiscard]] std::vector<Section> chebyshev_low_pass(int order, double edge_hz);
[[nodiscard]] std::vector<Section> chebyshev_high_pass(int order, double edge_hz);

}  // namespace earshot::dsp
