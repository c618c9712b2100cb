#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/acoustic/acoustic_ear.hpp"
#include "common/dsp/acoustic/acoustic_parameters.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace earshot::dsp {

/// Hearing with a loss, both ears: threshold and recruitment, conductive loss, hyperacusis, smeared
/// envelopes and fine structure, shifted pitch, and width. Parameters may change all the time.
///
/// The same sound at the same position gives the same samples however it is cut into calls. Phases
/// and noise are functions of programme position. Non-finite samples count as silence or as far
/// too loud, and never come out.
/// Thread: one owner. Real-time: everything but construction.
class AcousticEngine {
public:
    static constexpr int kLatency = GammatoneBank::kDelay;
    using Seeds = std::array<std::uint64_t, 2>;

    /// @param bank   Shared by all engines; not null.
    /// @param seeds  Of each ear's phase noise; by default one noise for both, so that ears that
    ///               are exchanged give exchanged sound.
    explicit AcousticEngine(std::shared_ptr<const GammatoneBank> bank, const Seeds& seeds = {});

    /// Parameters to be reached kControlPeriod frames after the next frame whose position is a
    /// multiple of kControlPeriod, along straight lines from there; at once if no frame has been
    /// processed since reset(). Without set() there is no loss.
    void set(const AcousticParameters& parameters) noexcept;
    /// In place. @param inout     Shape [2][frames], full scale 1.0, any number of frames.
    ///            @param position  Programme frame of the first: follows the last call's last, or
    ///                             any after reset().
    void process(audio::BlockView inout, std::int64_t position) noexcept;
    /// Forgets all sound and all glides, not the parameters last set.
    void reset() noexcept;
    /// Frames by which the output comes after the input, whatever the parameters.
    [[nodiscard]] int latency() const noexcept { return kLatency; }

private:
    /// Mixes the ears within one control period.
    void widen(audio::BlockView inout, std::int64_t position) noexcept;

    std::shared_ptr<const GammatoneBank> bank_;
    std::array<AcousticEar, 2> ears_;
    float width_next_ = 1.0F;
    float width_from_ = 1.0F;
    float width_to_ = 1.0F;
    bool fresh_ = true;
};

}  // namespace earshot::dsp
