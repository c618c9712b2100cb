#pragma once

#include "common/dsp/implant/band_lanes.hpp"
#include "common/dsp/implant/channel_lanes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::dsp {

/// What an EnvelopeBank does, ready to run.
struct EnvelopePlan {
    std::size_t groups = 0;  ///< Groups of four channels in use.
    BandPlan bands;
    float low_pass_b0 = 1.0F;
    float low_pass_a1 = 0.0F;
    float low_pass_a2 = 0.0F;
    std::size_t lag_steps = 0;  ///< Level steps by which an envelope comes after its band.
};

/// The envelopes of one ear's channels: band-pass, half-wave rectifier, low-pass, and a factor that
/// brings the envelope to the root mean square of the channel, or near it.
///
/// How much a low-pass takes from an envelope depends on the sound (3 dB between a tone and noise,
/// 12 dB for the pulses of a voice in a high channel). The ratio of two sums of squares over the
/// same 64 ms, of band and envelope, tells how much; the factor is a sine's, and what the sound
/// differs from a sine by, halved in dB. The sums are kept in whole numbers, so that nothing older
/// is remembered at all and a seek gives what playing gives.
/// Source: Shannon, Zeng, Kamath, Wygonski & Ekelid, Science 270, 1995, for the envelopes.
/// Thread: one owner. Real-time: everything.
class EnvelopeBank {
public:
    /// Frames of a level step, and level steps of the window.
    static constexpr std::size_t kLevelStep = 64;
    static constexpr std::size_t kWindow = 48;
    /// Root mean square of a sine over the mean of its half wave.
    static constexpr float kSineFactor = 2.2214415F;
    static constexpr std::size_t kMostLag = 12;

    using Envelopes = std::array<LaneStep, kChannelGroups>;

    /// @param in        1 to kImplantStep frames that end at most on a step's end.
    /// @param out       Root mean square of each channel; the first frames are set.
    /// @param position  Programme frame of the first.
    void process(const EnvelopePlan& plan,
                 std::span<const float> in,
                 Envelopes& out,
                 std::int64_t position) noexcept;
    void reset() noexcept;

private:
    static constexpr std::size_t kSlots = 64;
    static constexpr std::size_t kChannels = kMostChannels;

    struct Group {
        std::array<BandSection, 2> band;
        LowPassSection low_pass;
        Lanes band_power{};  ///< Sums of squares of the level step so far.
        Lanes envelope_power{};
        Lanes factor{};
        Lanes factor_step{};
        Lanes factor_target{};
    };
    /// Sums of squares of the latest level steps of one channel, in units of 2^-38.
    struct Window {
        std::array<std::int64_t, kSlots> band{};
        std::array<std::int64_t, kSlots> envelope{};
        std::int64_t band_sum = 0;
        std::int64_t envelope_sum = 0;
    };

    void end_level_step(const EnvelopePlan& plan) noexcept;
    [[nodiscard]] static float updated_factor(Window& window,
                                              float band_power,
                                              float envelope_power,
                                              std::size_t slot,
                                              std::size_t lag) noexcept;

    std::array<Group, kChannelGroups> groups_{};
    std::array<Window, kChannels> windows_{};
    std::size_t slot_ = 0;
};

}  // namespace earshot::dsp
