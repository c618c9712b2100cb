#include "common/dsp/chain/acoustic_path.hpp"

#include "common/dsp/chain/blend_part.hpp"

namespace earshot::dsp {

void blend(std::span<const AcousticPathParameters* const> states,
           std::span<const double> weights,
           AcousticPathParameters& out) noexcept {
    blend_part(states, weights, &AcousticPathParameters::smearing, out);
    blend_part(states, weights, &AcousticPathParameters::bank, out);
}

}  // namespace earshot::dsp
