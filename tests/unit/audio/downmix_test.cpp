#include "common/audio/downmix.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace earshot::audio {
namespace {

constexpr float kMinus3Db = 0.70710678F;

std::pair<float, float> gains(const Downmix& downmix, int channel) {
    const Downmix::Gains one = downmix.gains(channel);
    return {one.left, one.right};
}

TEST(Downmix, LeavesStereoExact) {
    const Downmix downmix(default_layout(2));
    const std::array<float, 4> in{0.1F, -0.7F, 1.5F, 0.3F};
    Block out(2, 2);
    downmix.process(in, out.view());
    EXPECT_EQ(out.channel(0)[0], 0.1F);
    EXPECT_EQ(out.channel(1)[0], -0.7F);
    EXPECT_EQ(out.channel(0)[1], 1.5F);
    EXPECT_EQ(out.channel(1)[1], 0.3F);
}

TEST(Downmix, GivesMonoToBothSides) {
    const Downmix downmix(default_layout(1));
    const std::array<float, 2> in{0.25F, -0.5F};
    Block out(2, 2);
    downmix.process(in, out.view());
    EXPECT_EQ(out.channel(0)[1], -0.5F);
    EXPECT_EQ(out.channel(1)[1], -0.5F);
}

TEST(Downmix, FoldsFivePointOneByTheStandard) {
    const Downmix downmix(default_layout(6));
    using Pair = std::pair<float, float>;
    EXPECT_EQ(gains(downmix, 0), (Pair{1.0F, 0.0F}));            // L
    EXPECT_EQ(gains(downmix, 1), (Pair{0.0F, 1.0F}));            // R
    EXPECT_EQ(gains(downmix, 2), (Pair{kMinus3Db, kMinus3Db}));  // C
    EXPECT_EQ(gains(downmix, 3), (Pair{0.0F, 0.0F}));            // LFE
    EXPECT_EQ(gains(downmix, 4), (Pair{kMinus3Db, 0.0F}));       // Ls
    EXPECT_EQ(gains(downmix, 5), (Pair{0.0F, kMinus3Db}));       // Rs
    const std::array<float, 6> in{0.1F, 0.2F, 0.4F, 9.0F, 0.3F, -0.3F};
    Block out(2, 1);
    downmix.process(in, out.view());
    EXPECT_FLOAT_EQ(out.channel(0)[0], 0.1F + kMinus3Db * 0.7F);
    EXPECT_FLOAT_EQ(out.channel(1)[0], 0.2F + kMinus3Db * 0.1F);
}

TEST(Downmix, IsSymmetricForEveryLayout) {
    for (int channels = 1; channels <= kMaxChannels; ++channels) {
        const std::vector<Speaker> layout = default_layout(channels);
        const Downmix downmix(layout);
        float left = 0.0F;
        float right = 0.0F;
        for (int c = 0; c < channels; ++c) {
            left += downmix.gains(c).left;
            right += downmix.gains(c).right;
        }
        EXPECT_FLOAT_EQ(left, right) << channels;
        EXPECT_GE(left, 1.0F) << channels;
        EXPECT_LE(left, 1.0F + 2.0F * kMinus3Db + 0.51F) << channels;
    }
}

TEST(Downmix, SharesTheSurroundGainBetweenTwoPairs) {
    const Downmix downmix(default_layout(8));
    EXPECT_EQ(gains(downmix, 4), (std::pair{0.5F, 0.0F}));
    EXPECT_EQ(gains(downmix, 7), (std::pair{0.0F, 0.5F}));
}

TEST(Downmix, PlaysChannelsThatSayNothingAsLeftAndRight) {
    const std::vector<Speaker> layout{Speaker::unknown, Speaker::unknown, Speaker::unknown};
    const Downmix downmix(layout);
    EXPECT_EQ(gains(downmix, 0), (std::pair{1.0F, 0.0F}));
    EXPECT_EQ(gains(downmix, 1), (std::pair{0.0F, 1.0F}));
    EXPECT_EQ(gains(downmix, 2), (std::pair{0.0F, 0.0F}));
}

TEST(Downmix, NamesLayoutsForPeople) {
    EXPECT_EQ(layout_name(default_layout(1)), "mono");
    EXPECT_EQ(layout_name(default_layout(2)), "stereo");
    EXPECT_EQ(layout_name(default_layout(4)), "quad");
    EXPECT_EQ(layout_name(default_layout(6)), "5.1");
    EXPECT_EQ(layout_name(default_layout(8)), "7.1");
}

TEST(Downmix, RefusesMoreChannelsThanAnyBufferHolds) {
    EXPECT_THROW(Downmix(std::vector<Speaker>(9, Speaker::mono)), std::invalid_argument);
    EXPECT_THROW(Downmix(std::vector<Speaker>{}), std::invalid_argument);
    EXPECT_THROW((void)default_layout(9), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::audio
