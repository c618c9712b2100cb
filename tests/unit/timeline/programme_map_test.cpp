#include "server/timeline/programme_map.hpp"

#include <gtest/gtest.h>

namespace earshot::timeline {
namespace {

MediaTime media(std::int64_t frames) {
    return MediaTime{Frames{frames}};
}
ProgrammeTime programme(std::int64_t frames) {
    return ProgrammeTime{Frames{frames}};
}
Segment segment(std::uint32_t epoch, std::int64_t from, std::int64_t position, double rate) {
    return {Epoch{epoch}, media(from), programme(position), rate};
}

TEST(ProgrammeMap, RunsWithMediaTimeWhilePlaying) {
    ProgrammeMap map(segment(1, 0, 0, 0.0));
    map.append(segment(2, 1000, 500, 1.0));
    EXPECT_EQ(map.programme_at(media(1000)), programme(500));
    EXPECT_EQ(map.programme_at(media(1001)), programme(501));
    EXPECT_EQ(map.programme_at(media(49'000)), programme(48'500));
}

TEST(ProgrammeMap, StandsStillAtRateZero) {
    ProgrammeMap map(segment(1, 0, 77, 0.0));
    EXPECT_EQ(map.programme_at(media(1'000'000)), programme(77));
}

TEST(ProgrammeMap, GivesTheSegmentInForce) {
    ProgrammeMap map(segment(1, 100, 0, 0.0));
    map.append(segment(2, 200, 0, 1.0));
    map.append(segment(3, 300, 900, 1.0));
    EXPECT_EQ(map.segment_at(media(199)).epoch, Epoch{1});
    EXPECT_EQ(map.segment_at(media(200)).epoch, Epoch{2});
    EXPECT_EQ(map.segment_at(media(299)).epoch, Epoch{2});
    EXPECT_EQ(map.segment_at(media(300)).epoch, Epoch{3});
    EXPECT_EQ(map.segment_at(media(5)).epoch, Epoch{1}) << "before the oldest";
    EXPECT_EQ(map.programme_at(media(5)), programme(0));
}

TEST(ProgrammeMap, TakesBackWhatWasScheduledForLater) {
    ProgrammeMap map(segment(1, 0, 0, 1.0));
    map.append(segment(2, 500, 0, 1.0));
    map.append(segment(3, 600, 0, 1.0));
    map.append(segment(4, 500, 42, 0.0));
    ASSERT_EQ(map.segments().size(), 2U);
    EXPECT_EQ(map.last(), segment(4, 500, 42, 0.0));
    EXPECT_EQ(map.programme_at(media(499)), programme(499));
    EXPECT_EQ(map.programme_at(media(700)), programme(42));
}

TEST(ProgrammeMap, FindsWhenTheLastSegmentReachesAProgrammeTime) {
    ProgrammeMap map(segment(1, 0, 0, 1.0));
    map.append(segment(2, 1000, 5000, 1.0));
    EXPECT_EQ(map.media_at(programme(5000)), media(1000));
    EXPECT_EQ(map.media_at(programme(6000)), media(2000));
    EXPECT_EQ(map.media_at(programme(4999)), std::nullopt) << "behind it";
    map.append(segment(3, 2000, 6000, 0.0));
    EXPECT_EQ(map.media_at(programme(6000)), std::nullopt) << "stands still";
}

TEST(ProgrammeMap, KeepsABoundedHistory) {
    ProgrammeMap map(segment(1, 0, 0, 1.0));
    for (std::uint32_t i = 2; i <= 200; ++i) {
        map.append(segment(i, i * 1000, 0, 1.0));
    }
    EXPECT_EQ(map.segments().size(), ProgrammeMap::kHistory);
    EXPECT_EQ(map.segments().front().epoch, Epoch{137});
    EXPECT_EQ(map.last().epoch, Epoch{200});
}

TEST(ProgrammeMap, ListsTheSegmentsFromTheOneInForce) {
    ProgrammeMap map(segment(1, 0, 0, 0.0));
    map.append(segment(2, 1000, -960, 1.0));
    map.append(segment(3, 9000, 700, 0.0));
    const auto recent = map.since(media(1500));
    ASSERT_EQ(recent.size(), 2U);
    EXPECT_EQ(recent[0], segment(2, 1000, -960, 1.0));
    EXPECT_EQ(recent[1], segment(3, 9000, 700, 0.0));
    EXPECT_EQ(map.since(media(-5)).size(), 3U);
    EXPECT_EQ(map.since(media(9000)).size(), 1U);
}

TEST(ProgrammeMapDeathTest, RefusesAnEpochUsedBefore) {
    ProgrammeMap map(segment(1, 0, 0, 0.0));
    map.append(segment(5, 1000, 0, 1.0));
    map.append(segment(6, 500, 0, 1.0));
    EXPECT_DEATH(map.append(segment(6, 700, 0, 1.0)), "epoch");
}

}  // namespace
}  // namespace earshot::timeline
