#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/dsp/implant/carrier_bank.hpp"
#include "common/dsp/implant/envelope_bank.hpp"
#include "common/dsp/implant/frame_coder.hpp"
#include "common/dsp/implant/implant_front.hpp"
#include "common/dsp/implant/implant_plan.hpp"
#include "common/dsp/implant/implant_recipe.hpp"
#include "common/dsp/implant/output_band.hpp"
#include "common/dsp/implant/spiral_bank.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// A cochlear implant in each ear, as simulated for listeners with headphones: channels, envelopes
/// and carriers, as its recipe says (HEARING 1.7).
///
/// Its parameters do not glide. To change them, run a second engine and crossfade.
/// The same sound at the same positions gives the same samples however it is cut into calls. After
/// 200 ms nothing before them is remembered.
/// Thread: one owner. Real-time: everything; its size is the same for all recipes.
class ImplantEngine {
public:
    ImplantEngine() noexcept { reset(); }

    /// Runs on another recipe from here, and forgets all sound. The recipe is copied.
    void take(const ImplantRecipe& recipe) noexcept;

    /// In place.
    /// @param inout     Shape [2][frames], full scale 1.0, any number of frames.
    /// @param position  Programme frame of the first sample; counts up without gaps between resets.
    void process(audio::BlockView inout, std::int64_t position) noexcept;
    void reset() noexcept;

    /// Frames by which a steady sound's envelope comes out after the input, in the median channel;
    /// the channels' own delays are in ImplantRecipe::channels().
    [[nodiscard]] static constexpr int latency() noexcept { return ImplantRecipe::kLatency; }

    /// Channels that stimulate in an ear's latest frame, a bit each (n-of-m; else 0).
    [[nodiscard]] std::uint32_t stimulated(std::size_t ear) const noexcept {
        return ears_[ear].coder.stimulated();
    }

private:
    struct Ear {
        EnvelopeBank envelopes;
        FrameCoder coder;
        CarrierBank carriers;
        SpiralBank spiral;
    };

    void process_step(audio::BlockView inout, std::int64_t position) noexcept;
    void make_carriers(std::size_t ear, std::size_t count, std::int64_t position) noexcept;

    ImplantPlan plan_;
    ImplantFront front_;
    std::array<Ear, audio::kListenerChannels> ears_{};
    OutputBand output_;

    ImplantFront::Step sound_{};
    EnvelopeBank::Envelopes levels_{};
    std::array<LaneStep, audio::kListenerChannels> sums_{};
};

}  // namespace earshot::dsp
