#pragma once

#include "common/dsp/overlay/vibration.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <cstdint>
#include <vector>

/// Drums made by rule, and what a Vibration makes of a sound.
namespace earshot::dsp::overlay_test {

struct DrumKit {
    int seconds = 10;
    double beats_per_minute = 120.0;
    double bass = 0.03;  ///< Amplitude of the note under it all.
    std::uint64_t seed = 1;
};

struct Drums {
    sound::Stereo sound;
    std::vector<int> kicks;  ///< Frames at which one begins.
};

/// Eighths with a little chance in time (+-6 ms) and strength (+-4 dB): kicks on the beats and
/// where chance wants more, snares on two and four, hats everywhere, toms now and then, a bass note
/// under it.
[[nodiscard]] Drums drums(const DrumKit& kit);

/// What comes out of a Vibration: left the audio, right the stand-in.
struct Felt {
    sound::Stereo audio;
    std::vector<HapticPoint> points;
};
[[nodiscard]] Felt felt(Vibration& vibration,
                        const sound::Stereo& in,
                        std::int64_t position = 0,
                        const std::vector<int>& blocks = {960});

struct KickCount {
    int kicks = 0;
    int found = 0;  ///< With a flag within 15 ms; a flag stands at the middle of its point.
    int flags = 0;
    double worst_ms = 0.0;  ///< Of those found.
};
[[nodiscard]] KickCount count_kicks(const DrumKit& kit);

}  // namespace earshot::dsp::overlay_test
