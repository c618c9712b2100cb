#include "server/tools/offline_feed.hpp"

#include "common/base/level.hpp"
#include "tests/unit/tools/memory_programme.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::tools {
namespace {

using test::MemoryProgramme;

std::vector<float> pulled(OfflineFeed& feed, int frames, int piece) {
    audio::Block block(2, frames);
    for (int done = 0; done < frames; done += piece) {
        feed.pull(1, block.view().part(done, std::min(piece, frames - done)));
    }
    const auto right = block.channel(1);
    return {right.begin(), right.end()};
}

TEST(OfflineFeed, GivesTheSameSamplesInPiecesOfAnySize) {
    MemoryProgramme programme(Frames{20'000});
    OfflineFeed feed(programme);
    std::vector<float> whole;
    for (const int piece : {10'000, 4'096, 960, 7, 1}) {
        feed.prepare(1, ProgrammeTime{Frames{-500}});
        const auto sound = pulled(feed, 10'000, piece);
        if (whole.empty()) {
            whole = sound;
        }
        EXPECT_EQ(sound, whole) << piece;
    }
    EXPECT_EQ(whole[499], 0.0F);
    EXPECT_EQ(whole[500], programme.value(0, 1));
    EXPECT_EQ(feed.length(), Frames{20'000});
}

TEST(OfflineFeed, AppliesTheProgrammesGainAndShowsWhatItGave) {
    MemoryProgramme programme(Frames{20'000});
    ProgrammeTime seen_at{};
    float seen = 0.0F;
    OfflineFeed feed(programme, -6.0, [&](ProgrammeTime at, audio::ConstBlockView block) {
        seen_at = at;
        seen = block.channel(1)[3];
    });
    feed.prepare(1, ProgrammeTime{Frames{960}});
    const auto sound = pulled(feed, 960, 960);
    EXPECT_EQ(sound[3], programme.value(963, 1) * static_cast<float>(db_to_gain(-6.0)));
    EXPECT_EQ(seen, sound[3]);
    EXPECT_EQ(seen_at, ProgrammeTime{Frames{960}});
}

TEST(OfflineFeed, RemembersThatTheMediumFailed) {
    MemoryProgramme programme(Frames{20'000});
    programme.good_reads = 1;
    OfflineFeed feed(programme);
    feed.prepare(1, ProgrammeTime{});
    (void)pulled(feed, 960, 960);
    EXPECT_FALSE(feed.failed());
    (void)pulled(feed, 960, 960);
    EXPECT_TRUE(feed.failed());
}

}  // namespace
}  // namespace earshot::tools
