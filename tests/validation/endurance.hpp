#pragma once

namespace earshot::dsp::validation {

/// Runs one chain for a time of sound, through all presets at all intensities, and checks that it
/// is as it was at the start: memory, numbers, latency (HEARING J4).
void expect_endures(int minutes);

/// Notes how much memory one perspective takes.
void note_memory();

}  // namespace earshot::dsp::validation
