#include "common/dsp/smearing/smearing_transform.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

/// Power taken for that of an empty bin: far below what rounding leaves of any sound.
constexpr float kEmpty = 1e-30F;

}  // namespace

SmearingTransform::SmearingTransform() {
    // Four squares of Hann windows a quarter of their length apart sum to 1.5.
    const double scale = 1.0 / std::sqrt(1.5);
    for (std::size_t i = 0; i < kFrame; ++i) {
        const double turn = 2.0 * std::numbers::pi * static_cast<double>(i) / kFrame;
        const double hann = 0.5 - 0.5 * std::cos(turn);
        analysis_[i] = static_cast<float>(scale * hann);
        synthesis_[i] = static_cast<float>(scale * hann / RealFft::kSize);
    }
}

void SmearingTransform::add_change(std::span<const float, kFrame> frame,
                                   const SmearingParameters::Ear& terms,
                                   std::span<float, kFrame> sum) noexcept {
    const float* in = frame.data();
    const float* analysis = analysis_.data();
    float* sound = sound_.data();
    for (int i = 0; i < kFrame; ++i) {
        sound[i] = in[i] * analysis[i];
    }
    std::fill(sound_.begin() + kFrame, sound_.end(), 0.0F);
    fft_.forward(sound_, re_, im_);
    mix_power(terms);
    scale_spectrum();
    fft_.inverse(re_, im_, sound_);
    // What reaches beyond the frame is left out, as in the model.
    const float* synthesis = synthesis_.data();
    float* to = sum.data();
    for (int i = 0; i < kFrame; ++i) {
        to[i] += sound[i] * synthesis[i];
    }
}

void SmearingTransform::mix_power(const SmearingParameters::Ear& terms) noexcept {
    const float* re = re_.data();
    const float* im = im_.data();
    float* power = power_.bins.data();
    for (std::size_t k = 0; k < kBins; ++k) {
        power[k] = re[k] * re[k] + im[k] * im[k];
    }
    power_.sum_groups();

    double through = 0.0;
    for (const SmearingTerm& term : terms) {
        through += term.amount;
    }
    const auto past = static_cast<float>(std::max(0.0, 1.0 - through));
    float* mixed = mixed_.data();
    for (std::size_t k = 0; k < kBins; ++k) {
        mixed[k] = past * power[k];
    }
    for (const SmearingTerm& term : terms) {
        if (term.matrix == nullptr || term.amount <= 0.0) {
            continue;
        }
        term.matrix->multiply(power_, product_);
        const float* product = product_.data();
        const auto amount = static_cast<float>(term.amount);
        for (std::size_t k = 0; k < kRows; ++k) {
            mixed[k] += amount * (product[k] > 0.0F ? product[k] : 0.0F);
        }
        // The bin at half the sample rate has no row: what its neighbour gets, it gets.
        mixed[kRows] += amount * std::max(product[kRows - 1], 0.0F);
    }
}

void SmearingTransform::scale_spectrum() noexcept {
    const float* power = power_.bins.data();
    const float* mixed = mixed_.data();
    float* re = re_.data();
    float* im = im_.data();
    for (std::size_t k = 0; k < kBins; ++k) {
        const float there = power[k] > kEmpty ? power[k] : kEmpty;
        const float change = std::sqrt(mixed[k] / there) - 1.0F;
        re[k] *= change;
        im[k] *= change;
    }
}

}  // namespace earshot::dsp
