#pragma once

#include "tests/unit/dsp/sound.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Sounds for tests of whole chains, and what is measured on them.
namespace earshot::dsp::validation {

using sound::Stereo;

/// Frames of whole packets, as everything that goes through a codec needs them.
inline constexpr int kSecond = 48'000;

/// Noise of equal power in every octave from 40 Hz on. @param rms_dbfs  Of each ear.
[[nodiscard]] Stereo pink(double rms_dbfs, int frames, std::uint32_t seed);
/// The synthetic voice of the implants' tests in both ears.
[[nodiscard]] Stereo voice(double rms_dbfs, int frames, std::uint32_t seed);
/// An excerpt of the built-in demo programme.
[[nodiscard]] Stereo demo(double from_s, double seconds);
/// A square wave in both ears.
[[nodiscard]] Stereo square(double frequency_hz, double amplitude, int frames);
/// One after the other.
[[nodiscard]] Stereo joined(const std::vector<Stereo>& parts);
[[nodiscard]] Stereo part(const Stereo& sound, int from, int frames);

/// Encoded at a bit rate and decoded again, the codec's delay taken off. Ends with the last whole
/// packet.
[[nodiscard]] Stereo through_opus(const Stereo& in, int bitrate_bps = 96'000);

struct Loudness {
    double integrated_lufs;
    double highest_short_term_lufs;
};
/// By libebur128; -70 LUFS and below count as -70.
[[nodiscard]] Loudness loudness(const Stereo& sound);

/// Level of frames [from, end), dB re full scale (rms).
[[nodiscard]] double level_dbfs(const std::vector<float>& ear, int from = 0);
/// Levels of third-octave bands 25 Hz to 16 kHz, dBFS (rms), of the last frames, as many as are
/// whole tenths of a second.
[[nodiscard]] std::vector<double> third_octaves_dbfs(const std::vector<float>& ear);
/// Their centres, Hz.
[[nodiscard]] const std::vector<double>& third_octave_centres_hz();
/// True if all samples are numbers and none is denormal.
[[nodiscard]] bool sane(const Stereo& sound);

}  // namespace earshot::dsp::validation
