#pragma once

#include <complex>
#include <span>

namespace earshot::dsp {

/// A second-order section: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''.
///
/// Source: R. Bristow-Johnson, Cookbook formulae for audio equalizer biquad filter coefficients
/// (W3C Audio EQ Cookbook). All for 48 kHz; frequencies over 0 and under 24 000 Hz.
struct BiquadCoefficients {
    double b0 = 1.0, b1 = 0.0, b2 = 0.0, a1 = 0.0, a2 = 0.0;

    /// 12 dB an octave above the corner; q = 0.7071 is Butterworth's.
    [[nodiscard]] static BiquadCoefficients low_pass(double corner_hz, double q) noexcept;
    /// 12 dB an octave below the corner.
    [[nodiscard]] static BiquadCoefficients high_pass(double corner_hz, double q) noexcept;
    /// A bell of gain_db at its centre.
    [[nodiscard]] static BiquadCoefficients peak(double centre_hz,
                                                 double q,
                                                 double gain_db) noexcept;
    /// gain_db far above the middle, half of it (in dB) there.
    /// @param slope  1 is the steepest without overshoot.
    [[nodiscard]] static BiquadCoefficients high_shelf(double middle_hz,
                                                       double slope,
                                                       double gain_db) noexcept;

    /// The transfer function at a frequency.
    [[nodiscard]] std::complex<double> response(double frequency_hz) const noexcept;
};

/// Q of section `index` (0 to order / 2 - 1) of an even-order Butterworth filter.
[[nodiscard]] double butterworth_q(int order, int index) noexcept;

/// Runs a second-order section over one channel (transposed direct form II, double state).
/// Thread: one owner. Real-time: yes.
class Biquad {
public:
    /// In place, with coefficients that may differ from call to call.
    void process(const BiquadCoefficients& with, std::span<double> inout) noexcept;
    void reset() noexcept { s1_ = s2_ = 0.0; }
    /// Makes a state that has died away exactly 0, before it gets denormal and slow.
    void drop_residue() noexcept;

private:
    double s1_ = 0.0;
    double s2_ = 0.0;
};

}  // namespace earshot::dsp
