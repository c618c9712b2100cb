#include "tests/unit/dsp_chain/chain_sound.hpp"

#include <algorithm>
#include <cstddef>

namespace earshot::dsp::sound {

Stereo render(HearingChain& chain,
              const Stereo& in,
              const std::vector<Cue>& cues,
              const std::vector<int>& blocks) {
    Stereo out = in;
    struct Step {
        HearingChain& chain;
        const std::vector<Cue>& cues;
        std::size_t next = 0;
        std::int64_t now = 0;
        void process(audio::BlockView block) {
            for (; next < cues.size() && cues[next].frame < now + block.frames(); ++next) {
                chain.change(cues[next].to, static_cast<int>(cues[next].frame - now));
            }
            chain.process(block, block);
            now += block.frames();
        }
    } step{chain, cues};
    run(step, out, blocks);
    return out;
}

Stereo render_in(const StatePtr& state, const Stereo& in) {
    HearingChain chain;
    chain.start({.state = state.get()});
    return render(chain, in);
}

}  // namespace earshot::dsp::sound
