#include "tests/support/align.hpp"

#include "tests/support/sinc_reader.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace earshot::test {
namespace {

struct FreePlan {
    void operator()(kiss_fftr_state* plan) const noexcept { std::free(plan); }
};
using Plan = std::unique_ptr<kiss_fftr_state, FreePlan>;

std::vector<kiss_fft_cpx> spectrum(std::vector<float> samples, std::size_t size) {
    samples.resize(size);
    const Plan plan(kiss_fftr_alloc(static_cast<int>(size), 0, nullptr, nullptr));
    std::vector<kiss_fft_cpx> result(size / 2 + 1);
    kiss_fftr(plan.get(), samples.data(), result.data());
    return result;
}

double energy(std::span<const float> signal) {
    double sum = 0.0;
    for (const float sample : signal) {
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    }
    return sum;
}

/// Lag in [0, lags) at which the normalised correlation with the window is greatest.
std::size_t coarse_lag(std::span<const float> window,
                       const std::vector<float>& region,
                       std::size_t lags) {
    std::size_t size = 1;
    while (size < region.size() + 1) {
        size *= 2;
    }
    const auto a = spectrum({window.begin(), window.end()}, size);
    const auto b = spectrum(region, size);
    std::vector<kiss_fft_cpx> product(a.size());
    for (std::size_t bin = 0; bin < a.size(); ++bin) {
        product[bin].r = a[bin].r * b[bin].r + a[bin].i * b[bin].i;
        product[bin].i = a[bin].r * b[bin].i - a[bin].i * b[bin].r;
    }
    const Plan inverse(kiss_fftr_alloc(static_cast<int>(size), 1, nullptr, nullptr));
    std::vector<float> products(size);
    kiss_fftri(inverse.get(), product.data(), products.data());

    // Energy of the region's part under the window, slid along: else loud spots would win.
    double under = energy(std::span(region).first(window.size()));
    const double floor = 1e-9 * energy(region) + 1e-30;
    std::size_t best = 0;
    double best_value = -1.0;
    for (std::size_t lag = 0; lag < lags; ++lag) {
        const double value = static_cast<double>(products[lag]) / std::sqrt(std::max(under, floor));
        if (value > best_value) {
            best_value = value;
            best = lag;
        }
        const auto leaving = static_cast<double>(region[lag]);
        const auto entering = static_cast<double>(region[lag + window.size()]);
        under += entering * entering - leaving * leaving;
    }
    return best;
}

struct Fit {
    double gain = 0.0;
    double shift = 0.0;
    double correlation = 0.0;
};

/// Half the distance, in frames, over which the reference's slope is taken.
constexpr double kSlopeReach = 0.02;

/// One step of Gauss-Newton for window = gain * reference(position + shift).
/// @param before, after  The reference at kSlopeReach before and after each frame's position.
Fit fit_step(std::span<const float> window,
             std::span<const float> before,
             std::span<const float> after) {
    double rr = 0.0;
    double rd = 0.0;
    double dd = 0.0;
    double wr = 0.0;
    double wd = 0.0;
    double ww = 0.0;
    for (std::size_t n = 0; n < window.size(); ++n) {
        const auto w = static_cast<double>(window[n]);
        const double r = 0.5 * (static_cast<double>(before[n]) + static_cast<double>(after[n]));
        const double d =
            (static_cast<double>(after[n]) - static_cast<double>(before[n])) / (2.0 * kSlopeReach);
        rr += r * r;
        rd += r * d;
        dd += d * d;
        wr += w * r;
        wd += w * d;
        ww += w * w;
    }
    Fit fit;
    const double determinant = rr * dd - rd * rd;
    if (rr <= 0.0 || ww <= 0.0 || determinant <= 1e-12 * rr * dd) {
        return fit;
    }
    fit.gain = (wr * dd - wd * rd) / determinant;
    const double slope = (wd * rr - wr * rd) / determinant;
    fit.shift = fit.gain == 0.0 ? 0.0 : std::clamp(slope / fit.gain, -1.0, 1.0);
    fit.correlation = wr / std::sqrt(rr * ww);
    return fit;
}

}  // namespace

double correlation(std::span<const float> a, std::span<const float> b) {
    const std::size_t frames = std::min(a.size(), b.size());
    double product = 0.0;
    for (std::size_t n = 0; n < frames; ++n) {
        product += static_cast<double>(a[n]) * static_cast<double>(b[n]);
    }
    const double both = energy(a.first(frames)) * energy(b.first(frames));
    return both > 0.0 ? product / std::sqrt(both) : 0.0;
}

std::optional<Alignment> align(std::span<const float> window,
                               std::span<const float> reference,
                               double expected,
                               const AlignSettings& settings) {
    const auto frames = static_cast<double>(window.size());
    if (window.empty() || energy(window) < settings.min_rms * settings.min_rms * frames) {
        return std::nullopt;
    }
    // Around the middle, so that the ratio matters least.
    const double centre_shift = (settings.ratio - 1.0) * frames * 0.5;
    const auto first =
        static_cast<std::int64_t>(std::floor(expected + centre_shift)) - settings.search_frames;
    const auto lags = static_cast<std::size_t>(2 * settings.search_frames + 1);
    std::vector<float> region(window.size() + lags);
    for (std::size_t n = 0; n < region.size(); ++n) {
        const std::int64_t at = first + static_cast<std::int64_t>(n);
        if (at >= 0 && at < static_cast<std::int64_t>(reference.size())) {
            region[n] = reference[static_cast<std::size_t>(at)];
        }
    }
    if (energy(region) <= 0.0) {
        return std::nullopt;
    }
    Alignment found;
    found.position = static_cast<double>(first) +
                     static_cast<double>(coarse_lag(window, region, lags)) - centre_shift;
    std::vector<float> before(window.size());
    std::vector<float> after(window.size());
    for (int step = 0; step < 6; ++step) {
        sinc_read(reference, found.position - kSlopeReach, settings.ratio, before);
        sinc_read(reference, found.position + kSlopeReach, settings.ratio, after);
        const Fit fit = fit_step(window, before, after);
        found.gain = fit.gain;
        found.correlation = fit.correlation;
        found.position += fit.shift;
        if (std::abs(fit.shift) < 0.01) {
            break;  // convergence is quadratic: the next step would move about 1e-4 frames
        }
    }
    if (found.correlation < settings.min_correlation) {
        return std::nullopt;
    }
    return found;
}

}  // namespace earshot::test
