#pragma once

#include "tests/support/audio_file.hpp"

#include <cstdint>
#include <vector>

namespace earshot::test {

/// Uniform numbers in [-1, 1) from a seed and an index; the same on every machine.
[[nodiscard]] float noise_at(std::uint64_t seed, std::uint64_t index) noexcept;

/// White noise, each channel its own. @param peak  Largest sample.
[[nodiscard]] Audio white_noise(
    int sample_rate_hz, int channels, double seconds, float peak, std::uint64_t seed);

/// A programme that can be told apart at every position and whose loudness moves like music's:
/// noise low-passed at about 8 kHz, under a level that wanders with the seed between -30 and -12
/// dBFS, with a click-like marker each second. The two channels share half of their sound.
[[nodiscard]] Audio busy_programme(int sample_rate_hz,
                                   int channels,
                                   double seconds,
                                   std::uint64_t seed);

/// Sine on all channels. @param peak  Amplitude.
[[nodiscard]] Audio tone(
    int sample_rate_hz, int channels, double seconds, double frequency_hz, float peak);

/// Exponential sweep on all channels.
[[nodiscard]] Audio sweep(
    int sample_rate_hz, int channels, double seconds, double from_hz, double to_hz, float peak);

/// Delays by a fraction of a frame: windowed sinc, for making signals of known delay.
[[nodiscard]] std::vector<float> delayed(const std::vector<float>& signal, double delay_frames);

}  // namespace earshot::test
