#include "common/dsp/overlay/masking_history.hpp"

#include "common/dsp/overlay/level_analyser.hpp"
#include "tests/support/figures.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp/sound.hpp"
#include "tests/unit/dsp_overlay/golden.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>
#include <vector>

namespace earshot::dsp {
namespace {

constexpr std::int64_t kPeriod = ProgrammeLevels::kPeriod;
constexpr double kTinnitusDbfs = -75.0;

TinnitusParameters tone_in_both() {
    TinnitusSettings settings;
    settings.ears[0] = {.kind = TinnitusKind::tone, .frequency_hz = 6'000.0, .level_db_sl = 25.0};
    settings.ears[1] = settings.ears[0];
    return make_tinnitus_parameters(settings)->parameters;
}

/// A programme whose two octaves around 6 kHz have a level by seconds.
ProgrammeLevels levels_of(double seconds, const std::function<double(double)>& two_octaves_dbfs) {
    ProgrammeLevels levels;
    for (int entry = 0; entry < static_cast<int>(std::lround(seconds * 10.0)); ++entry) {
        ProgrammeLevels::Entry bands;
        bands[0].fill(static_cast<float>(two_octaves_dbfs(entry * 0.1) - 10.0 * std::log10(2.0)));
        bands[1] = bands[0];
        levels.entries.push_back(bands);
    }
    return levels;
}

MaskingHistory history_of(const ProgrammeLevels& levels, const MaskingSettings& settings = {}) {
    MaskingHistory history(settings, 0);
    history.extend(levels, tone_in_both(), levels.end_entry());
    return history;
}

std::int64_t frame_of(double seconds) {
    return static_cast<std::int64_t>(std::lround(seconds * 48'000.0));
}

TEST(MaskingHistory, E2_InhibitionGrowsWithTheMaskerAndFadesAsTheModelSays) {
    const std::vector<float> model = overlay_test::golden("inhibition_curves");
    const std::vector<double> maskers = {10.0, 30.0, 60.0, 90.0};
    const std::vector<double> depths = {0.0, 0.61, 1.0, 1.0};
    for (std::size_t m = 0; m < maskers.size(); ++m) {
        const double end = 5.0 + maskers[m];
        const MaskingHistory history = history_of(levels_of(end + 61.0, [end](double t) {
            return t > 4.99 && t < end - 0.01 ? kTinnitusDbfs + 30.0 : -120.0;
        }));
        // Read 5 s on, when masking itself is over, and extrapolated to the masker's end.
        const double depth = (1.0 - history.gain(frame_of(end + 5.0))[0]) * std::exp(5.0 / 15.0);
        double worst = 0.0;
        for (int t = 50; t < 600; ++t) {
            const double gain = history.gain(frame_of(end + 0.1 * t))[0];
            worst = std::max(
                worst,
                std::abs(gain - static_cast<double>(model[600 * m + static_cast<std::size_t>(t)])));
        }
        test::expect_figure(
            "depth after " + std::to_string(static_cast<int>(maskers[m])) + " s of masker", depth,
            "", test::within(0.05, depths[m]));
        // An entry of 0.1 s is 0.7 % of the time constant.
        EXPECT_LE(worst, 0.008);
    }
}

TEST(MaskingHistory, E2_ComesBackWithItsTimeConstant) {
    const MaskingHistory history = history_of(
        levels_of(110.0, [](double t) { return t < 60.0 ? kTinnitusDbfs + 30.0 : -120.0; }));
    const double wanted = 1.0 - std::exp(-1.0);
    double reached = 0.0;
    for (int t = 0; t < 3'000 && reached == 0.0; ++t) {
        if (history.gain(frame_of(60.0 + 0.01 * t))[0] >= wanted) {
            reached = 0.01 * t;
        }
    }
    test::expect_figure("back to 1 - 1/e after", reached, "s", test::within(0.75, 15.0));
}

TEST(MaskingHistory, E2_KappaWarpsTheTimeOfMaskerAndRecovery) {
    MaskingSettings settings;
    settings.kappa = 20.0;
    const MaskingHistory history = history_of(
        levels_of(10.0, [](double t) { return t < 3.0 ? kTinnitusDbfs + 30.0 : -120.0; }),
        settings);
    EXPECT_NEAR(history.inhibition(0, 29), 1.0, 1e-9);
    EXPECT_NEAR(history.inhibition(0, 36), std::exp(-0.7 * 20.0 / 15.0), 1e-9);
    EXPECT_GT(history.gain(frame_of(9.9))[0], 0.99);
}

TEST(MaskingHistory, E2_ShortGapsDoNotEndAMaskerLongOnesDo) {
    const auto with_gap = [](double gap) {
        const double end = 20.0;
        return history_of(levels_of(45.0, [=](double t) {
            const bool silent = (t > end - 0.01 && t < end + gap - 0.01) || t > 40.0;
            return silent ? -120.0 : kTinnitusDbfs + 30.0;
        }));
    };
    EXPECT_NEAR(with_gap(0.4).inhibition(0, 399), std::log(3.96) / std::log(6.0), 0.01);
    EXPECT_NEAR(with_gap(2.0).inhibition(0, 399), std::log(1.8) / std::log(6.0), 0.02);
}

TEST(MaskingHistory, E3_FallsMonotonouslyAsTheProgrammeRises) {
    const MaskingHistory history = history_of(levels_of(9.0, [](double t) {
        return kTinnitusDbfs + (t < 2.0 ? -120.0 : -10.0 + 5.0 * (t - 2.0));
    }));
    double last = 1.0;
    std::vector<double> over_db;
    std::vector<double> gains_db;
    for (std::int64_t frame = 0; frame < frame_of(9.0); frame += 480) {
        const double gain = history.gain(frame)[0];
        EXPECT_LE(gain, last);
        last = gain;
        if (frame > frame_of(3.0) && frame % 4'800 == 0) {
            over_db.push_back(5.0 * (static_cast<double>(frame) / 48'000.0 - 2.0) - 10.0);
            gains_db.push_back(gain_to_db(gain));
        }
    }
    test::note_curve({"Masking of tinnitus", "5 dB a second", "programme over the tinnitus, dB",
                      "gain of the tinnitus, dB"},
                     over_db, gains_db);
    // 5 dB over the tinnitus at 5 s: untouched; 15 dB at 7 s; smoothed over 0.5 s after that.
    EXPECT_EQ(history.gain(frame_of(4.9))[0], 1.0);
    EXPECT_LT(history.gain(frame_of(6.5))[0], 0.5);
    EXPECT_LT(gain_to_db(history.gain(frame_of(9.0))[0]), -36.0);
}

TEST(MaskingHistory, E3_NeverStepsByMoreThanADecibelInTenMilliseconds) {
    // Bursts, rests and a minute of masker: everything switches at once.
    const MaskingHistory history = history_of(levels_of(150.0, [](double t) {
        const bool on = (t > 3.0 && t < 3.2) || (t > 5.0 && t < 70.0 && std::fmod(t, 7.0) > 0.4) ||
                        (t > 72.0 && t < 72.5) || (t > 90.0 && std::fmod(t, 0.6) < 0.3);
        return on ? 0.0 : -120.0;
    }));
    double worst = 0.0;
    for (std::int64_t frame = 0; frame < frame_of(150.0); frame += 160) {
        const double now = gain_to_db(history.gain(frame)[0]);
        const double next = gain_to_db(history.gain(frame + 480)[0]);
        worst = std::max(worst, std::abs(next - now));
        ASSERT_GE(now, -80.0 - 1e-9);
        ASSERT_LE(now, 0.0);
    }
    test::expect_figure("largest step in 10 ms", worst, "dB", test::at_most(1.0));
}

TEST(MaskingHistory, WhatALossDoesNotHearDoesNotMask) {
    const ProgrammeLevels levels =
        levels_of(5.0, [](double) { return kTinnitusDbfs + 30.0; });  // 55 dB SPL
    MaskingSettings settings;
    settings.hearing_loss_db = {70.0, 0.0};
    const MaskingHistory history = history_of(levels, settings);
    EXPECT_EQ(history.gain(frame_of(5.0))[0], 1.0);
    EXPECT_LT(history.gain(frame_of(5.0))[1], 0.02);
}

TEST(MaskingHistory, WhatIsAttenuatedMasksAsSoftlyAsItIs) {
    const ProgrammeLevels levels = levels_of(5.0, [](double) { return kTinnitusDbfs + 30.0; });
    MaskingSettings settings;
    settings.attenuation_db = {30.0, 10.0};
    const MaskingHistory history = history_of(levels, settings);
    EXPECT_EQ(history.gain(frame_of(5.0))[0], 1.0);
    EXPECT_LT(history.gain(frame_of(5.0))[1], 0.02);
}

TEST(MaskingHistory, E2_WithoutInhibitionItIsBackWhenTheMaskerIsOver) {
    MaskingSettings settings;
    settings.inhibition = {false, true};
    const MaskingHistory history = history_of(
        levels_of(70.0, [](double t) { return t < 60.0 ? kTinnitusDbfs + 30.0 : -120.0; }),
        settings);
    EXPECT_LT(history.gain(frame_of(60.0))[0], 0.02) << "the masker masks";
    EXPECT_GT(history.gain(frame_of(65.0))[0], 0.99);
    EXPECT_LT(history.gain(frame_of(65.0))[1], 0.5);
}

TEST(MaskingHistory, WithoutTinnitusNothingIsMasked) {
    const ProgrammeLevels levels = levels_of(20.0, [](double) { return -10.0; });
    MaskingHistory history({}, 0);
    history.extend(levels, {}, levels.end_entry());
    EXPECT_EQ(history.gain(frame_of(20.0))[0], 1.0);
}

TEST(MaskingHistory, G5_ComputedColdIsWhatPlayingGives) {
    const sound::Stereo in = sound::programme(0.5, 48'000 * 5, 3);
    audio::Block block(2, 48'000 * 5);
    std::copy(in.left.begin(), in.left.end(), block.channel(0).begin());
    std::copy(in.right.begin(), in.right.end(), block.channel(1).begin());
    LevelAnalyser analyser;
    analyser.take(block.view());
    analyser.finish();
    const ProgrammeLevels& levels = analyser.levels();
    const MaskingHistory cold = history_of(levels);

    // Played: entry by entry.
    MaskingHistory played({}, 0);
    for (std::int64_t entry = 1; entry <= levels.end_entry(); ++entry) {
        played.extend(levels, tone_in_both(), entry);
    }
    ASSERT_EQ(played.end_entry(), cold.end_entry());
    double least = 1.0;
    for (std::int64_t frame = -kPeriod; frame < frame_of(6.0); frame += 997) {
        EXPECT_EQ(played.gain(frame), cold.gain(frame));
        least = std::min(least, cold.gain(frame)[0]);
    }
    EXPECT_LT(least, 0.5) << "the programme masks";
}

TEST(MaskingHistory, BeginsWhereTheListeningBegins) {
    ProgrammeLevels levels = levels_of(10.0, [](double) { return -10.0; });
    levels.first_entry = 50;
    MaskingHistory history({}, 40);
    history.extend(levels, tone_in_both(), 1'000);
    EXPECT_EQ(history.end_entry(), 150);
    EXPECT_EQ(history.gain(0)[0], 1.0);
    EXPECT_EQ(history.gain(50 * kPeriod)[0], 1.0);
    EXPECT_LT(history.gain(60 * kPeriod)[0], 0.1);
    // After the last entry it stays.
    EXPECT_EQ(history.gain(150 * kPeriod), history.gain(1'000 * kPeriod));
}

TEST(MaskingHistory, RefusesSettingsOutOfRange) {
    EXPECT_THROW(MaskingHistory({.kappa = 0.0}, 0), std::invalid_argument);
    EXPECT_THROW(MaskingHistory({.kappa = std::nan("")}, 0), std::invalid_argument);
    EXPECT_THROW(MaskingHistory({.hearing_loss_db = {0.0, 130.0}}, 0), std::invalid_argument);
    EXPECT_THROW(MaskingHistory({.attenuation_db = {-20.0, 0.0}}, 0), std::invalid_argument);
}

TEST(MaskingHistory, J2_ReadingIsRealTimeSafe) {
    const MaskingHistory history = history_of(levels_of(5.0, [](double) { return -30.0; }));
    double sum = 0.0;
    test::rt_guard::expect_realtime_safe([&] { sum = history.gain(123'456)[0]; });
    EXPECT_GT(sum, 0.0);
}

}  // namespace
}  // namespace earshot::dsp
