#pragma once

#include <array>
#include <cstddef>

namespace earshot::dsp {

/// Bands of the acoustic engine, and room for them in whole vectors of four.
inline constexpr std::size_t kBands = 55;
inline constexpr std::size_t kBandSlots = 56;
/// One value a band; what lies in the last slot means nothing.
using PerBand = std::array<float, kBandSlots>;

/// Equivalent rectangular bandwidth of the normal ear's filter, Hz.
/// Source: Glasberg & Moore, Hearing Research 47, 1990.
[[nodiscard]] double erb_hz(double frequency_hz) noexcept;
/// Centre of a band: 20 Hz, and 0.75 Cam further for each band after it. @pre band < kBands
[[nodiscard]] double band_hz(std::size_t band) noexcept;

/// The complex gammatone filter bank of the acoustic engine, designed: what every ear's filters,
/// delays and detectors have in common. Immutable; designing takes a few milliseconds.
///
/// Band k filters with 2 [(1 - |p|) / (1 - p/z)]^4, so that its output's magnitude is the envelope.
/// Each output is turned by a phase and delayed so that all envelopes peak at kDelay, and weighted
/// so that the sum is flat: without gains the bank delays by kDelay and does nothing else
/// (+-0.3 dB, 25 Hz to 19 kHz).
///
/// Source: Hohmann, Acustica 88, 2002 (bank and synthesis); HEARING 1.3 (figures).
/// Thread: const is safe. Share one among all engines.
struct GammatoneBank {
    /// Frames by which the sum comes after the input: 8 ms.
    static constexpr int kDelay = 384;

    GammatoneBank();

    PerBand pole_re{};                    ///< p, inside the unit circle.
    PerBand pole_im{};                    ///< p
    PerBand input_gain{};                 ///< 2 (1 - |p|)^4
    PerBand project_re{};                 ///< w cos(phi): weight and phase of the sum.
    PerBand project_im{};                 ///< w sin(phi)
    PerBand detector{};                   ///< Share of a new sample in the smoothed envelope.
    PerBand detector_lag{};               ///< Frames by which the smoothed envelope lags.
    PerBand cochlear_db{};                ///< Free field to cochlea, dB re 1 kHz.
    std::array<int, kBandSlots> delay{};  ///< Frames from filter to sum, 0 to kDelay.
};

}  // namespace earshot::dsp
