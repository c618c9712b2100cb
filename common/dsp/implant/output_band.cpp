#include "common/dsp/implant/output_band.hpp"

#include <cmath>

namespace earshot::dsp {
namespace {

/// What is under -600 dB counts as silence, so that no denormal comes out.
float audible(float sample) noexcept {
    return std::abs(sample) < 1e-30F ? 0.0F : sample;
}

}  // namespace

void OutputBand::process(const OutputBandPlan& plan,
                         const std::array<LaneStep, audio::kListenerChannels>& ears,
                         audio::BlockView out,
                         bool clean) noexcept {
    const auto left = out.channel(0);
    const auto right = out.channel(1);
    LaneStep work;
    for (std::size_t i = 0; i < left.size(); ++i) {
        work[i] = Lanes{sum_of(ears[0][i]), sum_of(ears[1][i]), 0.0F, 0.0F};
    }
    for (std::size_t k = 0; k < plan.sections; ++k) {
        const OutputBandPlan::Coefficients& with = plan.section[k];
        const Lanes middle = splat(with.middle);
        const Lanes b0 = splat(with.b0);
        const Lanes a1 = splat(with.a1);
        const Lanes a2 = splat(with.a2);
        State state = states_[k];
        for (std::size_t i = 0; i < left.size(); ++i) {
            const Lanes x = work[i] * b0;
            const Lanes y = x + state.s1;
            state.s1 = state.s2 + middle * x - a1 * y;
            state.s2 = x - a2 * y;
            work[i] = y;
        }
        if (clean) {
            drop_residue(state.s1, state.s2);
        }
        states_[k] = state;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        left[i] = audible(work[i][0]);
        right[i] = audible(work[i][1]);
    }
}

}  // namespace earshot::dsp
