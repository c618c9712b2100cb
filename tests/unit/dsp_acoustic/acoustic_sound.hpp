#pragma once

#include "common/base/level.hpp"
#include "common/dsp/acoustic/acoustic_engine.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Sounds through the acoustic engine, and what the law says of them.
namespace earshot::dsp::sound {

/// One bank for all tests of a program.
[[nodiscard]] std::shared_ptr<const GammatoneBank> bank();

/// Settings with the same loss in both ears, or one for each.
[[nodiscard]] AcousticSettings loss(const Audiogram& both);
[[nodiscard]] AcousticSettings losses(const Audiogram& left, const Audiogram& right);
/// Settings with every effect at once, the ears different.
[[nodiscard]] AcousticSettings everything();

/// A new engine's output for a sound that begins at a programme position, without the latency:
/// frame i of the result belongs to frame i of the sound, the last kLatency frames are cut off.
[[nodiscard]] Stereo heard(const AcousticParameters& parameters,
                           const Stereo& sound,
                           std::int64_t position = 0,
                           const std::vector<int>& blocks = {960});
[[nodiscard]] Stereo heard(const AcousticSettings& settings,
                           const Stereo& sound,
                           std::int64_t position = 0,
                           const std::vector<int>& blocks = {960});

/// Puts a sound through an engine that stands at a position, in place, latency and all.
void run_from(AcousticEngine& engine,
              Stereo& inout,
              std::int64_t position,
              const std::vector<int>& blocks = {960});

/// Levels of a tone in the two ears.
struct Levels {
    double left;
    double right;
};
/// What becomes of a steady tone, dB SPL at full scale = 100 dB SPL rms.
/// @param level_db_spl  Of the tone that goes in.
[[nodiscard]] Levels tone_levels(const AcousticSettings& settings, double hz, double level_db_spl);

/// Level of a sine of an amplitude, and the other way round, dB SPL at the default calibration.
[[nodiscard]] double spl_of_amplitude_db(double amplitude_db);
[[nodiscard]] double amplitude_of_spl(double level_db_spl);

/// The printed law (HEARING 1.4): level out for a level in, both dB SPL.
[[nodiscard]] double law(double hl_db, double level_db_spl, double catch_up = 105.0);
/// Its slope R below the catch-up level.
[[nodiscard]] double law_slope(double hl_db);

/// "N3", or "F60" for a flat loss.
[[nodiscard]] Audiogram audiogram(const std::string& name);
/// The frequencies of the tone tests.
inline constexpr std::array<double, 10> kAudiometricHz = {
    125.0, 250.0, 500.0, 1'000.0, 1'500.0, 2'000.0, 3'000.0, 4'000.0, 6'000.0, 8'000.0};

/// Largest difference between the law and the engine over tones that come out audible (>= 0 dB
/// SPL), in the left ear and in the right.
struct ToneErrors {
    double left = 0.0;
    double right = 0.0;
};
[[nodiscard]] ToneErrors worst_tone_errors(const Audiogram& left,
                                           const Audiogram& right,
                                           const std::vector<double>& frequencies_hz,
                                           const std::vector<double>& levels_db_spl);

}  // namespace earshot::dsp::sound
