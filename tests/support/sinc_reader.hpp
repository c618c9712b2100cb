#pragma once

#include <cstddef>
#include <span>

namespace earshot::test {

/// The band-limited signal between its samples: Kaiser-windowed sinc, 64 taps, flat to 21 kHz at
/// 48 kHz. Outside the signal there is silence.
[[nodiscard]] double sinc_value(std::span<const float> signal, double position);

/// Values at first, first + step, first + 2 step ... A step within 3e-4 of 1.
void sinc_read(std::span<const float> signal, double first, double step, std::span<float> out);

}  // namespace earshot::test
