#include "common/dsp/overlay/level_analyser.hpp"

#include "common/base/level.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::Stereo;

/// Feeds a sound in blocks in turn.
void feed(LevelAnalyser& analyser, const Stereo& in, const std::vector<int>& blocks = {960}) {
    struct Sink {
        LevelAnalyser& analyser;
        void process(audio::BlockView block) { analyser.take(block); }
    } sink{analyser};
    Stereo copy = in;
    sound::run(sink, copy, blocks);
}

bool same(const ProgrammeLevels& a, const ProgrammeLevels& b) {
    return a.first_entry == b.first_entry && a.entries == b.entries;
}

TEST(LevelAnalyser, ReadsTheLevelOfATonesBand) {
    for (const double hz : {100.0, 250.0, 1'000.0, 8'000.0}) {
        LevelAnalyser analyser;
        feed(analyser, sound::tone(hz, 0.1, 24'000));
        const auto& levels = analyser.levels();
        ASSERT_EQ(levels.entries.size(), 4U);  // the fifth still waits for 1448 frames
        const auto& bands = levels.entries[2][0];
        // -20 dBFS peak is -23.01 dBFS rms; below 0.2 dB for what the window spreads out of the
        // octave.
        EXPECT_NEAR(ProgrammeLevels::octave_dbfs(bands, hz), -23.01, hz < 200.0 ? 0.6 : 0.2) << hz;
        EXPECT_LT(ProgrammeLevels::octave_dbfs(bands, hz * 4.0), -60.0) << hz;
        // A tone near an edge of one octave counts in part in both: up to 1 dB too much or too
        // little.
        EXPECT_NEAR(ProgrammeLevels::two_octaves_dbfs(bands, hz * 1.2), -23.01, 1.0) << hz;
    }
}

TEST(LevelAnalyser, TellsTheEarsApart) {
    Stereo in = sound::tone(1'000.0, 0.1, 24'000);
    std::fill(in.right.begin(), in.right.end(), 0.0F);
    LevelAnalyser analyser;
    feed(analyser, in);
    for (const float level : analyser.levels().entries[1][1]) {
        EXPECT_EQ(level, ProgrammeLevels::kFloorDbfs);
    }
}

TEST(LevelAnalyser, J1_GivesTheSameLevelsInAnyBlocks) {
    const Stereo in = sound::programme(0.5, 30'000, 1);
    LevelAnalyser whole;
    feed(whole, in);
    whole.finish();
    EXPECT_EQ(whole.levels().entries.size(), 7U);
    for (const auto& blocks : std::vector<std::vector<int>>{{1}, {7, 4'001}, {4'096}}) {
        LevelAnalyser cut;
        feed(cut, in, blocks);
        cut.finish();
        EXPECT_TRUE(same(cut.levels(), whole.levels()));
    }
}

TEST(LevelAnalyser, LiveLevelsBeginWithTheFirstWholeEntryAndThenEqualTheFiles) {
    const Stereo in = sound::programme(0.5, 48'000, 1);
    LevelAnalyser file;
    feed(file, in);
    constexpr int kFrom = 10'001;
    Stereo late;
    late.left.assign(in.left.begin() + kFrom, in.left.end());
    late.right.assign(in.right.begin() + kFrom, in.right.end());
    LevelAnalyser live(kFrom);
    feed(live, late);
    EXPECT_EQ(live.levels().first_entry, 3);
    // The first entry's windows reach before it; from the second on nothing differs.
    for (std::int64_t entry = 4; entry < file.levels().end_entry(); ++entry) {
        EXPECT_EQ(live.levels().at(entry), file.levels().at(entry)) << entry;
    }
    EXPECT_EQ(live.levels().end_entry(), file.levels().end_entry());
}

TEST(LevelAnalyser, IsSteadyOverBurstsWhereverTheyLie) {
    // The windows overlap so that no place within an entry counts much more than another.
    double least = 0.0;
    double most = -200.0;
    for (int at = 4'800; at < 9'600; at += 400) {
        Stereo in(19'200);
        for (int i = 0; i < 240; ++i) {
            const auto frame = static_cast<std::size_t>(at + i);
            in.left[frame] = in.right[frame] = static_cast<float>(std::sin(0.4 * i));
        }
        LevelAnalyser analyser;
        feed(analyser, in);
        double power = 0.0;
        for (std::int64_t entry = 0; entry < 3; ++entry) {
            power += std::pow(
                10.0, 0.1 * ProgrammeLevels::octave_dbfs(analyser.levels().at(entry)[0], 3'056.0));
        }
        least = std::min(least, 10.0 * std::log10(power));
        most = std::max(most, 10.0 * std::log10(power));
    }
    EXPECT_LT(most - least, 0.5);
}

TEST(LevelAnalyser, TakesWhatIsNoSoundAsSilence) {
    Stereo in = sound::tone(1'000.0, 0.1, 24'000);
    in.left[5'000] = std::numeric_limits<float>::quiet_NaN();
    in.left[5'001] = std::numeric_limits<float>::infinity();
    in.right[5'000] = std::numeric_limits<float>::max();
    in.right[5'001] = std::numeric_limits<float>::denorm_min();
    LevelAnalyser analyser;
    feed(analyser, in);
    analyser.finish();
    for (const auto& entry : analyser.levels().entries) {
        for (const auto& ear : entry) {
            for (const float level : ear) {
                EXPECT_TRUE(std::isfinite(level));
            }
        }
    }
    EXPECT_NEAR(ProgrammeLevels::octave_dbfs(analyser.levels().entries[1][0], 1'000.0), -23.01,
                1.0);
}

}  // namespace
}  // namespace earshot::dsp
