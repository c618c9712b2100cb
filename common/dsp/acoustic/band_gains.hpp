#pragma once

#include "common/dsp/acoustic/acoustic_parameters.hpp"
#include "common/dsp/acoustic/band_lanes.hpp"

#include <array>
#include <cstddef>

namespace earshot::dsp {

/// Decides one ear's band gains from its bands' envelopes: conductive loss, recruitment,
/// hyperacusis and the smearing of envelopes.
///
/// A band's level is the power sum of its own and its neighbours' smoothed envelopes, less 1.2 dB:
/// that makes a tone obey the audiogram's law in the sum of all bands. The cochlea's share of the
/// gain is taken at that level less the conductive loss. Gains lie in -120 to 12 dB.
///
/// Source: Moore & Glasberg, J. Acoust. Soc. Am. 94(4), 1993 (law); HEARING 1.4 (detector, losses
/// over 85 dB HL), 1.6 (a), 1.9, 1.10.
/// Thread: one owner. Real-time: yes.
class BandGains {
public:
    /// @param bank  Outlives this.
    explicit BandGains(const GammatoneBank& bank);

    /// Takes over what follows from parameters alone.
    void set(const AcousticEarParameters& now) noexcept;
    /// The gains that count kStep frames from now. Called every kStep frames.
    /// @param envelopes  Smoothed, >= 0, full scale 1.0.
    /// @param gains      Receives factors.
    void evaluate(const AcousticEarParameters& now,
                  const BandLanes& envelopes,
                  BandLanes& gains) noexcept;
    void reset() noexcept;

private:
    /// Steps that the ratio of smeared to plain envelope is kept for.
    static constexpr std::size_t kKept = 32;

    /// How far the smeared envelope lies over the plain one, in powers of 2, at the time whose
    /// sound is being summed.
    Lanes smear(std::size_t group, Lanes envelope) noexcept;
    [[nodiscard]] Lanes gain_db(const AcousticEarParameters& now,
                                std::size_t group,
                                Lanes power) const noexcept;

    const GammatoneBank& bank_;
    BandLanes hyperacusis_most_db_{};
    std::array<std::size_t, kBandSlots> smear_delay_{};  ///< Steps.
    BandLanes power_{};                                  ///< After a slowed release.
    BandLanes smeared_{};                                ///< Low-passed envelopes.
    std::array<PerBand, kKept> ratios_{};
    std::size_t step_ = 0;
    float release_ = 0.0F;  ///< What stays of a power after a step.
    float smooth_ = 0.0F;   ///< Share of a new envelope in the smeared one.
};

}  // namespace earshot::dsp
