#pragma once

namespace earshot::dsp {

/// Shape of a fade, from 0 to 1.
enum class FadeCurve {
    quintic,  ///< s(p) = p^3 (6p^2 - 15p + 10); the default (HEARING 3.1)
    linear,
};

/// The quintic or linear value at p; 0 below 0, 1 above 1. Real-time: yes.
[[nodiscard]] double fade_value(FadeCurve curve, double p) noexcept;

}  // namespace earshot::dsp
