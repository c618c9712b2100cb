#pragma once

#include "common/dsp/implant/channel_lanes.hpp"
#include "common/dsp/implant/envelope_bank.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// What a FrameCoder does, ready to run.
struct FrameCoderPlan {
    std::size_t channels = 0;
    std::size_t groups = 0;
    std::size_t selected = 1;       ///< n
    std::int64_t frame_rate = 900;  ///< Stimulation frames a second.
    float threshold = 0.0F;         ///< Root mean square of a channel that just stimulates ...
    float comfort = 1.0F;           ///< ... and of one that stimulates most.
    int steps = 0;                  ///< Of loudness; 0 for none.
    /// Squared level of every carrier for a channel's stimulation of squared level 1.
    std::array<ChannelTable, kMostChannels> spread;
};

/// The n-of-m coder of one ear. In each stimulation frame the n loudest channels stimulate; their
/// levels pass the loudness growth function p = ln(1 + a (v - b) / (m - b)) / ln(1 + a), a = 416.2,
/// are quantised, come back through its inverse and spread over the electrodes.
///
/// Frames begin at fixed programme positions. Amplitudes run linearly from one frame's to the
/// next's, which takes one frame.
/// Source: Vandali, Whitford, Plant & Clark, Ear Hear. 21, 2000 (ACE); Nogueira, Buechner, Lenarz &
/// Edler, EURASIP J. Appl. Signal Process. 18, 2005 (the function).
/// Thread: one owner. Real-time: everything.
class FrameCoder {
public:
    static constexpr float kGrowth = 416.2F;

    /// Root mean squares of channels to amplitudes of carriers, in place; frames [0, count).
    void process(const FrameCoderPlan& plan,
                 EnvelopeBank::Envelopes& inout,
                 std::size_t count,
                 std::int64_t position) noexcept;
    void reset() noexcept;

    /// The channels that stimulate in the latest frame, a bit each.
    [[nodiscard]] std::uint32_t stimulated() const noexcept { return stimulated_; }

private:
    using Levels = std::array<float, kMostChannels>;

    void begin_frame(const FrameCoderPlan& plan,
                     const Levels& levels,
                     std::int64_t frames) noexcept;
    void select(const FrameCoderPlan& plan, const Levels& levels) noexcept;
    [[nodiscard]] static float coded(const FrameCoderPlan& plan, float level) noexcept;

    std::array<Lanes, kChannelGroups> amplitude_{};
    std::array<Lanes, kChannelGroups> step_{};
    std::array<Lanes, kChannelGroups> target_{};
    std::uint32_t stimulated_ = 0;
};

}  // namespace earshot::dsp
