#include "common/dsp/state_slot.hpp"

namespace earshot::dsp {

StateSlot::StateSlot() : work_(audio::kListenerChannels, kChunk) {}

void StateSlot::take(const PreparedState& state) noexcept {
    state_ = &state;
    tone_.set(state.tone());
    kept_ = {};
}

void StateSlot::run(const DelayLine& input, std::int64_t first, int count, int delay) noexcept {
    const audio::BlockView work = work_.view().part(0, count);
    switch (state_->kind()) {
        case StateKind::silence:
            return;  // take() left zeros, and nothing writes over them
        case StateKind::bypass:
            input.read(first - delay, work);
            break;
        case StateKind::tone:
            input.read(first - delay + tone_.latency(), work);
            tone_.process(work);
            break;
    }
    for (std::size_t channel = 0; channel < kept_.size(); ++channel) {
        std::int64_t frame = first;
        for (const float sample : work.channel(static_cast<int>(channel))) {
            kept_[channel][static_cast<std::size_t>(frame++ & (kKept - 1))] = sample;
        }
    }
}

}  // namespace earshot::dsp
