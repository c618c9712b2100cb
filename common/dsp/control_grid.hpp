#pragma once

namespace earshot::dsp {

/// Frames between two control points: parameters count at frames whose programme position is a
/// multiple of it, and run along straight lines between them.
inline constexpr int kControlPeriod = 32;

}  // namespace earshot::dsp
