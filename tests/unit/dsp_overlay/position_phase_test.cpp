#include "common/dsp/overlay/position_phase.hpp"

#include "common/base/time.hpp"
#include "common/dsp/overlay/body_rhythm.hpp"
#include "common/dsp/overlay/position_noise.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

double sine(double cycles) {
    return std::sin(2.0 * std::numbers::pi * (cycles - std::floor(cycles)));
}

TEST(FillSine, IsASineToNineDigits) {
    for (const double start : {0.0, 0.24, 0.25, 0.5, 0.75, 0.999, -31.3, 12'345.6}) {
        const PhaseRun run{start, 0.083, 1e-4};
        std::array<double, 25> out{};
        fill_sine(run, 7, out);
        for (std::size_t i = 0; i < out.size(); ++i) {
            EXPECT_NEAR(out[i], sine(run.at(static_cast<double>(i) + 7.0)), 1e-9);
        }
    }
}

TEST(PositionPhase, IsFrequencyTimesPositionHoweverItGotThere) {
    constexpr std::int64_t kFrom = 480'000;
    PositionPhase played(2.0);
    played.start(0, 4'321.0);
    PhaseRun run;
    for (std::int64_t grid = 0; grid <= kFrom; grid += kControlPeriod) {
        run = played.advance(grid, 4'321.0, 4'321.0);
    }
    PositionPhase cold(2.0);
    cold.start(kFrom, 4'321.0);
    const PhaseRun there = cold.advance(kFrom, 4'321.0, 4'321.0);
    EXPECT_EQ(run.start, there.start);
    EXPECT_EQ(run.slope, there.slope);
    // 4321 Hz for 10 s is a whole number of cycles; the step is rounded to 2^-40.
    EXPECT_NEAR(there.start - std::round(there.start), 0.0, 1e-6);
    EXPECT_NEAR(there.slope, 4'321.0 / kSampleRateHz, 1e-12);
}

TEST(PositionPhase, GlidesWithoutAJumpAndDriftsHome) {
    PositionPhase phase(2.0);
    phase.start(0, 500.0);
    double hz = 500.0;
    double end = 0.0;
    PhaseRun run;
    for (int period = 0; period < 60'000; ++period) {
        const double next = period < 400 ? hz * 1.001 : hz;
        run = phase.advance(std::int64_t{period} * kControlPeriod, hz, next);
        if (period > 0) {
            const double jump = run.start - end;
            ASSERT_NEAR(jump - std::round(jump), 0.0, 1e-9);
        }
        end = run.at(kControlPeriod);
        hz = next;
    }
    PositionPhase cold(2.0);
    cold.start(std::int64_t{59'999} * kControlPeriod, hz);
    // 40 s after the glide, 20 time constants: e^-20 of half a cycle is taken as none.
    EXPECT_EQ(run.start, cold.advance(std::int64_t{59'999} * kControlPeriod, hz, hz).start);
}

TEST(PositionPhase, StartsBeforeTheBeginning) {
    PositionPhase phase(2.0);
    phase.start(-48'000, 100.25);
    EXPECT_NEAR(phase.fraction(), 0.75, 1e-6);
}

TEST(PositionNoise, IsWhiteIndependentAndAFunctionOfThePosition) {
    double power = 0.0;
    double neighbour = 0.0;
    double across = 0.0;
    double seeds = 0.0;
    constexpr int kCount = 100'000;
    for (int i = 0; i < kCount; ++i) {
        const auto [a, b] = position_noise(1, i);
        power += a * a;
        neighbour += a * position_noise(1, i + 1).first;
        across += a * b;
        seeds += a * position_noise(2, i).first;
    }
    // Standard error of a mean of products of variance 1/9: 0.0011; four of them.
    EXPECT_NEAR(power / kCount, kNoiseVariance, 0.0045);
    EXPECT_NEAR(neighbour / kCount, 0.0, 0.0045);
    EXPECT_NEAR(across / kCount, 0.0, 0.0045);
    EXPECT_NEAR(seeds / kCount, 0.0, 0.0045);
    EXPECT_EQ(position_noise(1, -5).first, position_noise(1, -5).first);
}

TEST(BodyRhythm, StandsWherePlayingWouldHaveLed) {
    BodyRhythm played(3);
    std::int64_t grid = 0;
    for (; grid < 96'000; grid += kControlPeriod) {
        played.advance(grid, 1.25);
    }
    played.advance(grid, 1.25);
    BodyRhythm cold(3);
    cold.advance(grid, 1.25);
    EXPECT_EQ(cold.from().seconds, played.from().seconds);
    EXPECT_EQ(cold.to().chance, played.to().chance);
    EXPECT_EQ(cold.to().odd, played.to().odd);
    // 2 s are 2.5 beats.
    EXPECT_NEAR(cold.from().cycles, 0.5, 1e-6);
    EXPECT_NEAR(cold.from().seconds, 0.4, 1e-6);
}

}  // namespace
}  // namespace earshot::dsp
