#include "common/dsp/chain/implant_voice.hpp"

#include "common/audio/format.hpp"

namespace earshot::dsp {

ImplantVoice::ImplantVoice() : work_(audio::kListenerChannels, kChunk) {}

void ImplantVoice::start(const ImplantRecipe& recipe) noexcept {
    recipe_ = &recipe;
    engine_.take(recipe);
    sound_.clear();
}

void ImplantVoice::run(const DelayLine& input,
                       std::int64_t first,
                       int count,
                       int delay,
                       std::int64_t position) noexcept {
    const audio::BlockView work = work_.view().part(0, count);
    input.read(first - delay + ImplantEngine::latency(), work);
    engine_.process(work, position);
    sound_.write(first, work);
}

}  // namespace earshot::dsp
