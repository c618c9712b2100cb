#pragma once

#include "server/source/demo/canvas.hpp"

#include <array>

namespace earshot::source::demo {

enum class Drum { kick, snare, high_tom, low_tom, floor_tom, closed_hat, open_hat, ride, crash };

/// A drummer's set: every drum struck once and kept, to be hit at will. Seen from the drummer's
/// seat: hi-hat left, floor tom right.
class DrumKit {
public:
    DrumKit();

    /// @param strength  1: full; harder hits are brighter only in level.
    void hit(Canvas& canvas, Drum drum, double at, float strength = 1.0F) const;

private:
    struct Strike {
        Mono sound;
        float gain = 1.0F;
        float pan = 0.0F;
        float room = 0.0F;
    };
    std::array<Strike, 9> strikes_;
};

}  // namespace earshot::source::demo
