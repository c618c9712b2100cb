#pragma once

#include "common/base/time.hpp"
#include "common/dsp/fade_curve.hpp"

namespace earshot::dsp {

class PreparedState;

/// Shortest and longest fade (HEARING 3.1).
inline constexpr std::chrono::milliseconds kShortestFade{20};
inline constexpr std::chrono::milliseconds kLongestFade{60'000};

/// Shortest fade out of a second of silence, and that of a cue that may startle (DESIGN 1.7).
inline constexpr std::chrono::milliseconds kShortestFromQuiet{300};
inline constexpr std::chrono::milliseconds kShortestSuddenFromQuiet{30};

/// One change of hearing state.
struct Transition {
    const PreparedState* target = nullptr;  ///< Outlives the chain.
    Frames fade{0};                         ///< kShortestFade to kLongestFade.
    FadeCurve curve = FadeCurve::quintic;
    bool sudden = false;  ///< May leave silence within 30 ms instead of 300 ms (DESIGN 1.7).
};

}  // namespace earshot::dsp
