#pragma once

#include "server/source/demo/canvas.hpp"

#include <cstdint>
#include <map>
#include <tuple>

namespace earshot::source::demo {

/// Plucked strings: a distorted guitar in two takes left and right, a clean one, and a bass.
/// Source: Karplus & Strong, Computer Music J. 7(2), 1983; tuning by a fractional delay after Jaffe
/// & Smith, same issue.
class Strings {
public:
    /// A power chord (root, fifth, octave) through an overdriven amplifier and its cabinet.
    /// @param root  MIDI note (40 is the guitar's low E).
    void power_chord(Canvas& canvas, int root, double at, double seconds, float gain);
    void clean_note(Canvas& canvas, int note, double at, double seconds, float gain, float pan);
    void bass_note(Canvas& canvas, int note, double at, double seconds, float gain);

private:
    enum class Sound { left_take, right_take, clean, bass };
    /// Each played once and kept: a riff repeats.
    const Mono& played(Sound sound, int note, double seconds);

    std::map<std::tuple<Sound, int, int>, Mono> kept_;
};

}  // namespace earshot::source::demo
