#pragma once

#include "server/source/demo/synth.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace earshot::source::demo {

enum class Vowel { a, e, i, o, u };
/// How a syllable begins.
enum class Onset { open, hum, hiss, stop };

struct Syllable {
    Vowel vowel = Vowel::a;
    Onset onset = Onset::open;
    float seconds = 0.25F;
    float from_hz = 120.0F;  ///< Pitch at its start.
    float to_hz = 120.0F;    ///< Pitch at its end.
    float gain = 1.0F;       ///< 0: a pause.
};

/// Who speaks.
struct Throat {
    float size = 1.0F;     ///< Formants are divided by it: below 1 a smaller head.
    float breath = 0.03F;  ///< Noise in the voice.
    float vibrato = 0.0F;  ///< Share of the pitch, at 5.5 Hz.
};

/// Speaks or sings syllables: a glottal wave and noise through four moving formants. It says no
/// word of any language.
/// Source: Klatt, J. Acoust. Soc. Am. 67(3), 1980 (parallel branch); formants
/// of Peterson & Barney, J. Acoust. Soc. Am. 24(2), 1952.
[[nodiscard]] Mono utter(std::span<const Syllable> syllables,
                         const Throat& throat,
                         std::uint32_t seed);

/// A spoken sentence: pitch falls to its end (or rises, as in a question), stress comes and goes.
[[nodiscard]] std::vector<Syllable> sentence(int syllables,
                                             float pitch_hz,
                                             bool question,
                                             std::uint32_t seed);

}  // namespace earshot::source::demo
