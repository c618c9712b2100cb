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

}  // namespace

void fill_sine(const PhaseRun& run, int first, std::span<double> out) noexcept {
    // Adding and taking away this rounds to a whole number.
    constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52
    // cos(2 pi d) as a series in (2 pi d)^2, |d| <= 1/4: the first term left out is under 1e-10.
    constexpr double kTurn = 39.478417604357434;  // (2 pi)^2
    const double f0 = first;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double frame = f0 + static_cast<double>(static_cast<int>(i));
        const double cycles = run.start + frame * (run.slope + frame * run.bend);
        const double x = cycles - ((cycles + kRound) - kRound);
        const double d = std::abs(x) - 0.25;
        const double u = kTurn * d * d;
        const double even =
            1.0 +
            u * (-1.0 / 2.0 +
                 u * (1.0 / 24.0 +
                      u * (-1.0 / 720.0 + u * (1.0 / 40320.0 +
                                               u * (-1.0 / 3628800.0 + u * (1.0 / 479001600.0 -
                                                                            u / 87178291200.0))))));
        out[i] = std::copysign(even, x);
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
