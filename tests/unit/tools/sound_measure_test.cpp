#include "server/tools/sound_measure.hpp"

#include "server/tools/picture/show_picture.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::tools {
namespace {

/// A tone of 997 Hz in both channels, then silence.
earshot::test::Audio tone_and_silence() {
    auto sound = earshot::test::tone(48'000, 2, 8.0, 997.0, 0.1F);
    for (auto& channel : sound.channels) {
        std::fill(channel.begin() + 4 * 48'000, channel.end(), 0.0F);
    }
    return sound;
}

picture::SoundFacts measured(const earshot::test::Audio& sound, int piece) {
    SoundMeasure measure(Frames{static_cast<std::int64_t>(sound.frames())});
    audio::Block block(2, static_cast<int>(sound.frames()));
    for (int channel = 0; channel < 2; ++channel) {
        std::copy(sound.channels[static_cast<std::size_t>(channel)].begin(),
                  sound.channels[static_cast<std::size_t>(channel)].end(),
                  block.channel(channel).begin());
    }
    for (int done = 0; done < block.frames(); done += piece) {
        measure.add(block.view().part(done, std::min(piece, block.frames() - done)));
    }
    return measure.take();
}

TEST(SoundMeasure, KnowsLevelLoudnessAndPeakOfATone) {
    const auto facts = measured(tone_and_silence(), 960);
    ASSERT_EQ(facts.rms_dbfs.size(), picture::kLevelColumns);
    ASSERT_EQ(facts.short_term_lufs.size(), picture::kLevelColumns);
    const std::size_t at_3_5_s = picture::kLevelColumns * 35 / 80;
    EXPECT_NEAR(facts.rms_dbfs[at_3_5_s], -23.01, 0.05);  // a part is no whole number of periods
    // EBU Tech 3341, case 1: a tone of 1 kHz reads its peak level in both channels, less 0.0 LU.
    EXPECT_NEAR(facts.short_term_lufs[at_3_5_s], -20.0, 0.1);
    EXPECT_NEAR(facts.integrated_lufs, -20.0, 0.3);
    EXPECT_NEAR(facts.true_peak_dbtp, -20.0, 0.1);
    EXPECT_EQ(facts.rms_dbfs.back(), -200.0);
    EXPECT_LT(facts.short_term_lufs.back(), -100.0);
}

TEST(SoundMeasure, IsTheSameInPiecesOfAnySize) {
    const auto sound = tone_and_silence();
    const auto whole = measured(sound, 960);
    const auto other = measured(sound, 12'347);
    EXPECT_EQ(whole.rms_dbfs, other.rms_dbfs);
    EXPECT_EQ(whole.short_term_lufs, other.short_term_lufs);
    EXPECT_EQ(whole.spectrum.dbfs, other.spectrum.dbfs);
}

TEST(SoundMeasure, TakesSoundShorterThanItsPicture) {
    SoundMeasure measure(Frames{100});
    audio::Block block(2, 100);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 0.5F);
    measure.add(block.view());
    const auto facts = measure.take();
    EXPECT_EQ(facts.rms_dbfs.size(), picture::kLevelColumns);
    EXPECT_EQ(facts.spectrum.dbfs.size(), picture::kSpectrumColumns * picture::kSpectrumRows);
}

}  // namespace
}  // namespace earshot::tools
