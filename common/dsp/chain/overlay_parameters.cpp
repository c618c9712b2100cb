#include "common/dsp/chain/overlay_parameters.hpp"

#include "common/dsp/chain/blend_part.hpp"

#include <algorithm>

namespace earshot::dsp {

bool OverlayParameters::audible() const noexcept {
    const bool rings =
        std::any_of(tinnitus.ears.begin(), tinnitus.ears.end(),
                    [](const TinnitusParameters::Ear& ear) { return ear.level.presence > 0.0; });
    const bool body = inner.heartbeat.presence > 0.0 || inner.blood.presence > 0.0 ||
                      inner.breath.presence > 0.0 || inner.steps.presence > 0.0 ||
                      inner.programme.presence > 0.0;
    return rings || body || vibration.stand_in.presence > 0.0;
}

void blend(std::span<const OverlayParameters* const> states,
           std::span<const double> weights,
           OverlayParameters& out) noexcept {
    blend_part(states, weights, &OverlayParameters::tinnitus, out);
    blend_part(states, weights, &OverlayParameters::inner, out);
    blend_part(states, weights, &OverlayParameters::vibration, out);
}

}  // namespace earshot::dsp
