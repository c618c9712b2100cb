#include "server/evidence/error_bins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace earshot::evidence {
namespace {

constexpr double kBinsPerOctave = 8.0;

/// A bin that is full stays full.
void count_up(std::uint32_t& bin, std::uint32_t by) noexcept {
    bin += std::min(by, std::numeric_limits<std::uint32_t>::max() - bin);
}

}  // namespace

void ErrorBins::add(double error_us) noexcept {
    if (!std::isfinite(error_us) || error_us < 0.0) return;
    const double bin = std::floor(kBinsPerOctave * std::log2(std::max(error_us, 1.0)));
    count_up(bins_[static_cast<std::size_t>(std::min(bin, kBins - 1.0))], 1);
    ++count_;
    max_us_ = std::max(max_us_, error_us);
}

void ErrorBins::add(const ErrorBins& other) noexcept {
    for (std::size_t bin = 0; bin < kBins; ++bin) count_up(bins_[bin], other.bins_[bin]);
    count_ += other.count_;
    max_us_ = std::max(max_us_, other.max_us_);
}

double ErrorBins::edge_us(std::size_t bin) noexcept {
    return std::exp2((static_cast<double>(bin) + 1.0) / kBinsPerOctave);
}

double ErrorBins::quantile_us(double share) const noexcept {
    if (count_ == 0) return 0.0;
    const double wanted = std::max(1.0, share * static_cast<double>(count_));
    double below = 0.0;
    for (std::size_t bin = 0; bin + 1 < kBins; ++bin) {
        below += bins_[bin];
        if (below >= wanted) return std::min(edge_us(bin), max_us_);
    }
    return max_us_;
}

}  // namespace earshot::evidence
