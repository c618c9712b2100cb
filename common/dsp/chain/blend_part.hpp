#pragma once

#include "common/dsp/chain/crossfade.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace earshot::dsp {

/// Blends one member of several states' parameters into that member of another.
/// @param states  At most Crossfade::kSlots.
/// Real-time: yes.
template <class Whole, class Part>
void blend_part(std::span<const Whole* const> states,
                std::span<const double> weights,
                Part Whole::*part,
                Whole& out) noexcept {
    std::array<const Part*, Crossfade::kSlots> parts{};
    for (std::size_t i = 0; i < states.size(); ++i) {
        parts[i] = &(states[i]->*part);
    }
    blend(std::span<const Part* const>(parts).first(states.size()), weights, out.*part);
}

}  // namespace earshot::dsp
