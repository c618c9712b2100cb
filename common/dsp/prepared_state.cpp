#include "common/dsp/prepared_state.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace earshot::dsp {

PreparedState::PreparedState(HearingStateCard card,
                             double intensity,
                             StateKind kind,
                             const ToneRecipe& tone)
    : card_(std::move(card)), intensity_(intensity), kind_(kind), tone_(tone) {
    if (kind == StateKind::silence) {
        return;
    }
    for (std::size_t point = 0; point < kPoints; ++point) {
        response_[point] = kind == StateKind::tone ? tone.gain : 1.0;
        for (std::size_t i = 0; kind == StateKind::tone && i < tone.section_count; ++i) {
            response_[point] *= tone.sections[i].response(point_hz(point));
        }
    }
}

double PreparedState::point_hz(std::size_t index) noexcept {
    return 40.0 * std::pow(400.0, static_cast<double>(index) / (kPoints - 1));
}

double correlation(const PreparedState::Response& a, const PreparedState::Response& b) noexcept {
    double power_a = 0.0;
    double power_b = 0.0;
    double cross = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        power_a += std::norm(a[i]);
        power_b += std::norm(b[i]);
        cross += a[i].real() * b[i].real() + a[i].imag() * b[i].imag();
    }
    const double scale = std::sqrt(power_a * power_b);
    return scale > 1e-12 ? std::clamp(cross / scale, 0.0, 1.0) : 1.0;
}

}  // namespace earshot::dsp
