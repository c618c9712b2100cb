#pragma once

#include "common/dsp/implant/channel_lanes.hpp"
#include "common/dsp/implant/section.hpp"

#include <array>
#include <cstddef>

namespace earshot::dsp {

/// Fourth-order band-pass filters of all channels, ready to run four at a time.
struct BandPlan {
    ChannelTable gain;
    std::array<ChannelTable, 2> a1;
    std::array<ChannelTable, 2> a2;

    /// @param band   From butterworth_band().   @param scale  Gain on top of its own.
    void set(std::size_t channel, const std::array<Section, 2>& band, double scale) noexcept {
        gain.set(channel, band[0].b0 * scale);
        for (std::size_t i = 0; i < band.size(); ++i) {
            a1[i].set(channel, band[i].a1);
            a2[i].set(channel, band[i].a2);
        }
    }
};

/// One section with numerator 1 - z^-2, four channels wide (transposed direct form 2).
struct BandSection {
    Lanes s1{};
    Lanes s2{};

    Lanes process(Lanes x, Lanes a1, Lanes a2) noexcept {
        const Lanes y = x + s1;
        s1 = s2 - a1 * y;
        s2 = -x - a2 * y;
        return y;
    }
    void settle() noexcept { drop_residue(s1, s2); }
};

/// One section with numerator 1 + 2 z^-1 + z^-2, four channels wide.
struct LowPassSection {
    Lanes s1{};
    Lanes s2{};

    Lanes process(Lanes x, Lanes a1, Lanes a2) noexcept {
        const Lanes y = x + s1;
        s1 = s2 + (x + x) - a1 * y;
        s2 = x - a2 * y;
        return y;
    }
    void settle() noexcept { drop_residue(s1, s2); }
};

}  // namespace earshot::dsp
