#pragma once

#include "server/source/demo/synth.hpp"

namespace earshot::source::demo {

/// Two channels of sound to paint on, and a room that what is painted can sound in.
class Canvas {
public:
    explicit Canvas(double seconds);

    /// @param at    Seconds from the start; what hangs over the end is cut.
    /// @param pan   -1 left to 1 right, constant power.
    /// @param room  Share that goes to the room as well.
    void add(const Mono& sound, double at, float gain, float pan, float room = 0.0F);

    /// Sounds the room. Call once, after everything was added.
    /// Source: Schroeder, J. Audio Eng. Soc. 10(3), 1962 (combs and all-passes).
    /// @param seconds  Reverberation time.
    void sound_room(float seconds, float gain);

    /// Scales so that the true peak, estimated by fourfold oversampling, is at `dbtp`.
    void normalise(float dbtp);

    [[nodiscard]] const Mono& left() const noexcept { return left_; }
    [[nodiscard]] const Mono& right() const noexcept { return right_; }

private:
    Mono left_;
    Mono right_;
    Mono send_;
};

/// Largest sample between the samples as well: fourfold oversampling near the largest ones.
[[nodiscard]] float true_peak(const Mono& sound);

}  // namespace earshot::source::demo
