#pragma once

#include "common/dsp/chain/hearing_chain.hpp"
#include "tests/support/hearing_states.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <cstdint>
#include <vector>

namespace earshot::dsp::sound {

/// A change of state by output frame.
struct Cue {
    std::int64_t frame;
    Transition to;
};

/// Puts a sound through a chain, in blocks of the given sizes in turn, cues in order of frame.
[[nodiscard]] Stereo render(HearingChain& chain,
                            const Stereo& in,
                            const std::vector<Cue>& cues = {},
                            const std::vector<int>& blocks = {960});
/// A new chain that stands in a state.
[[nodiscard]] Stereo render_in(const StatePtr& state, const Stereo& in);

}  // namespace earshot::dsp::sound
