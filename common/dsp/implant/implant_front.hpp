#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/dsp/implant/channel_lanes.hpp"

#include <array>
#include <cstdint>

namespace earshot::dsp {

/// What an ImplantFront does, ready to run.
struct ImplantFrontPlan {
    float same = 1.0F;   ///< Share of an ear's own sound ...
    float other = 0.0F;  ///< ... and of the other ear's (width).
    int delay = 0;       ///< Frames, 0 to ImplantFront::kMostDelay.
    bool emphasise = false;
    float emphasis_b = 1.0F;  ///< y = b (x - x') + a y'
    float emphasis_a = 0.0F;
    bool compress = false;
    float attack = 0.0F;  ///< Coefficients of the level detector, a frame.
    float release = 0.0F;
    float knee = 1.0F;  ///< Detector value from which gain falls.
};

/// The way into an implant: width, delay, pre-emphasis, gain control; each ear for itself but for
/// the width. Samples over 8 (18 dB over full scale) are cut there.
///
/// The gain control's detector is the smooth branching one of Giannoulis, Massberg & Reiss, J.
/// Audio Eng. Soc. 60(6), 2012; its gain is found every kImplantStep frames and runs linearly
/// between.
/// Thread: one owner. Real-time: everything.
class ImplantFront {
public:
    static constexpr int kMostDelay = 1'000;
    /// One step of sound in each ear.
    using Step = std::array<std::array<float, kImplantStep>, audio::kListenerChannels>;

    /// @param in        Shape [2][frames], 1 to kImplantStep frames that end at most on a step's
    /// end.
    /// @param out       The first frames of it are set.
    /// @param position  Programme frame of the first.
    void process(const ImplantFrontPlan& plan,
                 audio::ConstBlockView in,
                 Step& out,
                 std::int64_t position) noexcept;
    void reset() noexcept;

private:
    static constexpr std::uint32_t kRing = 1'024;

    struct Ear {
        std::array<float, kRing> ring{};
        float emphasis_in = 0.0F;
        float emphasis_out = 0.0F;
        float level = 0.0F;
        float gain = 1.0F;
        float gain_step = 0.0F;
        float gain_target = 1.0F;
    };

    static void compress(const ImplantFrontPlan& plan,
                         Ear& ear,
                         std::array<float, kImplantStep>& inout,
                         std::size_t count,
                         bool step_begins) noexcept;

    std::array<Ear, audio::kListenerChannels> ears_{};
    std::uint32_t written_ = 0;
};

}  // namespace earshot::dsp
