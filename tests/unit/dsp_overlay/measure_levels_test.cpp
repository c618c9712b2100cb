#include "common/dsp/overlay/measure_levels.hpp"

#include "common/base/level.hpp"
#include "common/dsp/overlay/level_analyser.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace earshot::dsp {
namespace {

/// A programme that is kept in memory, and a medium that may fail from a frame on.
class KeptProgramme final : public audio::ProgrammeReader {
public:
    explicit KeptProgramme(sound::Stereo sound) : sound_(std::move(sound)) {}
    [[nodiscard]] std::optional<Frames> length() const override {
        return endless ? std::nullopt : std::optional(Frames{sound_.frames()});
    }
    bool read(ProgrammeTime at, audio::BlockView out) override {
        audio::clear(out);
        const std::int64_t first = at.time_since_epoch().count();
        read_to = std::max(read_to, first + out.frames());
        if (first >= fails_from) return false;
        for (int i = 0; i < out.frames() && first + i < sound_.frames(); ++i) {
            const auto frame = static_cast<std::size_t>(first + i);
            out.channel(0)[static_cast<std::size_t>(i)] = sound_.left[frame];
            out.channel(1)[static_cast<std::size_t>(i)] = sound_.right[frame];
        }
        return true;
    }
    [[nodiscard]] std::string description() const override { return "kept"; }

    std::int64_t fails_from = 1'000'000'000;
    std::int64_t read_to = 0;
    bool endless = false;

private:
    sound::Stereo sound_;
};

TEST(MeasureLevels, GivesWhatTheAnalyserGivesOfTheWholeSound) {
    sound::Stereo sound = sound::programme(0.5, 110'000, 1);
    KeptProgramme programme(sound);
    const float gain = static_cast<float>(db_to_gain(-6.0));
    LevelAnalyser analyser;
    audio::Block block(2, sound.frames());
    std::ranges::transform(sound.left, block.channel(0).begin(), [=](float x) { return gain * x; });
    std::ranges::transform(sound.right, block.channel(1).begin(),
                           [=](float x) { return gain * x; });
    analyser.take(block.view());
    analyser.finish();
    const auto levels = measure_levels(programme, -6.0);
    EXPECT_EQ(levels->first_entry, 0);
    EXPECT_EQ(levels->entries.size(), 23U);
    EXPECT_EQ(levels->entries, analyser.levels().entries);
}

TEST(MeasureLevels, SaysHowFarItIs) {
    KeptProgramme programme(sound::Stereo(3 * 48'000 + 10));
    std::vector<double> shares;
    static_cast<void>(
        measure_levels(programme, 0.0, [&](double share) { shares.push_back(share); }));
    ASSERT_EQ(shares.size(), 4U);
    EXPECT_NEAR(shares[0], 0.333, 0.001);
    EXPECT_EQ(shares[3], 1.0);
}

TEST(MeasureLevels, TakesWhatTheMediumDoesNotGiveForSilence) {
    KeptProgramme programme(sound::tone(1'000.0, 0.5, 96'000));
    programme.fails_from = 48'000;
    const auto levels = measure_levels(programme, 0.0);
    ASSERT_EQ(levels->entries.size(), 20U);
    EXPECT_GT(levels->at(5)[0][7], -10.0F);
    EXPECT_EQ(levels->at(15)[0][7], ProgrammeLevels::kFloorDbfs);
}

TEST(MeasureLevels, MeasuresTheBeginningOfWhatHasNoEnd) {
    KeptProgramme programme(sound::Stereo(10));
    programme.endless = true;
    const auto levels = measure_levels(programme, 0.0);
    EXPECT_EQ(levels->entries.size(), 6'000U);
    EXPECT_EQ(programme.read_to, Frames{kMeasuredWithoutEnd}.count());
}

TEST(MeasureLevels, MeasuresNothingOfAnEmptyProgramme) {
    KeptProgramme programme{sound::Stereo(0)};
    EXPECT_TRUE(measure_levels(programme, 0.0)->entries.empty());
}

}  // namespace
}  // namespace earshot::dsp
