#include "common/dsp/smearing/real_fft.hpp"

#include <kiss_fftr.h>

#include <array>
#include <cstddef>
#include <new>

namespace earshot::dsp {
namespace {

struct Free {
    void operator()(kiss_fftr_state* state) const noexcept { kiss_fftr_free(state); }
};
using Config = std::unique_ptr<kiss_fftr_state, Free>;

Config make_config(bool inverse) {
    Config config(kiss_fftr_alloc(RealFft::kSize, inverse ? 1 : 0, nullptr, nullptr));
    if (!config) {
        throw std::bad_alloc();
    }
    return config;
}

}  // namespace

struct RealFft::Plan {
    Config forward = make_config(false);
    Config inverse = make_config(true);
    std::array<kiss_fft_cpx, kBins> bins{};
};

RealFft::RealFft() : plan_(std::make_unique<Plan>()) {}
RealFft::~RealFft() = default;

void RealFft::forward(std::span<const float, kSize> in,
                      std::span<float, kBins> re,
                      std::span<float, kBins> im) noexcept {
    kiss_fftr(plan_->forward.get(), in.data(), plan_->bins.data());
    const kiss_fft_cpx* bins = plan_->bins.data();
    float* to_re = re.data();
    float* to_im = im.data();
    for (int k = 0; k < kBins; ++k) {
        to_re[k] = bins[k].r;
        to_im[k] = bins[k].i;
    }
}

void RealFft::inverse(std::span<const float, kBins> re,
                      std::span<const float, kBins> im,
                      std::span<float, kSize> out) noexcept {
    kiss_fft_cpx* bins = plan_->bins.data();
    const float* from_re = re.data();
    const float* from_im = im.data();
    for (int k = 0; k < kBins; ++k) {
        bins[k].r = from_re[k];
        bins[k].i = from_im[k];
    }
    kiss_fftri(plan_->inverse.get(), bins, out.data());
}

}  // namespace earshot::dsp
