#include "common/dsp/overlay/vibration.hpp"

#include "common/base/level.hpp"
#include "tests/support/figures.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_overlay/drums.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace earshot::dsp {
namespace {

using overlay_test::Felt;
using overlay_test::felt;
using overlay_test::partitions;
using overlay_test::rms_dbfs;
using sound::Stereo;

constexpr VibrationSettings kPlain{.ratio = 1.0, .shaker_weighting = false};

TEST(Vibration, F1_PassesWhatIsFeltAndNothingElse) {
    for (const double hz :
         {10.0, 20.0, 25.0, 40.0, 60.0, 100.0, 160.0, 200.0, 250.0, 400.0, 500.0, 600.0}) {
        Vibration vibration(kPlain);
        const Stereo in = sound::tone(hz, 0.25, 28'800);
        const double db = sound::tone_db(felt(vibration, in).audio.left, hz, 9'600) -
                          sound::tone_db(in.left, hz, 9'600);
        const std::string name = std::to_string(static_cast<int>(hz)) + " Hz";
        if (hz >= 25.0 && hz <= 200.0) {
            test::expect_figure(name, db, "dB", {.low = -2.0, .high = 0.05});
        } else if (hz <= 10.0 || hz >= 500.0) {
            test::expect_figure(name, db, "dB", test::at_most(-12.0));
        } else {
            test::note_figure(name, db, "dB");
        }
    }
}

TEST(Vibration, IsLateByItsLatencyAndTheFiltersDelay) {
    Vibration vibration(kPlain);
    Stereo in(9'600);
    for (int i = 0; i < 4'800; ++i) {
        const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * i / 4'800.0);
        const double x = window * std::sin(2.0 * std::numbers::pi * 80.0 / 48'000.0 * i);
        in.left[static_cast<std::size_t>(i)] = in.right[static_cast<std::size_t>(i)] =
            static_cast<float>(x);
    }
    const Stereo out = felt(vibration, in).audio;
    double best = 0.0;
    int lag = 0;
    for (int d = 0; d < 600; ++d) {
        double sum = 0.0;
        for (int i = 0; i < 4'800; i += 3) {
            sum += static_cast<double>(in.left[static_cast<std::size_t>(i)]) *
                   static_cast<double>(out.left[static_cast<std::size_t>(i + d)]);
        }
        if (sum > best) {
            best = sum;
            lag = d;
        }
    }
    // Phase delay of the band at 80 Hz: 0.46 ms of the low-pass less 0.7 ms of the high-pass's
    // lead.
    EXPECT_NEAR(lag, Vibration::kLatency, 48);
}

TEST(Vibration, CompressesByItsRatioAboutTheReference) {
    for (const double dbfs : {-48.0, -38.0, -28.0, -18.0, -8.0}) {
        Vibration vibration({.shaker_weighting = false});
        const Stereo in = sound::tone(80.0, db_to_gain(dbfs + 3.01), 36'000);
        const double out = rms_dbfs(felt(vibration, in).audio.left, 24'000, 36'000);
        // The envelope of a sine rides up to 1.5 dB over its mean, less the band's 0.1 dB.
        EXPECT_NEAR(out, -18.0 + (dbfs + 18.0) / 2.5, 1.2) << dbfs;
    }
    Vibration vibration({.shaker_weighting = false});
    const Stereo quiet = sound::tone(80.0, db_to_gain(-77.0), 48'000);
    EXPECT_LT(rms_dbfs(felt(vibration, quiet).audio.left, 24'000, 48'000), -70.0)
        << "noise is not felt";
}

TEST(Vibration, WeighsLowFrequenciesForShakers) {
    const auto level = [](double hz, bool weighting) {
        Vibration vibration({.ratio = 1.0, .shaker_weighting = weighting});
        return sound::tone_db(felt(vibration, sound::tone(hz, 0.05, 28'800)).audio.left, hz, 9'600);
    };
    // (s + 60) / (s + 15) in Hz: 3.0 dB at its corner 60 less 0.3, 6.9 at 25, 0.6 at 160.
    EXPECT_NEAR(level(60.0, true) - level(60.0, false), 2.75, 0.1);
    EXPECT_NEAR(level(25.0, true) - level(25.0, false), 6.96, 0.1);
    EXPECT_NEAR(level(160.0, true) - level(160.0, false), 0.53, 0.1);
}

TEST(Vibration, StandInIsSoftMonoBass) {
    const auto level = [](double hz) {
        Vibration vibration(kPlain);
        vibration.set({.stand_in = GlidingLevel::at(-12.0)});
        return sound::tone_db(felt(vibration, sound::tone(hz, 0.5, 24'000)).audio.right, hz,
                              9'600) -
               gain_to_db(0.5);
    };
    EXPECT_NEAR(level(60.0), -12.0, 0.3);
    EXPECT_LT(level(300.0), -12.0 - 34.0);
    Vibration silent;
    EXPECT_EQ(sound::largest({felt(silent, sound::tone(60.0, 0.5, 4'800)).audio}) > 0.0, true);
    Vibration unset(kPlain);
    for (const float sample : felt(unset, sound::tone(60.0, 0.5, 4'800)).audio.right) {
        EXPECT_EQ(sample, 0.0F);
    }
}

TEST(Vibration, F2_FlagsTheKicksOfADrumKit) {
    // Longer and faster playing in the validation program.
    const overlay_test::KickCount count = overlay_test::count_kicks({.seconds = 6, .seed = 1});
    std::cout << "  " << count.kicks << " kicks, " << count.found << " found, " << count.flags
              << " flags, off by " << count.worst_ms << " ms at most\n";
    EXPECT_GE(count.found, 0.95 * count.kicks);
    EXPECT_GE(count.found, 0.90 * count.flags);
}

TEST(Vibration, PointsComeHundredASecondStampedByPosition) {
    Vibration vibration(kPlain);
    const Stereo in = sound::tone(60.0, 0.5, 48'000);
    const Felt result = felt(vibration, in, 96'000 + 7);
    // The first period is cut by the start; the last two wait for the latency.
    ASSERT_EQ(result.points.size(), 97U);
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        EXPECT_EQ(result.points[i].position,
                  result.points[0].position + static_cast<std::int64_t>(i) * 480);
        EXPECT_EQ(result.points[i].position % 480, 0);
    }
    // A sine of 0.5: -6.0 dBFS at its peak, -9.0 rms; 0.2 dB a step; 10 ms are 0.6 of a period.
    const HapticPoint& steady = result.points[60];
    EXPECT_NEAR(steady.peak, 255 - 30, 3);
    EXPECT_NEAR(steady.rms, 255 - 45, 10);
    // 60 Hz on a scale from 20 to 250 Hz: 55.
    EXPECT_NEAR(steady.centroid, 127.0 * std::log(3.0) / std::log(12.5), 3.0);
    EXPECT_FALSE(steady.onset);
}

TEST(Vibration, CentroidFollowsPitch) {
    int last = -1;
    for (const double hz : {25.0, 40.0, 80.0, 120.0, 200.0, 240.0}) {
        Vibration vibration;
        const Felt result = felt(vibration, sound::tone(hz, 0.3, 24'000));
        const double wanted = 127.0 * std::log(hz / 20.0) / std::log(12.5);
        EXPECT_NEAR(result.points[40].centroid, wanted, 5.0) << hz;
        EXPECT_GT(result.points[40].centroid, last);
        last = result.points[40].centroid;
    }
}

TEST(Vibration, PointsPackIntoThreeBytes) {
    const HapticPoint point{.position = 480, .rms = 200, .peak = 250, .onset = true, .centroid = 5};
    const auto bytes = pack(point);
    EXPECT_EQ(bytes[0], std::byte{200});
    EXPECT_EQ(bytes[1], std::byte{250});
    EXPECT_EQ(bytes[2], std::byte{0x85});
}

TEST(Vibration, LevelsGlideAsLevels) {
    const VibrationParameters off{.tactile = {}};
    const VibrationParameters on{.stand_in = GlidingLevel::at(-12.0)};
    const std::vector<const VibrationParameters*> states = {&off, &on};
    const std::vector<double> weights = {0.5, 0.5};
    VibrationParameters out;
    blend(states, weights, out);
    EXPECT_DOUBLE_EQ(out.tactile.amplitude(), 0.5);
    EXPECT_DOUBLE_EQ(out.stand_in.amplitude(), 0.5 * db_to_gain(-12.0));
}

TEST(Vibration, J1_GivesTheSameInAnyBlocks) {
    const overlay_test::Drums kit =
        overlay_test::drums({.seconds = 1, .beats_per_minute = 240.0, .seed = 5});
    const auto run = [&kit](const std::vector<int>& blocks) {
        Vibration vibration;
        vibration.set({.stand_in = GlidingLevel::at(-12.0)});
        return felt(vibration, kit.sound, 13, blocks);
    };
    const Felt whole = run({960});
    for (const auto& blocks : partitions()) {
        const Felt cut = run(blocks);
        EXPECT_TRUE(sound::identical(cut.audio, whole.audio));
        EXPECT_EQ(cut.points, whole.points);
    }
}

TEST(Vibration, J2_IsRealTimeSafe) {
    Vibration vibration;
    audio::Block block(2, 960);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 0.5F);
    std::array<HapticPoint, 3> points;
    int made = 0;
    test::rt_guard::expect_realtime_safe([&] {
        vibration.set({});
        made = vibration.process(block.view(), 0, block.channel(0), block.channel(1), points);
        vibration.reset();
    });
    EXPECT_EQ(made, 0) << "the first point waits for the next one's end";
}

TEST(Vibration, SurvivesHostileSound) {
    Vibration vibration;
    vibration.set({.stand_in = GlidingLevel::at(-12.0)});
    Stereo in = sound::noise(1e4, 96'000, 1);
    in.left[100] = std::numeric_limits<float>::quiet_NaN();
    in.right[200] = -std::numeric_limits<float>::infinity();
    in.left[300] = std::numeric_limits<float>::max();
    std::fill(in.left.begin() + 9'600, in.left.end(), 0.0F);
    std::fill(in.right.begin() + 9'600, in.right.end(), 0.0F);
    const Felt result = felt(vibration, in);
    const Stereo rest = overlay_test::tail(result.audio, 2'000);
    EXPECT_TRUE(overlay_test::sane(rest.left));
    EXPECT_TRUE(overlay_test::sane(rest.right));
    EXPECT_LE(sound::largest({rest}), 1e4);
    EXPECT_EQ(rest.left.back(), 0.0F);
    EXPECT_EQ(result.points.back().rms, 0);
    EXPECT_EQ(result.points.back().peak, 0);
    for (const float sample : rest.left) {
        ASSERT_LE(std::abs(sample), 8.0F);
    }
}

TEST(Vibration, RefusesSettingsOutOfRange) {
    EXPECT_THROW(Vibration({.ratio = 0.5}), std::invalid_argument);
    EXPECT_THROW(Vibration({.reference_dbfs = std::nan("")}), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::dsp
