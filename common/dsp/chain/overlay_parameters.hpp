#pragma once

#include "common/dsp/overlay/inner_body.hpp"
#include "common/dsp/overlay/tinnitus_parameters.hpp"
#include "common/dsp/overlay/vibration.hpp"

#include <span>

namespace earshot::dsp {

/// What a state adds to what the ears take in: ringing, the body's own sounds, a stand-in for what
/// is felt.
struct OverlayParameters {
    TinnitusParameters tinnitus;
    InnerBodyParameters inner;
    VibrationParameters vibration;

    /// False if nothing of it is heard in headphones.
    [[nodiscard]] bool audible() const noexcept;
};

/// The weighted sum, part by part.
/// @param weights  >= 0, of sum 1.
/// @param out  None of the states. Real-time: yes.
void blend(std::span<const OverlayParameters* const> states,
           std::span<const double> weights,
           OverlayParameters& out) noexcept;

}  // namespace earshot::dsp
