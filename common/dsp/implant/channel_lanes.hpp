#pragma once

#include "common/dsp/lanes.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// Most channels of an implant, and most sine carriers (SPIRAL).
inline constexpr std::size_t kMostChannels = 24;
inline constexpr std::size_t kChannelGroups = kMostChannels / kLanes;
inline constexpr std::size_t kMostCarriers = 80;
inline constexpr std::size_t kCarrierGroups = kMostCarriers / kLanes;

/// Frames of an implant's inner step; steps end at programme positions that are its multiples.
inline constexpr std::size_t kImplantStep = 32;

/// One value in each frame of a step, four channels wide.
using LaneStep = std::array<Lanes, kImplantStep>;

[[nodiscard]] inline Lanes positive_part(Lanes value) noexcept {
    const IntLanes keep = value > splat(0.0F);
    return std::bit_cast<Lanes>(std::bit_cast<IntLanes>(value) & keep);
}
[[nodiscard]] inline float sum_of(Lanes value) noexcept {
    return (value[0] + value[1]) + (value[2] + value[3]);
}
[[nodiscard]] inline Lanes magnitude(Lanes value) noexcept {
    constexpr std::int32_t kAllButSign = 0x7FFFFFFF;
    return std::bit_cast<Lanes>(std::bit_cast<IntLanes>(value) &
                                IntLanes{kAllButSign, kAllButSign, kAllButSign, kAllButSign});
}
/// Makes the state of a section that has died away to -300 dB exactly 0, long before it gets
/// denormal. Both halves go together: one alone would set the section swinging again.
inline void drop_residue(Lanes& s1, Lanes& s2) noexcept {
    const IntLanes keep = (magnitude(s1) > splat(1e-15F)) | (magnitude(s2) > splat(1e-15F));
    s1 = std::bit_cast<Lanes>(std::bit_cast<IntLanes>(s1) & keep);
    s2 = std::bit_cast<Lanes>(std::bit_cast<IntLanes>(s2) & keep);
}

/// Every value of n channels as groups of four; the rest 0.
template <std::size_t Groups>
struct LaneTable {
    std::array<Lanes, Groups> group{};

    void set(std::size_t channel, double value) noexcept {
        group[channel / kLanes][channel % kLanes] = static_cast<float>(value);
    }
    [[nodiscard]] float get(std::size_t channel) const noexcept {
        return group[channel / kLanes][channel % kLanes];
    }
};

using ChannelTable = LaneTable<kChannelGroups>;
using CarrierTable = LaneTable<kCarrierGroups>;

}  // namespace earshot::dsp
