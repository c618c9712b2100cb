#pragma once

#include <span>

namespace earshot::test {

/// What a click would show up in, over a piece of sound.
struct ClickMeasure {
    double largest_step = 0.0;           ///< Greatest difference of neighbouring samples.
    double peak_above_4k_dbfs = -200.0;  ///< Peak of what is above 4 kHz.
};

/// Measures a piece of sound at 48 kHz. What lies within 256 frames of its ends is left out of the
/// spectrum's figure, so that cutting it out is no click.
[[nodiscard]] ClickMeasure measure_clicks(std::span<const float> signal);

}  // namespace earshot::test
