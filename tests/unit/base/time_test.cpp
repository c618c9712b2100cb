#include "common/base/time.hpp"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using namespace std::chrono_literals;

MediaTime frame(std::int64_t number) {
    return MediaTime{Frames{number}};
}
MediaInstant instant(std::int64_t ns) {
    return MediaInstant{std::chrono::nanoseconds{ns}};
}

TEST(MediaTime, RoundsAFramesInstantDownToANanosecond) {
    EXPECT_EQ(to_instant(frame(0)), instant(0));
    EXPECT_EQ(to_instant(frame(1)), instant(20'833));
    EXPECT_EQ(to_instant(frame(2)), instant(41'666));
    EXPECT_EQ(to_instant(frame(3)), instant(62'500));
    EXPECT_EQ(to_instant(frame(48'000)), instant(1'000'000'000));
}

TEST(MediaTime, FindsTheFrameThatSounds) {
    EXPECT_EQ(to_frame(instant(0)), frame(0));
    EXPECT_EQ(to_frame(instant(20'833)), frame(0)) << "a third of a nanosecond too early";
    EXPECT_EQ(to_frame(instant(20'834)), frame(1));
    EXPECT_EQ(to_frame(instant(62'500)), frame(3));
    EXPECT_EQ(to_frame(instant(-1)), frame(-1));
}

TEST(MediaTime, StaysWithinANanosecondOfItselfForYears) {
    constexpr std::int64_t kYear = 365LL * 86'400 * kSampleRateHz;
    for (std::int64_t number = 0; number < 10 * kYear; number += kYear / 97 + 1) {
        const MediaInstant start = to_instant(frame(number));
        EXPECT_EQ(to_frame(start + 1ns), frame(number)) << number;
        EXPECT_EQ(to_frame(start - 1ns), frame(number - 1)) << number;
    }
}

TEST(MediaTime, DoesNotOverflowForTwoCenturies) {
    // The product of frames and 62 500 would not fit; 3 frames are 62 500 ns.
    constexpr std::int64_t kFrames = 200LL * 365 * 86'400 * kSampleRateHz;
    EXPECT_EQ(to_instant(frame(kFrames)), instant(kFrames / 3 * 62'500));
    EXPECT_EQ(to_instant(frame(-kFrames)), instant(-kFrames / 3 * 62'500));
}

TEST(Frames, ConvertExactlyFromMilliseconds) {
    EXPECT_EQ(Frames{1ms}.count(), 48);
    EXPECT_EQ(Frames{20ms}, kPacketFrames);
    EXPECT_EQ(Frames{1h}.count(), 172'800'000);
}

}  // namespace
}  // namespace earshot
