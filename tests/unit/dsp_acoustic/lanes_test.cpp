#include "common/dsp/lanes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace earshot::dsp {
namespace {

// Float has 24 bits: 6e-8 of the value. The bounds leave room for a few roundings.

TEST(Lanes, LogarithmsAreGoodToSixPlaces) {
    for (double x = 1e-30; x < 1e6; x *= 1.37) {
        const auto at = static_cast<float>(x);
        const double expected = std::log2(static_cast<double>(at));
        EXPECT_NEAR(static_cast<double>(log2(splat(at))[0]), expected,
                    1e-6 + 1e-7 * std::abs(expected));
    }
}

TEST(Lanes, PowersAreGoodToSixPlaces) {
    for (double x = -40.0; x < 12.0; x += 0.173) {
        const auto at = static_cast<float>(x);
        const double expected = std::exp2(static_cast<double>(at));
        EXPECT_NEAR(static_cast<double>(exp2(splat(at))[3]) / expected, 1.0, 1e-6);
    }
    EXPECT_EQ(exp2(splat(0.0F))[1], 1.0F);
}

TEST(Lanes, PointsLieOnTheUnitCircle) {
    for (double x = -1.5; x < 1.5; x += 0.0137) {
        const auto at = static_cast<float>(x);
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(at);
        const UnitLanes point = unit(splat(at));
        EXPECT_NEAR(static_cast<double>(point.re[2]), std::cos(angle), 1e-6);
        EXPECT_NEAR(static_cast<double>(point.im[2]), std::sin(angle), 1e-6);
    }
}

TEST(Lanes, RoundsAndComparesEachByItself) {
    const Lanes a = {-2.5F, 0.4F, 7.9F, -0.6F};
    const Lanes rounded = round(a);
    EXPECT_EQ(rounded[0], -2.0F);
    EXPECT_EQ(rounded[1], 0.0F);
    EXPECT_EQ(rounded[2], 8.0F);
    EXPECT_EQ(rounded[3], -1.0F);
    EXPECT_EQ(min(a, splat(0.0F))[2], 0.0F);
    EXPECT_EQ(max(a, splat(0.0F))[2], 7.9F);
    EXPECT_EQ(sqrt(splat(6.25F))[0], 2.5F);
}

}  // namespace
}  // namespace earshot::dsp
