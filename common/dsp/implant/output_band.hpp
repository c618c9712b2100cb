#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/dsp/implant/channel_lanes.hpp"

#include <array>
#include <cstddef>

namespace earshot::dsp {

/// What an OutputBand does, ready to run: sections b0 (1 + c z^-1 + z^-2) / (1 + a1 z^-1 + a2
/// z^-2).
struct OutputBandPlan {
    static constexpr std::size_t kMostSections = 12;

    struct Coefficients {
        float middle = 0.0F;  ///< c: 2 in a low-pass, -2 in a high-pass.
        float b0 = 1.0F;
        float a1 = 0.0F;
        float a2 = 0.0F;
    };
    std::size_t sections = 0;
    std::array<Coefficients, kMostSections> section{};
};

/// The last filter of an implant: keeps its sound within a range of frequencies, both ears at once.
/// Thread: one owner. Real-time: everything.
class OutputBand {
public:
    /// @param ears  A step of each ear, four lanes to be added up to its sound.
    /// @param out   Shape [2][frames], 1 to kImplantStep frames.
    void process(const OutputBandPlan& plan,
                 const std::array<LaneStep, audio::kListenerChannels>& ears,
                 audio::BlockView out,
                 bool clean) noexcept;
    void reset() noexcept { states_ = {}; }

private:
    struct State {
        Lanes s1{};
        Lanes s2{};
    };
    std::array<State, OutputBandPlan::kMostSections> states_{};
};

}  // namespace earshot::dsp
