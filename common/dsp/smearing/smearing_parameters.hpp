#pragma once

#include "common/audio/format.hpp"
#include "common/dsp/smearing/broadening.hpp"
#include "common/dsp/smearing/smearing_matrices.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace earshot::dsp {

/// How one ear smears spectra.
struct EarSmearing {
    Broadening broadening;  ///< Of its auditory filters.
    double amount = 1.0;    ///< Share of the power that is smeared, 0 to 1.
};

/// One matrix of an ear's mix.
struct SmearingTerm {
    const SmearingMatrix* matrix = nullptr;  ///< Null: no term. Outlives the stage.
    double amount = 0.0;                     ///< Share of the power that goes through it.
};

/// What a SmearingStage does now: in each ear, of a power spectrum P,
/// (1 - sum of a) P + sum of a S P over a few matrices S with amounts a.
/// Blending states whose matrices differ is a straight line in the amounts.
struct SmearingParameters {
    /// Matrices in flight in one ear.
    static constexpr std::size_t kMostMatrices = 3;
    using Ear = std::array<SmearingTerm, kMostMatrices>;  ///< Terms first, then nulls.

    std::array<Ear, audio::kListenerChannels> ears{};
};

/// Parameters of a state at an intensity i: amounts are i times what the ears say. Normal ears,
/// amount 0 and i = 0 leave the sound alone.
/// @param intensity  0 to 1.
/// @param matrices   Makes those it does not have, and must outlive the parameters.
/// @throws std::invalid_argument  if anything is out of range.
[[nodiscard]] SmearingParameters make_smearing_parameters(const EarSmearing& left,
                                                          const EarSmearing& right,
                                                          double intensity,
                                                          SmearingMatrices& matrices);

/// The weighted sum of states; an exact copy of a state with weight 1. With more than kMostMatrices
/// matrices in an ear, the one with the least amount is replaced by the kept one nearest to it.
/// @param weights  Not below 0, sum 1; as many as states.
/// @param out      Not one of the states.
/// Real-time: yes.
void blend(std::span<const SmearingParameters* const> states,
           std::span<const double> weights,
           SmearingParameters& out) noexcept;

}  // namespace earshot::dsp
