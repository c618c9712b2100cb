#include "common/dsp/fade_curve.hpp"

#include <algorithm>

namespace earshot::dsp {

double fade_value(FadeCurve curve, double p) noexcept {
    const double q = std::clamp(p, 0.0, 1.0);
    return curve == FadeCurve::linear ? q : q * q * q * (q * (6.0 * q - 15.0) + 10.0);
}

}  // namespace earshot::dsp
