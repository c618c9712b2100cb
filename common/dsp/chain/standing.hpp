#pragma once

#include "common/dsp/chain/transition.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace earshot::dsp {

/// A transition at a moment of it.
struct BegunTransition {
    Transition to;
    Frames elapsed{0};  ///< Since it began; below 0: it begins so much later.
};

/// How a chain stands at a frame: a state, and the fades over it that still run, oldest first.
/// A plain value; what it points to outlives the chain.
struct Standing {
    /// Fades that run at once; the chain has room for one state more.
    static constexpr std::size_t kMostFades = 5;

    const PreparedState* state = nullptr;  ///< What the oldest fade begins from. Not null.
    std::array<BegunTransition, kMostFades> fades{};
    std::size_t fade_count = 0;

    /// Adds the next fade. One too many lets the oldest count as done.
    void add(const Transition& to, Frames elapsed) noexcept {
        if (fade_count == kMostFades) {
            state = fades.front().to.target;
            std::move(fades.begin() + 1, fades.end(), fades.begin());
            --fade_count;
        }
        fades[fade_count++] = {to, elapsed};
    }
    /// The state it stands in or goes to in the end.
    [[nodiscard]] const PreparedState* target() const noexcept {
        return fade_count > 0 ? fades[fade_count - 1].to.target : state;
    }
};

}  // namespace earshot::dsp
