#pragma once

#include "common/dsp/acoustic/acoustic_parameters.hpp"
#include "common/dsp/smearing/smearing_parameters.hpp"

#include <span>

namespace earshot::dsp {

/// What the acoustic way of a chain does at one moment: widened filters, then the bank with its
/// losses.
struct AcousticPathParameters {
    SmearingParameters smearing;
    AcousticParameters bank;
};

/// The weighted sum, part by part. @param weights  >= 0, of sum 1.  @param out  None of the states.
/// Real-time: yes.
void blend(std::span<const AcousticPathParameters* const> states,
           std::span<const double> weights,
           AcousticPathParameters& out) noexcept;

}  // namespace earshot::dsp
