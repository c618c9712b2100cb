#pragma once

#include "common/dsp/acoustic/band_lanes.hpp"

#include <cstdint>
#include <span>

namespace earshot::dsp {

/// Slow random values for the bands' phases, in -1 to 1: a function of seed, corner, band and
/// programme position, of nothing else. It is random at knots, every 2^i frames and every four
/// bands, and runs straight between them; corners between two such grids mix the two.
/// Neighbouring bands move alike, so that a tone they share is not thinned out.
///
/// Source: HEARING 1.6 (b). Real-time: yes.
/// @param seed      Which of many noises.
/// @param log2_hz   Corner (-3 dB): log2 of 50 to 500 Hz.
/// @param position  Programme frame.
/// @param groups    Receives the values of four bands each, from band 0 on; at most kGroups.
void phase_noise(std::uint64_t seed,
                 float log2_hz,
                 std::int64_t position,
                 std::span<Lanes> groups) noexcept;

}  // namespace earshot::dsp
