#include "common/wire/haptics.hpp"

#include "common/wire/bundle.hpp"
#include "tests/unit/wire/golden.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace earshot::wire {
namespace {

TEST(Haptics, ReadsTheGoldenBytes) {
    const auto envelope = golden("bundle_haptic_points");
    const auto bundle = parse_bundle(std::span(envelope).subspan(1));
    ASSERT_TRUE(bundle.has_value());
    ASSERT_EQ(bundle->count, 1);
    EXPECT_EQ(bundle->packets[0].stamp.stream, haptic_stream(StreamId{1}));
    EXPECT_EQ(bundle->packets[0].stamp.media, MediaTime{Frames{4'799'520}});
    const auto points = parse_haptics(bundle->packets[0].payload);
    ASSERT_TRUE(points.has_value());
    ASSERT_EQ(points->count, 2);
    EXPECT_EQ(points->points[0],
              (HapticPoint{.rms = 150, .peak = 200, .onset = true, .centroid = 37}));
    EXPECT_EQ(points->points[1],
              (HapticPoint{.rms = 140, .peak = 180, .onset = false, .centroid = 36}));
}

TEST(Haptics, RefusesWhatIsNotWholePoints) {
    EXPECT_EQ(parse_haptics({}).error(), Errc::truncated);
    for (std::size_t size = 1; size <= 160; ++size) {
        const std::vector<std::byte> bytes(size, std::byte{0xFF});
        const auto points = parse_haptics(bytes);
        if (size % 3 != 0) {
            EXPECT_EQ(points.error(), Errc::truncated) << size;
        } else if (size > 150) {
            EXPECT_EQ(points.error(), Errc::payload_too_large) << size;
        } else {
            ASSERT_TRUE(points.has_value()) << size;
            EXPECT_EQ(points->count, static_cast<int>(size / 3));
        }
    }
}

TEST(Haptics, CompanionsHaveStreamsOfTheirOwn) {
    for (std::uint8_t i = 0; i < kMaxPerspectives; ++i) {
        EXPECT_GE(tactile_stream(StreamId{i}).value, kMaxPerspectives);
        EXPECT_GT(haptic_stream(StreamId{i}).value, tactile_stream(StreamId{7}).value);
        EXPECT_LT(haptic_stream(StreamId{i}).value, kMaxStreamIds);
    }
}

}  // namespace
}  // namespace earshot::wire
