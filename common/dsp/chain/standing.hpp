#pragma once

#include "common/audio/format.hpp"
#include "common/dsp/chain/transition.hpp"

#include <array>
#include <chrono>
#include <cstddef>

namespace earshot::dsp {

/// For how long each ear's ringing has been there. It goes on through a change from one state that
/// rings in an ear to another; else it begins with the state that rings.
using RingingTime = std::array<Frames, audio::kListenerChannels>;

/// From before the programme: its rise is over, its decay begins with programme frame 0.
inline constexpr Frames kSinceEver = std::chrono::hours{1'000'000};

/// A transition at a moment of it.
struct BegunTransition {
    Transition to;
    Frames elapsed{0};      ///< Since it began; below 0: it begins so much later.
    RingingTime ringing{};  ///< Of to.target.
};

/// How a chain stands at a frame: a state, and the fades over it that still run, oldest first.
/// A plain value; what it points to outlives the chain. Real-time: yes.
struct Standing {
    /// Fades that run at once; the chain has room for one state more.
    static constexpr std::size_t kMostFades = 5;

    const PreparedState* state = nullptr;  ///< What the oldest fade begins from. Not null.
    std::array<BegunTransition, kMostFades> fades{};
    std::size_t fade_count = 0;
    RingingTime ringing{kSinceEver, kSinceEver};  ///< Of `state`.
    /// The programme stands still: what follows its loudness stays as it is.
    bool still = false;

    /// Adds the next fade. One too many lets the oldest count as done.
    void add(const Transition& to, Frames elapsed) noexcept;
    /// The same fades this much later, or earlier if below 0.
    void advance(Frames by) noexcept;
    /// As it stands when all fades are over; the programme stands still.
    [[nodiscard]] Standing settled() const noexcept;
    /// The state it stands in or goes to in the end.
    [[nodiscard]] const PreparedState* target() const noexcept {
        return fade_count > 0 ? fades[fade_count - 1].to.target : state;
    }
    /// For how long that one rings.
    [[nodiscard]] const RingingTime& target_ringing() const noexcept {
        return fade_count > 0 ? fades[fade_count - 1].ringing : ringing;
    }

private:
    [[nodiscard]] RingingTime ringing_of(const Transition& to, Frames elapsed) const noexcept;
};

}  // namespace earshot::dsp
