#pragma once

namespace earshot::dsp {

/// Frames between two control points: parameters count at frames whose programme position is a
/// multiple of it, and run along straight lines between them.
inline constexpr int kControlPeriod = 32;

/// Frames for which slow hearing (threshold shift, masking, rise and decay) stays the same: it
/// changes in small steps at programme positions that are a multiple of it, each a line over one
/// control period.
inline constexpr int kSlowPeriod = 8 * kControlPeriod;

}  // namespace earshot::dsp
