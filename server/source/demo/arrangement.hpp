#pragma once

#include "server/source/demo/canvas.hpp"

namespace earshot::source::demo {

/// Length of the demo programme.
inline constexpr double kSeconds = 90.0;

/// Where its parts begin, in seconds; the demo show's cues follow them.
inline constexpr double kConcert = 0.0;
inline constexpr double kRoom = 24.0;     ///< Voices, footsteps, a door. The loss falls 2 s before.
inline constexpr double kFelt = 40.0;     ///< Drums again.
inline constexpr double kSilence = 52.0;  ///< A room that only the objective perspective hears.
inline constexpr double kImplants = 58.0;  ///< Voices and music.
inline constexpr double kStillness = 74.0;

/// Paints the whole programme, dry. 120 beats a minute, E minor.
void paint(Canvas& canvas);

}  // namespace earshot::source::demo
