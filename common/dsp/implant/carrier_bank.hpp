#pragma once

#include "common/dsp/implant/band_lanes.hpp"
#include "common/dsp/implant/channel_lanes.hpp"
#include "common/dsp/implant/envelope_bank.hpp"
#include "common/dsp/implant/oscillator_bank.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// Gaussian pulses as a factor on carriers, one period as a table, ready to run.
struct PulsePlan {
    static constexpr std::size_t kTable = 512;

    bool on = false;
    std::uint64_t step = 0;  ///< Cycles a frame times 2^64.
    /// Entry kTable repeats the first. Channels 4k, 4k+1 ... pulse a quarter period apart.
    std::array<Lanes, kTable + 1> factor{};
};

/// What a CarrierBank does, ready to run.
struct CarrierPlan {
    std::size_t groups = 0;
    bool sine = false;
    OscillatorPlan oscillators;
    ChannelTable sine_gain;
    bool noise = false;
    std::array<std::uint64_t, 2> noise_seed{};  ///< [ear]
    BandPlan noise_bands;
    PulsePlan pulses;
    bool ring = false;
    float dry = 1.0F;  ///< Share of the sound that does not ring.
    ChannelTable ring_gain;
    ChannelTable ring_a1;
    ChannelTable ring_a2;
};

/// The carriers of one ear's channels: sines, bands of noise or a mix, made to pulse and to ring.
///
/// Noise is a random sign in each frame and channel, a function of seed, channel and programme
/// position; times the channel's amplitude it goes through the channel's (shifted) band.
/// Source: Shannon et al. 1995 (noise); Meng, Zheng & Li, J. Acoust. Soc. Am. 139, 2016 and later
/// (Gaussian-envelope tones); Dorman et al. 2020 (altered ring times).
/// Thread: one owner. Real-time: everything.
class CarrierBank {
public:
    /// @param amplitudes  Root mean square of each channel's carrier, frames [0, count).
    /// @param sum         The sound is added here; the four lanes are to be added up.
    void process(const CarrierPlan& plan,
                 const EnvelopeBank::Envelopes& amplitudes,
                 LaneStep& sum,
                 std::size_t ear,
                 std::size_t count,
                 std::int64_t position) noexcept;
    void reset() noexcept;

private:
    struct Group {
        std::array<BandSection, 2> band;
        BandSection ring;
    };
    using Bits = std::array<std::int32_t, kImplantStep>;

    void add_sine(const CarrierPlan& plan,
                  const LaneStep& amplitude,
                  std::size_t g,
                  std::size_t count) noexcept;
    void add_noise(const CarrierPlan& plan,
                   const LaneStep& amplitude,
                   const Bits& bits,
                   std::size_t g,
                   std::size_t count) noexcept;
    void add_ring(const CarrierPlan& plan, std::size_t g, std::size_t count) noexcept;

    std::array<Group, kChannelGroups> groups_{};
    OscillatorBank oscillators_;
    LaneStep work_{};
};

}  // namespace earshot::dsp
