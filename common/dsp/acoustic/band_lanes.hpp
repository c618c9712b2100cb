#pragma once

#include "common/dsp/acoustic/gammatone_bank.hpp"
#include "common/dsp/lanes.hpp"

#include <array>
#include <cstddef>

namespace earshot::dsp {

/// Groups of four neighbouring bands, worked on at once.
inline constexpr std::size_t kGroups = kBandSlots / kLanes;
/// One value a band, as vectors.
using BandLanes = std::array<Lanes, kGroups>;

/// Frames from one evaluation of the gains to the next, at positions that are multiples of it.
inline constexpr int kStep = 16;

/// Four bands' values. @pre group < kGroups
[[nodiscard]] inline Lanes lanes_of(const PerBand& values, std::size_t group) noexcept {
    return load_lanes(values.data() + group * kLanes);
}

}  // namespace earshot::dsp
