#include "common/dsp/overlay/position_phase.hpp"

#include "common/base/time.hpp"

#include <cmath>
#include <cstddef>

namespace earshot::dsp {
namespace {

constexpr double kOne = 1099511627776.0;  ///< 2^40, a whole cycle.
constexpr std::uint64_t kFraction = (std::uint64_t{1} << 40U) - 1U;

std::uint64_t step_of(double frequency_hz) noexcept {
    return static_cast<std::uint64_t>(std::llround(frequency_hz / kSampleRateHz * kOne));
}

double fraction_of(std::uint64_t phase) noexcept {
    return static_cast<double>(phase & kFraction) / kOne;
}

/// The difference of two phases as [-1/2, 1/2) of a cycle.
std::int64_t offset_of(std::uint64_t phase, std::uint64_t home) noexcept {
    return static_cast<std::int64_t>((phase - home) << 24U) / (std::int64_t{1} << 24U);
}

/// Cycles less the nearest whole number.
inline double within_half(double cycles) noexcept {
    // Adding and taking away 1.5 * 2^52 rounds to a whole number, in vectors too.
    constexpr double kRound = 6755399441055744.0;
    return cycles - ((cycles + kRound) - kRound);
}

// Chebyshev fits over |d| <= 1/4, in v = d^2.

/// cos(2 pi d), to 2.3e-10.
inline double cosine_of(double v) noexcept {
    return 0.9999999997799415 +
           v * (-19.739208548314767 +
                v * (64.9393465528141 +
                     v * (-85.45356819055117 + v * (60.143952238525166 - v * 24.981835428159634))));
}

/// sin(2 pi d) / d, to 2.7e-8: the sine to 6.7e-9.
inline double sine_share_of(double v) noexcept {
    return 6.283185280261819 +
           v * (-41.341680668067454 +
                v * (81.60248074326881 + v * (-76.5812845711841 + v * 39.760722182945734)));
}

}  // namespace

void fill_sine(const PhaseRun& run, int first, std::span<double> out) noexcept {
    double* const to = out.data();
    const double f0 = first;
    for (int i = 0; i < static_cast<int>(out.size()); ++i) {
        const double x = within_half(run.at(f0 + i));
        const double d = std::abs(x) - 0.25;
        to[i] = std::copysign(cosine_of(d * d), x);
    }
}

void fill_turn(const PhaseRun& run,
               int first,
               std::span<double> sines,
               std::span<double> cosines) noexcept {
    double* const to_sine = sines.data();
    double* const to_cosine = cosines.data();
    const double f0 = first;
    for (int i = 0; i < static_cast<int>(sines.size()); ++i) {
        const double x = within_half(run.at(f0 + i));
        const double d = std::abs(x) - 0.25;
        to_sine[i] = std::copysign(cosine_of(d * d), x);
        to_cosine[i] = -d * sine_share_of(d * d);
    }
}

PositionPhase::PositionPhase(double settle_seconds) noexcept
    : keep_(std::exp(-kControlPeriod / (settle_seconds * kSampleRateHz))) {}

void PositionPhase::start(std::int64_t grid, double frequency_hz) noexcept {
    phase_ = step_of(frequency_hz) * static_cast<std::uint64_t>(grid);
}

double PositionPhase::fraction() const noexcept {
    return fraction_of(phase_);
}

PhaseRun PositionPhase::advance(std::int64_t grid, double from_hz, double to_hz) noexcept {
    constexpr double kFrames = kControlPeriod;
    PhaseRun run;
    run.start = fraction_of(phase_);
    if (from_hz != to_hz) {
        run.slope = from_hz / kSampleRateHz;
        run.bend = (to_hz - from_hz) / (2.0 * kFrames * kSampleRateHz);
        const double cycles = kFrames * (run.slope + kFrames * run.bend);
        phase_ += static_cast<std::uint64_t>(std::llround(cycles * kOne));
        return run;
    }
    constexpr std::int64_t kHome = 1'000;  // 1e-9 cycles are as good as none
    const std::uint64_t step = step_of(to_hz);
    const std::uint64_t home = step * static_cast<std::uint64_t>(grid + kControlPeriod);
    const std::int64_t offset = offset_of(phase_ + step * kControlPeriod, home);
    auto left = static_cast<std::int64_t>(static_cast<double>(offset) * keep_);
    if (std::abs(left) < kHome) {
        left = 0;
    }
    run.slope =
        static_cast<double>(step) / kOne + static_cast<double>(left - offset) / kOne / kFrames;
    phase_ = home + static_cast<std::uint64_t>(left);
    return run;
}

}  // namespace earshot::dsp
