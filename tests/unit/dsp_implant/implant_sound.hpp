#pragma once

#include "common/dsp/implant/implant_engine.hpp"
#include "common/dsp/implant/implant_recipe.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

/// Sounds to put through a simulated implant, and what is measured on them.
namespace earshot::dsp::implant_test {

using Sound = std::vector<float>;

/// Two ears of equal length.
struct Pair {
    Sound left;
    Sound right;
};

/// Something like a voice: syllables of a gliding pitch through moving formants, hisses, pauses.
/// Reproducible on every machine. @param rms  Over the whole length.
[[nodiscard]] Sound voice(int frames, double rms, std::uint32_t seed);
[[nodiscard]] Sound tone(double frequency_hz, double amplitude, int frames);
/// Evenly distributed in +-amplitude.
[[nodiscard]] Sound noise(double amplitude, int frames, std::uint32_t seed);

/// The recipe of settings that are known to be right.
[[nodiscard]] ImplantRecipe recipe_of(const ImplantSettings& settings);
/// A new engine that works as an implant with these settings.
[[nodiscard]] std::unique_ptr<ImplantEngine> engine_on(const ImplantSettings& settings);
/// Puts both ears through an engine from a position on, in blocks of the given sizes in turn.
[[nodiscard]] Pair render(ImplantEngine& engine,
                          const Pair& in,
                          std::int64_t position = 0,
                          const std::vector<int>& blocks = {960});
/// The left ear of the same sound in both ears, through a new engine, from position 0.
[[nodiscard]] Sound through(const ImplantSettings& settings, const Sound& in);

/// How far the sound from frame `sought` on is off where an engine begins 200 ms before it, which
/// is HEARING's way to seek, instead of at 0: the largest difference, dBFS.
[[nodiscard]] double seek_error_dbfs(const ImplantSettings& settings, int sought, int frames_after);

/// Largest magnitude of frames [from, end).
[[nodiscard]] double largest(const Sound& sound, std::size_t from = 0);
/// Root mean square of frames [from, end), dBFS.
[[nodiscard]] double level_dbfs(const Sound& sound, int from = 0);
/// The same of the fourth-order band between two frequencies.
[[nodiscard]] double band_level_dbfs(const Sound& sound, double low_hz, double high_hz, int from);
/// The same of what lies above (below) a frequency, 12th-order.
[[nodiscard]] double level_above_dbfs(const Sound& sound, double frequency_hz, int from);
[[nodiscard]] double level_below_dbfs(const Sound& sound, double frequency_hz, int from);
/// Amplitude of a sine in frames [from, end), Hann window, dB re 1.0.
[[nodiscard]] double sine_db(const Sound& sound, double frequency_hz, int from);

/// Slow (to 16 Hz) envelope of a fourth-order band, a value each 48 frames.
[[nodiscard]] std::vector<double> slow_envelope(const Sound& sound, double low_hz, double high_hz);
/// Correlation of envelopes with b up to 25 ms late, the best of all lags.
[[nodiscard]] double best_correlation(const std::vector<double>& a, const std::vector<double>& b);
/// Best correlations of each channel's envelope with that of channel + shift at the carriers.
[[nodiscard]] std::vector<double> envelope_correlations(const ImplantRecipe& recipe,
                                                        const Sound& in,
                                                        const Sound& out,
                                                        std::size_t shift = 0);

}  // namespace earshot::dsp::implant_test
