#include "common/dsp/overlay/temporary_shift.hpp"

#include "common/dsp/overlay/level_analyser.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>

namespace earshot::dsp {
namespace {

/// A programme with one level (dB SPL at calibration 100) in one octave, by seconds.
ProgrammeLevels levels_of(double seconds,
                          std::size_t band,
                          const std::function<double(double)>& db_spl) {
    ProgrammeLevels levels;
    for (int entry = 0; entry < static_cast<int>(std::lround(seconds * 10.0)); ++entry) {
        ProgrammeLevels::Entry bands;
        bands[0].fill(ProgrammeLevels::kFloorDbfs);
        bands[1] = bands[0];
        bands[0][band] = static_cast<float>(db_spl(entry * 0.1) - 100.0);
        levels.entries.push_back(bands);
    }
    return levels;
}

constexpr std::size_t kBand2828 = 10;  ///< Half an octave below 4 kHz.
constexpr std::size_t kAt4k = 8;       ///< In the frequencies of the shift.

std::int64_t frame_of(double seconds) {
    return static_cast<std::int64_t>(std::lround(seconds * 48'000.0));
}

TEST(TemporaryShift, GrowsToTheAsymptoteWithItsTimeConstant) {
    TemporaryShift shift({}, 0);
    shift.extend(levels_of(60.0, kBand2828, [](double) { return 90.0; }));
    const double asymptote = 1.7 * 12.0;
    // 12 s of film are 2 h. Exact at whole seconds; rounding of levels to float in between.
    for (const double t : {1.0, 12.0, 24.0, 59.0}) {
        EXPECT_NEAR(shift.at(0, frame_of(t))[kAt4k], asymptote * (1.0 - std::exp(-t / 12.0)), 1e-4);
    }
    EXPECT_EQ(shift.at(1, frame_of(59.0))[kAt4k], 0.0) << "the other ear heard nothing";
}

TEST(TemporaryShift, RecoversWithEightHours) {
    TemporaryShift shift({}, 0);
    shift.extend(levels_of(120.0, kBand2828, [](double t) { return t < 24.0 ? 95.0 : 40.0; }));
    const double top = shift.at(0, frame_of(24.0))[kAt4k];
    EXPECT_GT(top, 24.0);
    // 48 s of film are 8 h.
    EXPECT_NEAR(shift.at(0, frame_of(72.0))[kAt4k], top * std::exp(-1.0), 1e-4);
    EXPECT_NEAR(TemporaryShift::share(shift.at(0, frame_of(24.0))), std::min(1.0, top / 25.0),
                1e-9);
}

TEST(TemporaryShift, ActsHalfAnOctaveAboveTheSound) {
    TemporaryShift shift({}, 0);
    shift.extend(levels_of(24.0, kBand2828, [](double) { return 95.0; }));
    const auto at = shift.at(0, frame_of(24.0));
    for (std::size_t k = 0; k < at.size(); ++k) {
        EXPECT_LE(at[k], at[kAt4k]);
    }
    EXPECT_GT(at[kAt4k], 20.0);
    EXPECT_EQ(at[4], 0.0);   // 1 kHz
    EXPECT_EQ(at[12], 0.0);  // 16 kHz
}

TEST(TemporaryShift, QuietSoundDoesNothingAndLoudSoundIsClipped) {
    TemporaryShift quiet({}, 0);
    quiet.extend(levels_of(60.0, kBand2828, [](double) { return 77.9; }));
    EXPECT_EQ(quiet.at(0, frame_of(60.0))[kAt4k], 0.0);
    TemporaryShift loud({.exposure_db = 20.0}, 0);
    loud.extend(levels_of(120.0, kBand2828, [](double) { return 110.0; }));
    EXPECT_EQ(loud.at(0, frame_of(120.0))[kAt4k], TemporaryShift::kMostDb);
}

TEST(TemporaryShift, IsContinuousInTime) {
    TemporaryShift shift({}, 0);
    shift.extend(levels_of(60.0, kBand2828, [](double t) { return t < 30.0 ? 105.0 : 20.0; }));
    double last = 0.0;
    for (std::int64_t frame = 0; frame < frame_of(65.0); frame += 4'800) {
        const double now = shift.at(0, frame)[kAt4k];
        EXPECT_LT(std::abs(now - last), 0.4);
        last = now;
    }
}

TEST(TemporaryShift, G5_ComputedColdIsWhatPlayingGives) {
    constexpr int kFrames = 48'000 * 6;
    const sound::Stereo in = sound::programme(0.9, kFrames, 3);
    audio::Block block(2, kFrames);
    std::copy(in.left.begin(), in.left.end(), block.channel(0).begin());
    std::copy(in.right.begin(), in.right.end(), block.channel(1).begin());
    LevelAnalyser file;
    file.take(block.view());
    file.finish();
    const TemporaryShiftSettings settings{.exposure_db = 15.0};
    TemporaryShift cold(settings, 0);
    cold.extend(file.levels());

    // Played live: levels come as the sound does.
    TemporaryShift played(settings, 0);
    LevelAnalyser live;
    for (int done = 0; done < kFrames; done += 960) {
        live.take(block.view().part(done, 960));
        played.extend(live.levels());
    }
    live.finish();
    played.extend(live.levels());
    double most = 0.0;
    for (std::int64_t frame = -10; frame < frame_of(8.0); frame += 3'001) {
        for (std::size_t ear = 0; ear < 2; ++ear) {
            EXPECT_EQ(cold.at(ear, frame), played.at(ear, frame));
            for (const double shift : cold.at(ear, frame)) {
                most = std::max(most, shift);
            }
        }
    }
    EXPECT_GT(most, 1.0) << "the programme is loud enough to matter";
}

TEST(TemporaryShift, RefusesSettingsOutOfRange) {
    EXPECT_THROW(TemporaryShift({.kappa = 0.0}, 0), std::invalid_argument);
    EXPECT_THROW(TemporaryShift({.exposure_db = 90.0}, 0), std::invalid_argument);
    EXPECT_THROW(TemporaryShift({.calibration_db_spl = std::nan("")}, 0), std::invalid_argument);
}

TEST(TemporaryShift, J2_ReadingIsRealTimeSafe) {
    TemporaryShift shift({}, 0);
    shift.extend(levels_of(5.0, kBand2828, [](double) { return 100.0; }));
    double sum = 0.0;
    test::rt_guard::expect_realtime_safe([&] { sum = shift.at(0, frame_of(5.0))[kAt4k]; });
    EXPECT_GT(sum, 1.0);
}

}  // namespace
}  // namespace earshot::dsp
