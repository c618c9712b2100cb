#include "common/audio/interleave.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace earshot::audio {
namespace {

TEST(Interleave, PutsChannelsSideBySideAndBack) {
    Block planar(3, 2);
    for (int c = 0; c < 3; ++c) {
        planar.channel(c)[0] = static_cast<float>(c);
        planar.channel(c)[1] = static_cast<float>(10 + c);
    }
    std::array<float, 6> woven{};
    interleave(planar.view(), woven);
    EXPECT_EQ(woven, (std::array<float, 6>{0, 1, 2, 10, 11, 12}));
    Block back(3, 2);
    deinterleave(std::span<const float>{woven}, back.view());
    EXPECT_EQ(back.channel(2)[1], 12.0F);
    EXPECT_EQ(back.channel(1)[0], 1.0F);
}

TEST(Interleave, KeepsEvery16BitValueThroughFloat) {
    std::vector<std::int16_t> all;
    for (int value = -32768; value <= 32767; ++value) {
        all.push_back(static_cast<std::int16_t>(value));
    }
    Block planar(2, static_cast<int>(all.size() / 2));
    deinterleave(std::span<const std::int16_t>{all}, planar.view());
    std::vector<std::int16_t> back(all.size());
    EXPECT_EQ(interleave_s16(planar.view(), back), 0);
    EXPECT_EQ(back, all);
}

TEST(Interleave, ClipsAndCountsWhatDoesNotFit) {
    Block planar(1, 5);
    planar.channel(0)[0] = 2.0F;
    planar.channel(0)[1] = -2.0F;
    planar.channel(0)[2] = -1.0F;
    planar.channel(0)[3] = std::numeric_limits<float>::quiet_NaN();
    planar.channel(0)[4] = std::numeric_limits<float>::infinity();
    std::array<std::int16_t, 5> out{};
    EXPECT_EQ(interleave_s16(planar.view(), out), 4);
    EXPECT_EQ(out, (std::array<std::int16_t, 5>{32767, -32768, -32768, 0, 32767}));
}

TEST(TpdfDither, IsTriangularWithVarianceOneSixth) {
    const TpdfDither dither(7);
    double sum = 0.0;
    double squares = 0.0;
    double product = 0.0;
    int inner = 0;
    constexpr int kCount = 100'000;
    for (int n = 0; n < kCount; ++n) {
        const double left = static_cast<double>(dither.noise(n, 0));
        const double right = static_cast<double>(dither.noise(n, 1));
        ASSERT_LT(std::abs(left), 1.0);
        sum += left;
        squares += left * left;
        product += left * right;
        inner += std::abs(left) < 0.5 ? 1 : 0;
    }
    EXPECT_NEAR(sum / kCount, 0.0, 0.006);  // 4.6 standard errors
    EXPECT_NEAR(squares / kCount, 1.0 / 6.0, 0.003);
    EXPECT_NEAR(product / kCount, 0.0, 0.003);                      // channels independent
    EXPECT_NEAR(static_cast<double>(inner) / kCount, 0.75, 0.007);  // a uniform one has 0.5
}

TEST(TpdfDither, KeepsToneBelowOneStepOnAverage) {
    // 0.3 of a step: plain rounding loses it, dither keeps its mean.
    Block planar(1, 50'000);
    for (float& sample : planar.channel(0)) {
        sample = 0.3F / 32768.0F;
    }
    std::vector<std::int16_t> out(50'000);
    TpdfDither{1}.interleave_s16(planar.view(), 0, out);
    double sum = 0.0;
    for (const std::int16_t step : out) {
        sum += step;
    }
    EXPECT_NEAR(sum / 50'000.0, 0.3, 0.01);
}

TEST(TpdfDither, DependsOnTheFrameOnlyNotOnTheCut) {
    Block planar(2, 1'000);
    const TpdfDither dither(3);
    std::vector<std::int16_t> whole(2'000);
    dither.interleave_s16(planar.view(), 500, whole);
    std::vector<std::int16_t> cut(2'000);
    const std::span<std::int16_t> parts{cut};
    dither.interleave_s16(planar.view().part(0, 333), 500, parts.first(666));
    dither.interleave_s16(planar.view().part(333, 667), 833, parts.subspan(666));
    EXPECT_EQ(whole, cut);
    std::vector<std::int16_t> other(2'000);
    TpdfDither{4}.interleave_s16(planar.view(), 500, other);
    EXPECT_NE(whole, other);
}

TEST(TpdfDither, GivesTwentyFourBitsInTheUpperBitsAndClips) {
    Block planar(1, 20'000);
    for (float& sample : planar.channel(0)) {
        sample = 0.3F / 8'388'608.0F;
    }
    planar.channel(0)[0] = 1.5F;
    planar.channel(0)[1] = -1.5F;
    planar.channel(0)[2] = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::int32_t> out(20'000);
    EXPECT_EQ(TpdfDither{1}.interleave_s24(planar.view(), 0, out), 3);
    EXPECT_EQ(out[0], 0x7FFF'FF00);
    EXPECT_EQ(out[1], std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(out[2], 0);
    double sum = 0.0;
    for (std::size_t n = 3; n < out.size(); ++n) {
        ASSERT_EQ(out[n] % 256, 0);
        sum += out[n] / 256.0;
    }
    EXPECT_NEAR(sum / static_cast<double>(out.size() - 3), 0.3, 0.02);  // 5 standard errors
}

}  // namespace
}  // namespace earshot::audio
