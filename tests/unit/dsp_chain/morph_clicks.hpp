#pragma once

#include "tests/unit/dsp_chain/chain_sound.hpp"

#include <cstdint>
#include <vector>

namespace earshot::dsp::sound {

/// -3.1 dBFS: just under what the limiter leaves alone, so that nothing hides a click.
inline constexpr double kMorphAmplitude = 0.7;

/// Morphs a tone between all pairs of states, each against what both states do to it while they
/// stand: implants, ringing and widened filters have sound above 4 kHz of their own.
/// Gates: HEARING 3.3.
void expect_no_clicks(const std::vector<StatePtr>& states, int fade_ms, double frequency_hz);

/// Lets random morphs interrupt each other under a tone: no click, no sample that is no number, and
/// in the end the target, full hearing, bit for bit (HEARING G4).
void expect_interrupted_morphs(int morphs, std::uint32_t seed);

}  // namespace earshot::dsp::sound
