#include "client/core/haptic_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MediaTime media(std::int64_t frames) {
    return MediaTime{Frames{frames}};
}

/// Plays from media 0 on as epoch 1; from 100 000 on as epoch 2.
ProgrammeMap two_epochs() {
    ProgrammeMap map;
    map.assign({{Epoch{1}, media(0), ProgrammeTime{}, 1.0},
                {Epoch{2}, media(100'000), ProgrammeTime{Frames{480'000}}, 1.0}});
    return map;
}

void add(HapticWatch& watch,
         std::int64_t at,
         const std::vector<int>& peaks,
         std::uint32_t epoch = 1) {
    wire::HapticPoints points;
    for (const int peak : peaks) {
        points.points[static_cast<std::size_t>(points.count++)].peak =
            static_cast<std::uint8_t>(peak);
    }
    watch.add({.stream = StreamId{16},
               .epoch = Epoch{epoch},
               .sequence = 0,
               .media = media(at),
               .programme = ProgrammeTime{Frames{at}}},
              points);
}

std::vector<int> peaks(const std::vector<TimedPoint>& points) {
    std::vector<int> all;
    for (const TimedPoint& point : points) {
        all.push_back(point.point.peak);
    }
    return all;
}

TEST(HapticWatch, TellsEachPointOnceInItsMoment) {
    HapticWatch watch;
    const ProgrammeMap map = two_epochs();
    add(watch, 48'960, {12, 13});
    add(watch, 48'000, {10, 11});
    add(watch, 48'000, {10, 11});  // sent again
    EXPECT_EQ(watch.received(), 4U);
    EXPECT_EQ(watch.next_due(), media(48'000));
    EXPECT_THAT(watch.advance(media(47'999), map), IsEmpty());
    EXPECT_THAT(peaks(watch.advance(media(48'000), map)), ElementsAre(10));
    EXPECT_EQ(watch.next_due(), media(48'480));
    add(watch, 48'000, {10});  // sent again after it was felt
    EXPECT_THAT(peaks(watch.advance(media(48'961), map)), ElementsAre(11, 12));
    EXPECT_THAT(peaks(watch.advance(media(49'440), map)), ElementsAre(13));
}

TEST(HapticWatch, SaysNothingTwice) {
    HapticWatch watch;
    const ProgrammeMap map = two_epochs();
    add(watch, 48'000, {0, 0, 7, 0, 0, 0, 9});
    std::vector<int> told;
    for (std::int64_t at = 48'000; at <= 51'000; at += 120) {
        const auto now = peaks(watch.advance(media(at), map));
        told.insert(told.end(), now.begin(), now.end());
    }
    EXPECT_THAT(told, ElementsAre(7, 0, 9));
}

TEST(HapticWatch, EndsWhatIsFeltIfNothingFollows) {
    HapticWatch watch;
    const ProgrammeMap map = two_epochs();
    add(watch, 48'000, {90});
    EXPECT_THAT(peaks(watch.advance(media(48'000), map)), ElementsAre(90));
    EXPECT_EQ(watch.next_due(), media(50'400));
    EXPECT_THAT(watch.advance(media(50'399), map), IsEmpty());
    const auto end = watch.advance(media(50'400), map);
    EXPECT_THAT(peaks(end), ElementsAre(0));
    EXPECT_EQ(end[0].programme, ProgrammeTime{Frames{50'400}});
    EXPECT_FALSE(watch.next_due());
    EXPECT_THAT(watch.advance(media(60'000), map), IsEmpty());
}

TEST(HapticWatch, HushesAtOnceAndUntilItIsResumed) {
    HapticWatch watch;
    const ProgrammeMap map = two_epochs();
    add(watch, 48'000, {90, 91, 92});
    EXPECT_THAT(peaks(watch.advance(media(48'000), map)), ElementsAre(90));
    watch.hush();
    EXPECT_EQ(watch.next_due(), media(48'000));
    EXPECT_THAT(peaks(watch.advance(media(48'001), map)), ElementsAre(0));
    add(watch, 49'440, {93});
    EXPECT_THAT(watch.advance(media(50'000), map), IsEmpty());
    watch.resume();
    add(watch, 50'400, {94});
    EXPECT_THAT(peaks(watch.advance(media(50'400), map)), ElementsAre(94));
}

TEST(HapticWatch, FollowsTheEpochThatHolds) {
    HapticWatch watch;
    const ProgrammeMap map = two_epochs();
    add(watch, 99'120, {1, 2, 3});        // the third would be heard after the seek
    add(watch, 99'600, {50, 60, 70}, 2);  // the first is pre-roll
    std::vector<int> told;
    for (std::int64_t at = 99'000; at <= 100'600; at += 120) {
        const auto now = peaks(watch.advance(media(at), map));
        told.insert(told.end(), now.begin(), now.end());
    }
    EXPECT_THAT(told, ElementsAre(1, 2, 60, 70));
    EXPECT_THAT(watch.advance(media(100'600), ProgrammeMap{}), IsEmpty());
}

TEST(HapticWatch, LeavesOutWhatIsTooLate) {
    HapticWatch watch;
    const ProgrammeMap map = two_epochs();
    add(watch, 48'000, {1, 2, 3, 4});
    EXPECT_THAT(peaks(watch.advance(media(49'441), map)), ElementsAre(3, 4));
    EXPECT_EQ(watch.late(), 2U);
}

TEST(HapticWatch, HoldsTenSecondsAndNoMore) {
    HapticWatch watch;
    for (std::int64_t i = 0; i < 1'100; ++i) {
        add(watch, i * 480, {static_cast<int>(i % 200) + 1});
    }
    EXPECT_EQ(watch.next_due(), media(std::int64_t{1'100 - 1'024} * 480));
}

TEST(HapticWatch, WritesALineOfJson) {
    TimedPoint felt;
    felt.programme = ProgrammeTime{Frames{592'320}};
    felt.point = {.rms = 150, .peak = 200, .onset = true, .centroid = 37};
    EXPECT_EQ(haptic_line(felt),
              "{\"time\":12.340,\"rms\":150,\"peak\":200,\"onset\":true,\"centroid\":37}\n");
}

}  // namespace
}  // namespace earshot::client
