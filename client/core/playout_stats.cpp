#include "client/core/playout_stats.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot::client {
namespace {

constexpr double kLeastUs = 0.05;
constexpr double kBinsPerOctave = 16.0;

}  // namespace

void ErrorHistogram::clear() noexcept {
    for (Slice& slice : slices_) {
        slice = {};
    }
    slice_frames_ = 0;
}

void ErrorHistogram::add(double error_s, int frames) noexcept {
    if (slice_frames_ >= kSliceFrames) {
        slice_ = (slice_ + 1) % kSlices;
        slices_[static_cast<std::size_t>(slice_)] = {};
        slice_frames_ = 0;
    }
    slice_frames_ += frames;
    Slice& slice = slices_[static_cast<std::size_t>(slice_)];
    const double error_us = std::abs(error_s) * 1e6;
    const double bin = kBinsPerOctave * std::log2(std::max(error_us, kLeastUs) / kLeastUs);
    slice.weights[static_cast<std::size_t>(std::clamp(bin, 0.0, kBins - 1.0))] +=
        static_cast<std::uint32_t>(frames);
    slice.sum_us += error_s * 1e6 * frames;
    slice.max_us = std::max(slice.max_us, static_cast<float>(error_us));
}

ErrorHistogram::Quantiles ErrorHistogram::quantiles() const noexcept {
    Quantiles q;
    std::uint64_t total = 0;
    double sum_us = 0.0;
    for (const Slice& slice : slices_) {
        q.max_us = std::max(q.max_us, slice.max_us);
        sum_us += slice.sum_us;
        for (const std::uint32_t w : slice.weights) {
            total += w;
        }
    }
    if (total == 0) {
        return q;
    }
    q.mean_us = static_cast<float>(sum_us / static_cast<double>(total));
    std::uint64_t below = 0;
    bool half = false;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        for (const Slice& slice : slices_) {
            below += slice.weights[bin];
        }
        // The bin's upper edge: never better than the truth.
        const auto edge_us = static_cast<float>(
            kLeastUs * std::exp2((static_cast<double>(bin) + 1.0) / kBinsPerOctave));
        if (!half && below * 2 >= total) {
            half = true;
            q.p50_us = std::min(edge_us, q.max_us);
        }
        if (below * 100 >= total * 99) {
            q.p99_us = std::min(edge_us, q.max_us);
            break;
        }
    }
    return q;
}

}  // namespace earshot::client
