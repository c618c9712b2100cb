#include "common/dsp/smearing/smearing_solver.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace earshot::dsp {
namespace {

constexpr std::size_t kExtendedBins = SmearingSolver::kBins + RealFft::kSize / 4;
constexpr double kBinHz = 48'000.0 / RealFft::kSize;

/// Width of a normal filter: its equivalent rectangular bandwidth.
double bandwidth_hz(double centre_hz) noexcept {
    return 24.7 * (4.37 * centre_hz / 1'000.0 + 1.0);
}

/// Weight that the filter centred on one bin gives to the power of another, per Hz.
double filter_weight(std::size_t centre, std::size_t bin, const Broadening& widths) noexcept {
    const double offset_hz = kBinHz * (static_cast<double>(bin) - static_cast<double>(centre));
    const double normal_hz = bandwidth_hz(kBinHz * static_cast<double>(centre));
    const double side = offset_hz < 0.0 ? widths.lower : widths.upper;
    const double pg = 4.0 * std::abs(offset_hz) / (normal_hz * side);
    const double area_hz = normal_hz * 0.5 * (widths.lower + widths.upper);
    return (1.0 + pg) * std::exp(-pg) / area_hz;
}

ColumnMatrix normal_filters() {
    ColumnMatrix filters(kExtendedBins, SmearingSolver::kBins);
    for (std::size_t centre = 0; centre < filters.columns(); ++centre) {
        const std::span<double> weights = filters.column(centre);
        for (std::size_t bin = 0; bin < kExtendedBins; ++bin) {
            weights[bin] = filter_weight(centre, bin, {});
        }
    }
    return filters;
}

}  // namespace

SmearingSolver::SmearingSolver() : normal_(normal_filters()) {}

ColumnMatrix SmearingSolver::solve(const Broadening& broadening) const {
    check(broadening);
    ColumnMatrix result(kBins, kBins);
    std::vector<double> widened(kBins);
    std::vector<double> extended(kExtendedBins);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        for (std::size_t centre = 0; centre < kBins; ++centre) {
            widened[centre] = filter_weight(centre, bin, broadening);
        }
        normal_.solve_transposed(widened, extended);
        std::copy_n(extended.begin(), kBins, result.column(bin).begin());
    }
    return result;
}

}  // namespace earshot::dsp
