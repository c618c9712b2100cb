#pragma once

#include "common/dsp/implant/channel_lanes.hpp"
#include "common/dsp/implant/envelope_bank.hpp"
#include "common/dsp/implant/oscillator_bank.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// What a SpiralBank does, ready to run.
struct SpiralPlan {
    std::size_t channels = 0;
    OscillatorPlan oscillators;
    /// Squared amplitude that each electrode's squared level brings to every carrier.
    std::array<CarrierTable, kMostChannels> power;
};

/// The carriers of SPIRAL in one ear: dense sines, each fed by all electrodes through a spread of
/// current, M_i^2 = sum over j of 10^(s/10 |log2(c_j / f_i)|) E_j^2. Amplitudes are found at each
/// programme position that is a multiple of kImplantStep and run linearly between.
///
/// Source: Grange, Culling, Harris & Bergfeld, J. Acoust. Soc. Am. 142, EL484, 2017.
/// Thread: one owner. Real-time: everything.
class SpiralBank {
public:
    /// @param levels  Root mean square of each electrode, frames [0, count).
    /// @param sum     The sound is added here; the four lanes are to be added up.
    void process(const SpiralPlan& plan,
                 const EnvelopeBank::Envelopes& levels,
                 LaneStep& sum,
                 std::size_t ear,
                 std::size_t count,
                 std::int64_t position) noexcept;
    void reset() noexcept;

private:
    struct Group {
        Lanes amplitude{};
        Lanes step{};
        Lanes target{};
    };

    void update(const SpiralPlan& plan, const EnvelopeBank::Envelopes& levels) noexcept;

    std::array<Group, kCarrierGroups> groups_{};
    OscillatorBank oscillators_;
};

}  // namespace earshot::dsp
