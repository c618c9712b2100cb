#include "common/audio/resampler.hpp"

#include "tests/support/rt_guard.hpp"
#include "tests/unit/audio/sine_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>

namespace earshot::audio {
namespace {

using test::fit_sine;

constexpr int kMargin = PolyphaseResampler::kTaps;

double radians_per_frame(double hz) {
    return 2.0 * std::numbers::pi * hz / 48'000.0;
}

/// -1 dBFS on the left, half of it and a quarter turn later on the right.
Block tone(double hz, int frames) {
    Block block(2, frames);
    for (int n = 0; n < frames; ++n) {
        const double angle = radians_per_frame(hz) * n;
        block.channel(0)[static_cast<std::size_t>(n)] = static_cast<float>(0.891 * std::cos(angle));
        block.channel(1)[static_cast<std::size_t>(n)] =
            static_cast<float>(0.4455 * std::sin(angle));
    }
    return block;
}

Block resampled(const Block& in, double start, double step, int frames) {
    const PolyphaseResampler resampler(2);
    Block out(2, frames);
    resampler.process(in.view(), start, step, out.view());
    return out;
}

double thd_n_db(double hz, double step) {
    constexpr int kFrames = 24'000;
    const Block in = tone(hz, kFrames + 4 * kMargin);
    const Block out = resampled(in, kMargin + 0.123, step, kFrames);
    const double db = fit_sine(out.channel(0), radians_per_frame(hz) * step).thd_n_db();
    ::testing::Test::RecordProperty("thd_n_db_at_" + std::to_string(static_cast<int>(hz)) + "_hz",
                                    std::to_string(db));
    return db;
}

double gain_db(double hz) {
    constexpr int kFrames = 9'600;
    const double step = 1.0001;
    const Block out = resampled(tone(hz, kFrames + 4 * kMargin), kMargin + 0.5, step, kFrames);
    return 20.0 *
           std::log10(fit_sine(out.channel(0), radians_per_frame(hz) * step).amplitude / 0.891);
}

TEST(PolyphaseResampler, KeepsDistortionAndNoiseBelowTheLimitAtOneKilohertz) {
    EXPECT_LT(thd_n_db(1'000.0, 1.0001), -115.0);
}

TEST(PolyphaseResampler, KeepsDistortionAndNoiseBelowTheLimitAtFifteenKilohertz) {
    EXPECT_LT(thd_n_db(15'000.0, 1.0001), -110.0);
}

TEST(PolyphaseResampler, PassesTheAudibleBandFlat) {
    for (const double hz : {20.0, 100.0, 1'000.0, 10'000.0, 16'000.0, 18'000.0, 20'000.0}) {
        EXPECT_NEAR(gain_db(hz), 0.0, 0.001) << hz << " Hz";  // dB
    }
}

TEST(PolyphaseResampler, IsExactAtWholePositions) {
    const Block in = tone(997.0, 1'000);
    const Block out = resampled(in, 100.0, 1.0, 800);
    for (std::size_t n = 0; n < 800; ++n) {
        ASSERT_EQ(out.channel(0)[n], in.channel(0)[n + 100]);
        ASSERT_EQ(out.channel(1)[n], in.channel(1)[n + 100]);
    }
}

TEST(PolyphaseResampler, PutsTheSoundAtTheFractionalPosition) {
    const double start = kMargin + 0.37;
    const Block out = resampled(tone(3'000.0, 8'000), start, 1.0, 4'800);
    const double expected =
        std::remainder(radians_per_frame(3'000.0) * start, 2.0 * std::numbers::pi);
    EXPECT_NEAR(fit_sine(out.channel(0), radians_per_frame(3'000.0)).phase_radians, expected, 1e-5);
}

TEST(PolyphaseResampler, GivesTheSameSamplesHoweverTheCallsAreCut) {
    const Block in = tone(440.0, 4'000);
    const PolyphaseResampler resampler(2);
    const double step = 1.0 + 1.0 / 8192.0;  // Exact in binary, so that the positions are the same.
    Block whole(2, 2'000);
    resampler.process(in.view(), 64.5, step, whole.view());
    Block cut(2, 2'000);
    for (int first = 0; first < 2'000; first += 500) {
        resampler.process(in.view(), 64.5 + first * step, step, cut.view().part(first, 500));
    }
    for (std::size_t n = 0; n < 2'000; ++n) {
        ASSERT_EQ(whole.channel(0)[n], cut.channel(0)[n]) << n;
    }
}

TEST(PolyphaseResampler, ReachesTheSecondStepOfARampAtItsEnd) {
    const double end = PolyphaseResampler::ramped_position(10.0, 1.0, 1.001, 1'000, 1'000);
    EXPECT_DOUBLE_EQ(end, 10.0 + 1'000 * 1.0005);
    const double last_step =
        end - PolyphaseResampler::ramped_position(10.0, 1.0, 1.001, 1'000, 999);
    EXPECT_NEAR(last_step, 1.001, 1e-6);
}

TEST(PolyphaseResampler, RefusesImpossibleChannelCounts) {
    EXPECT_THROW(PolyphaseResampler{0}, std::invalid_argument);
    EXPECT_THROW(PolyphaseResampler{kMaxChannels + 1}, std::invalid_argument);
}

TEST(PolyphaseResampler, IsRealtimeSafe) {
    const Block in = tone(1'000.0, 2'000);
    const PolyphaseResampler resampler(2);
    Block out(2, 960);
    test::rt_guard::expect_realtime_safe(
        [&] { resampler.process(in.view(), 100.25, 1.0001, out.view()); });
    EXPECT_NE(out.channel(0)[0], 0.0F);
}

}  // namespace
}  // namespace earshot::audio
