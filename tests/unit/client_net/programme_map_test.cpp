#include "client/core/programme_map.hpp"

#include <gtest/gtest.h>

namespace earshot::client {
namespace {

MediaTime media(std::int64_t frames) {
    return MediaTime{Frames{frames}};
}
ProgrammeTime programme(std::int64_t frames) {
    return ProgrammeTime{Frames{frames}};
}

/// Plays from 1000, stands still at 5000, plays on from elsewhere at 9000.
ProgrammeMap played_paused_sought() {
    ProgrammeMap map;
    map.assign({{Epoch{3}, media(9'000), programme(100'000), 1.0},
                {Epoch{1}, media(1'000), programme(0), 1.0},
                {Epoch{2}, media(5'000), programme(4'000), 0.0}});
    return map;
}

TEST(ProgrammeMap, KnowsNothingBeforeItsFirstSegment) {
    EXPECT_FALSE(ProgrammeMap{}.programme_at(media(0)));
    EXPECT_FALSE(played_paused_sought().programme_at(media(999)));
}

TEST(ProgrammeMap, FollowsEachSegmentFromItsFirstFrame) {
    const ProgrammeMap map = played_paused_sought();
    EXPECT_EQ(map.programme_at(media(1'000)), programme(0));
    EXPECT_EQ(map.programme_at(media(4'999)), programme(3'999));
    EXPECT_EQ(map.programme_at(media(5'000)), programme(4'000));
    EXPECT_EQ(map.programme_at(media(8'999)), programme(4'000));
    EXPECT_EQ(map.programme_at(media(9'000)), programme(100'000));
    EXPECT_EQ(map.at(media(9'500))->epoch, Epoch{3});
}

TEST(ProgrammeMap, LetsANewerEpochReplaceAnOlderOneThatWasToldEarlier) {
    ProgrammeMap map;
    map.assign({{Epoch{1}, media(0), programme(0), 1.0},
                {Epoch{2}, media(9'000), programme(50'000), 1.0},
                {Epoch{3}, media(4'000), programme(70'000), 1.0}});
    EXPECT_EQ(map.programme_at(media(9'500)), programme(75'500));
}

TEST(ProgrammeMap, SaysWhatALaterSegmentReplaced) {
    const ProgrammeMap map = played_paused_sought();
    EXPECT_FALSE(map.replaced(Epoch{1}, media(4'999)));
    EXPECT_TRUE(map.replaced(Epoch{1}, media(5'000)));
    EXPECT_TRUE(map.replaced(Epoch{2}, media(9'000)));
    EXPECT_FALSE(map.replaced(Epoch{3}, media(90'000)));
}

}  // namespace
}  // namespace earshot::client
