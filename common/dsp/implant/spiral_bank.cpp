#include "common/dsp/implant/spiral_bank.hpp"

namespace earshot::dsp {

void SpiralBank::reset() noexcept {
    groups_ = {};
    oscillators_.reset();
}

void SpiralBank::update(const SpiralPlan& plan, const EnvelopeBank::Envelopes& levels) noexcept {
    std::array<Lanes, kMostChannels> power{};
    for (std::size_t channel = 0; channel < plan.channels; ++channel) {
        const float level = levels[channel / kLanes][0][channel % kLanes];
        power[channel] = splat(level * level);
    }
    const Lanes per_frame = splat(1.0F / static_cast<float>(kImplantStep));
    for (std::size_t g = 0; g < plan.oscillators.groups; ++g) {
        Lanes sum{};
        for (std::size_t channel = 0; channel < plan.channels; ++channel) {
            sum += power[channel] * plan.power[channel].group[g];
        }
        Group& group = groups_[g];
        group.amplitude = group.target;
        group.target = sqrt(sum);
        group.step = (group.target - group.amplitude) * per_frame;
    }
}

void SpiralBank::process(const SpiralPlan& plan,
                         const EnvelopeBank::Envelopes& levels,
                         LaneStep& sum,
                         std::size_t ear,
                         std::size_t count,
                         std::int64_t position) noexcept {
    oscillators_.begin_step(plan.oscillators, ear, position, count);
    if ((position & static_cast<std::int64_t>(kImplantStep - 1)) == 0) {
        update(plan, levels);
    }
    for (std::size_t g = 0; g < plan.oscillators.groups; ++g) {
        OscillatorBank::State state = oscillators_.state(g);
        const Lanes cosine = plan.oscillators.turn_cosine.group[g];
        const Lanes sine = plan.oscillators.turn_sine.group[g];
        const Lanes step = groups_[g].step;
        Lanes amplitude = groups_[g].amplitude;
        for (std::size_t i = 0; i < count; ++i) {
            sum[i] += amplitude * state.sine;
            amplitude += step;
            state.turn(cosine, sine);
        }
        groups_[g].amplitude = amplitude;
        oscillators_.state(g) = state;
    }
}

}  // namespace earshot::dsp
