#pragma once

#include "common/dsp/biquad.hpp"

namespace earshot::dsp {

/// The power that white noise of power 1 has behind a section, in closed form.
///
/// Source: K. J. Astrom, Introduction to Stochastic Control Theory, 1970, chapter 5 (the integral
/// of a discrete second-order spectrum). Real-time: yes.
[[nodiscard]] double white_noise_power(const BiquadCoefficients& section) noexcept;

/// Likewise behind two sections, numerically (to 0.1 % for corners from 50 Hz). Not real-time.
[[nodiscard]] double white_noise_power(const BiquadCoefficients& first,
                                       const BiquadCoefficients& second) noexcept;

/// Gain of the loudness measure's weighting at a frequency, as a factor of power.
/// Source: ITU-R BS.1770-4, annex 1, the coefficients for 48 kHz.
[[nodiscard]] double loudness_weight(double frequency_hz) noexcept;

/// A second-order band-pass of gain 1 at its centre.
/// Source: as BiquadCoefficients.
[[nodiscard]] BiquadCoefficients band_pass(double centre_hz, double q) noexcept;

/// gain_db below about 250 Hz, 0 from about 1 kHz on: within 1 dB of gain_db from 125 to 250 Hz and
/// of 0 over 1 kHz, for gains up to 20 dB.
[[nodiscard]] BiquadCoefficients occlusion_shelf(double gain_db) noexcept;

}  // namespace earshot::dsp
