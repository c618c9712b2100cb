#include "tests/support/spectrogram.hpp"

#include "common/base/level.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numbers>

namespace earshot::test {
namespace {

constexpr std::size_t kWindow = 4'096;
constexpr double kRateHz = 48'000.0;

struct FreePlan {
    void operator()(kiss_fftr_state* plan) const noexcept { std::free(plan); }
};

}  // namespace

Spectrogram make_spectrogram(std::span<const float> signal,
                             std::size_t columns,
                             std::size_t rows,
                             double lowest_hz,
                             double highest_hz) {
    Spectrogram result{columns, rows, lowest_hz, highest_hz,
                       std::vector<float>(columns * rows, -200.0F)};
    const std::unique_ptr<kiss_fftr_state, FreePlan> plan(
        kiss_fftr_alloc(static_cast<int>(kWindow), 0, nullptr, nullptr));
    std::vector<float> windowed(kWindow);
    std::vector<kiss_fft_cpx> bins(kWindow / 2 + 1);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t middle = (2 * column + 1) * signal.size() / (2 * columns);
        for (std::size_t n = 0; n < kWindow; ++n) {
            const double turn = 2.0 * std::numbers::pi * static_cast<double>(n) / kWindow;
            const auto hann = static_cast<float>(0.5 - 0.5 * std::cos(turn));
            const std::size_t at = middle + n;  // shifted by half a window
            windowed[n] = at >= kWindow / 2 && at - kWindow / 2 < signal.size()
                              ? hann * signal[at - kWindow / 2]
                              : 0.0F;
        }
        kiss_fftr(plan.get(), windowed.data(), bins.data());
        for (std::size_t row = 0; row < rows; ++row) {
            const double octaves = std::log(highest_hz / lowest_hz);
            const auto edge = [&](std::size_t from_top) {
                return highest_hz * std::exp(-octaves * static_cast<double>(from_top) /
                                             static_cast<double>(rows));
            };
            const auto bin = [&](double hz) {
                return std::min(static_cast<std::size_t>(std::lround(hz * kWindow / kRateHz)),
                                kWindow / 2);
            };
            double strongest = 0.0;
            const std::size_t last = std::max(bin(edge(row)), bin(edge(row + 1)));
            for (std::size_t k = bin(edge(row + 1)); k <= last; ++k) {
                strongest = std::max(strongest, std::hypot(static_cast<double>(bins[k].r),
                                                           static_cast<double>(bins[k].i)));
            }
            // The Hann window's sum is half its length, a sine's line half of its amplitude.
            result.dbfs[row * columns + column] =
                static_cast<float>(gain_to_db(strongest * 4.0 / kWindow));
        }
    }
    return result;
}

std::vector<double> level_over_time(std::span<const float> signal, std::size_t columns) {
    std::vector<double> result(columns, -200.0);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t from = column * signal.size() / columns;
        const std::size_t to = (column + 1) * signal.size() / columns;
        double sum = 0.0;
        for (std::size_t n = from; n < to; ++n) {
            sum += static_cast<double>(signal[n]) * static_cast<double>(signal[n]);
        }
        if (to > from) {
            result[column] = gain_to_db(std::sqrt(sum / static_cast<double>(to - from)));
        }
    }
    return result;
}

}  // namespace earshot::test
