#pragma once

#include "common/dsp/implant/carrier_bank.hpp"
#include "common/dsp/implant/channel_lanes.hpp"
#include "common/dsp/implant/envelope_bank.hpp"
#include "common/dsp/implant/frame_coder.hpp"
#include "common/dsp/implant/implant_front.hpp"
#include "common/dsp/implant/implant_settings.hpp"
#include "common/dsp/implant/output_band.hpp"
#include "common/dsp/implant/spiral_bank.hpp"

#include <cstddef>

namespace earshot::dsp {

/// All coefficients of an implant, of fixed size: what an ImplantEngine runs on.
struct ImplantPlan {
    ImplantStrategy strategy = ImplantStrategy::vocoder;
    std::size_t channels = 0;  ///< 0 makes silence.
    ImplantFrontPlan front;
    EnvelopePlan envelopes;
    ChannelTable restore;  ///< From channel levels to carrier levels (vocoder).
    FrameCoderPlan coder;
    CarrierPlan carriers;
    SpiralPlan spiral;
    OutputBandPlan output;
};

}  // namespace earshot::dsp
