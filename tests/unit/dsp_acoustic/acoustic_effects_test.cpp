#include "common/dsp/acoustic/phase_noise.hpp"
#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::Levels;
using sound::Stereo;

double cycle(double hz) {
    return 2.0 * std::numbers::pi * hz / kSampleRateHz;
}

TEST(Hyperacusis, ExpandsOverTheKneeUpToItsCap) {
    AcousticSettings settings;
    settings.left.hyperacusis_slope = 1.4;
    settings.right.hyperacusis_slope = 1.4;
    settings.right.hyperacusis_knee_db_spl = 80.0;
    // 0.4 (90 - 65) = 10 dB from 2 to 8 kHz, 6 dB elsewhere; 0.4 (90 - 80) = 4 dB. The level of a
    // tone's outer bands is lower, which the -1.2 dB only levels out for one slope: 1 dB.
    const Levels high = sound::tone_levels(settings, 4'000.0, 90.0);
    EXPECT_NEAR(high.left, 100.0, 1.0);
    EXPECT_NEAR(high.right, 94.0, 1.0);
    EXPECT_NEAR(sound::tone_levels(settings, 500.0, 90.0).left, 96.0, 1.0);
    EXPECT_NEAR(sound::tone_levels(settings, 4'000.0, 100.0).left, 112.0, 1.0);
    EXPECT_NEAR(sound::tone_levels(settings, 4'000.0, 55.0).left, 55.0, 0.3);
}

TEST(TemporalSmearing, LowPassesEnvelopes) {
    // 4 kHz, 20 Hz modulation of 0.5, corner 8 Hz: what is left is 0.5 / sqrt(1 + (20 / 8)^2).
    const auto in = sound::both(33'984, [](int i) {
        return 0.1 * (1.0 + 0.5 * std::sin(cycle(20.0) * i)) * std::sin(cycle(4'000.0) * i);
    });
    AcousticSettings settings;
    settings.left.temporal_smearing = 1.0;
    settings.left.temporal_hz = 8.0;
    const auto out = sound::heard(settings, in);
    const auto modulation = [](const std::vector<float>& ear) {
        const double side = 0.5 * (db_to_gain(sound::tone_db(ear, 3'980.0, 9'600)) +
                                   db_to_gain(sound::tone_db(ear, 4'020.0, 9'600)));
        return 2.0 * side / db_to_gain(sound::tone_db(ear, 4'000.0, 9'600));
    };
    EXPECT_NEAR(modulation(out.right), 0.5, 0.02);
    // The filter's 8 ms of delay are only made up for to a step of 0.33 ms.
    EXPECT_NEAR(modulation(out.left), 0.5 / std::hypot(1.0, 20.0 / 8.0), 0.03);
    EXPECT_NEAR(sound::tone_db(out.left, 4'000.0, 9'600), sound::tone_db(out.right, 4'000.0, 9'600),
                0.5);
}

/// Four bands of the noise at a position.
Lanes noise_of(std::uint64_t seed, float log2_hz, std::size_t group, std::int64_t position) {
    std::array<Lanes, 7> groups{};
    phase_noise(seed, log2_hz, position, std::span{groups}.first(group + 1));
    return groups[group];
}

TEST(PhaseNoise, IsAFunctionOfPositionWithinBounds) {
    double largest = 0.0;
    double power = 0.0;
    double step = 0.0;
    const float log2_hz = std::log2(120.0F);
    for (int i = 0; i < 4'000; ++i) {
        const std::int64_t at = 7'777'777 + 16 * i;
        const Lanes now = noise_of(3, log2_hz, 2, at);
        const Lanes next = noise_of(3, log2_hz, 2, at + 1);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            largest = std::max(largest, std::abs(static_cast<double>(now[lane])));
            step = std::max(step, std::abs(static_cast<double>(next[lane] - now[lane])));
            power += static_cast<double>(now[lane]) * static_cast<double>(now[lane]);
        }
    }
    EXPECT_LE(largest, 1.0);
    EXPECT_GE(largest, 0.7);
    // At 120 Hz nearly all comes from the grid of 128 frames: at most 2 in 128.
    EXPECT_LE(step, 2.1 / 128.0);
    // Uniform knots have 1/3; a straight line between two of them 2/3 of that on average, the
    // straight line over the bands takes as much again (5/8 at these four places, 11/16 with 1).
    EXPECT_NEAR(power / 16'000.0, 1.0 / 3.0 * 2.0 / 3.0 * 11.0 / 16.0, 0.02);
    EXPECT_EQ(noise_of(3, log2_hz, 2, 123'456)[1], noise_of(3, log2_hz, 2, 123'456)[1]);
    EXPECT_NE(noise_of(4, log2_hz, 2, 123'456)[1], noise_of(3, log2_hz, 2, 123'456)[1]);
}

TEST(PhaseNoise, HasTheCornerItIsAskedFor) {
    // Compared with the lowest frequencies, half the power at the corner, by averaged periodograms.
    constexpr int kCount = 1'024;  // of values 16 frames apart: bins of 2.93 Hz
    constexpr int kAverages = 64;
    const double corner_hz = 119.7;  // one grid by itself
    const auto log2_hz = static_cast<float>(std::log2(corner_hz));
    std::vector<double> values;
    for (std::uint64_t seed = 0; seed < kAverages; ++seed) {
        for (int i = 0; i < kCount; ++i) {
            values.push_back(static_cast<double>(noise_of(seed, log2_hz, 0, 16 * i)[0]));
        }
    }
    const auto power_about = [&](double hz) {
        std::vector<std::complex<double>> turns;
        for (int i = 0; i < kCount; ++i) {
            turns.push_back(std::polar(1.0, cycle(hz) * 16 * i));
        }
        double power = 0.0;
        for (auto from = values.begin(); from != values.end(); from += kCount) {
            power += std::norm(
                std::inner_product(turns.begin(), turns.end(), from, std::complex<double>{}));
        }
        return power;
    };
    double low = 0.0;
    double corner = 0.0;
    for (int i = 0; i < 4; ++i) {
        low += power_about(11.7 + 5.86 * i);
        corner += power_about(corner_hz + 5.86 * (i - 1.5));
    }
    // 256 periodogram values a side: 0.4 dB standard deviation of the ratio.
    EXPECT_NEAR(10.0 * std::log10(corner / low), -3.0, 1.2);
}

TEST(FineStructure, BlursLowBandsOnly) {
    AcousticSettings settings;
    settings.left.fine_structure = 1.0;
    settings.left.fine_structure_hz = 100.0;
    const auto low = sound::heard(settings, sound::tone(500.0, 0.1, 24'000));
    // More than half of the tone's power has left its line.
    EXPECT_LE(sound::tone_db(low.left, 500.0, 9'600), -23.0);
    EXPECT_NEAR(sound::tone_db(low.right, 500.0, 9'600), -20.0, 0.3);
    double power = 0.0;
    for (std::size_t i = 9'600; i < low.left.size(); ++i) {
        power += 2.0 * static_cast<double>(low.left[i]) * static_cast<double>(low.left[i]);
    }
    // Blurred, not gone: neighbouring bands move nearly alike.
    EXPECT_NEAR(10.0 * std::log10(power / (static_cast<double>(low.left.size()) - 9'600.0)), -20.0,
                2.0);
    // The skirt of the blurred bands below 1.5 kHz is 60 dB down at 6 kHz.
    const auto high = sound::heard(settings, sound::tone(6'000.0, 0.1, 9'984));
    EXPECT_NEAR(sound::tone_db(high.left, 6'000.0, 4'800),
                sound::tone_db(high.right, 6'000.0, 4'800), 0.02);
}

TEST(Diplacusis, ShiftsATone) {
    const double hz = band_hz(20);
    AcousticSettings settings;
    settings.right.diplacusis_cents = 50.0;
    const auto out = sound::heard(settings, sound::tone(hz, 0.1, 28'800));
    const double shifted = hz * std::exp2(50.0 / 1'200.0);
    // The bands beside turn at their own rates and carry the rest.
    EXPECT_GE(sound::tone_db(out.right, shifted, 9'600), -30.0);
    EXPECT_LE(sound::tone_db(out.right, hz, 9'600), -60.0);
    EXPECT_NEAR(sound::tone_db(out.left, hz, 9'600), -20.0, 0.3);
}

TEST(Diplacusis, G5_ForgetsHowItsShiftCameAbout) {
    AcousticSettings settings;
    settings.left.diplacusis_cents = 50.0;
    settings.right.diplacusis_cents = -80.0;
    const auto to = make_acoustic_parameters(settings, 1.0).value();
    const std::int64_t start = 40'000'000;
    Stereo played = sound::programme(0.3, 76'800, 5);
    const Stereo in = played;
    AcousticEngine engine(sound::bank());
    audio::Block work(2, 32);
    for (int at = 0; at < played.frames(); at += 32) {
        const double weight = fade_value(FadeCurve::quintic, at / 9'600.0);
        const AcousticParameters none;
        const std::array<const AcousticParameters*, 2> states = {&none, &to};
        AcousticParameters now;
        blend(states, std::array{1.0 - weight, weight}, now);
        engine.set(now);
        std::copy_n(in.left.begin() + at, 32, work.channel(0).begin());
        std::copy_n(in.right.begin() + at, 32, work.channel(1).begin());
        engine.process(work.view(), start + at);
        std::copy_n(work.channel(0).begin(), 32, played.left.begin() + at);
        std::copy_n(work.channel(1).begin(), 32, played.right.begin() + at);
    }
    // The shift stands from 0.2 s on; phases have come back a second later.
    const int seek = 62'400;
    Stereo cold(played.frames() - seek);
    std::copy(in.left.begin() + seek, in.left.end(), cold.left.begin());
    std::copy(in.right.begin() + seek, in.right.end(), cold.right.begin());
    AcousticEngine other(sound::bank());
    other.set(to);
    sound::run_from(other, cold, start + seek);
    for (int i = 9'600; i < cold.frames(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        // Single precision: phases of 1e-7 cycles, sums of 55 bands.
        ASSERT_NEAR(cold.left[at], played.left[at + seek], 2e-6F) << i;
        ASSERT_NEAR(cold.right[at], played.right[at + seek], 2e-6F) << i;
    }
}

TEST(Width, GivesBothEarsTheMiddleAtNothing) {
    AcousticSettings settings;
    settings.width = 0.0;
    const auto in = sound::noise(0.2, 4'800, 9);
    const auto mono = sound::heard(settings, in);
    const auto wide = sound::heard(AcousticSettings{}, in);
    settings.width = 0.4;
    const auto narrow = sound::heard(settings, in);
    for (std::size_t i = 0; i < mono.left.size(); ++i) {
        ASSERT_EQ(mono.left[i], mono.right[i]);
        ASSERT_NEAR(mono.left[i], 0.5F * (wide.left[i] + wide.right[i]), 1e-7F);
        ASSERT_NEAR(narrow.left[i], 0.7F * wide.left[i] + 0.3F * wide.right[i], 1e-7F);
    }
}

}  // namespace
}  // namespace earshot::dsp
