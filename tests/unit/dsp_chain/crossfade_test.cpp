#include "common/dsp/chain/crossfade.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace earshot::dsp {
namespace {

TEST(FadeValue, RunsFromZeroToOneWithoutLeavingThem) {
    for (const FadeCurve curve : {FadeCurve::quintic, FadeCurve::linear}) {
        EXPECT_EQ(fade_value(curve, 0.0), 0.0);
        EXPECT_EQ(fade_value(curve, 1.0), 1.0);
        EXPECT_NEAR(fade_value(curve, 0.5), 0.5, 1e-12);
        EXPECT_EQ(fade_value(curve, -3.0), 0.0);
        EXPECT_EQ(fade_value(curve, 7.0), 1.0);
    }
    EXPECT_NEAR(fade_value(FadeCurve::quintic, 0.25), 0.103515625, 1e-12);
    // Its slope is flat at both ends.
    EXPECT_LT(fade_value(FadeCurve::quintic, 0.001), 1.1e-8);
}

TEST(FadeGains, KeepThePowerOfTwoEquallyStrongSounds) {
    for (const double rho : {0.0, 0.3, 0.7, 1.0}) {
        for (int step = 0; step <= 20; ++step) {
            const auto [a, b] = fade_gains(step / 20.0, rho);
            EXPECT_NEAR(a * a + b * b + 2.0 * rho * a * b, 1.0, 1e-12);
        }
        EXPECT_EQ(fade_gains(0.0, rho).from, 1.0);
        EXPECT_EQ(fade_gains(0.0, rho).to, 0.0);
        EXPECT_EQ(fade_gains(1.0, rho).from, 0.0);
        EXPECT_EQ(fade_gains(1.0, rho).to, 1.0);
    }
}

TEST(Crossfade, GoesFromSlotToSlotExactly) {
    Crossfade fade;
    fade.stand(2);
    EXPECT_EQ(fade.weights(0, 0)[2], 1.0);
    fade.begin(100, 4, 960, FadeCurve::linear, {1.0, 1.0});
    EXPECT_EQ(fade.target(), 4);
    EXPECT_EQ(fade.next_end(), 1'060);
    EXPECT_EQ(fade.weights(100, 0)[2], 1.0);
    EXPECT_NEAR(fade.weights(580, 0)[2], 0.5, 1e-12);
    EXPECT_NEAR(fade.weights(580, 0)[4], 0.5, 1e-12);
    EXPECT_EQ(fade.weights(1'060, 0)[2], 0.0);
    EXPECT_EQ(fade.weights(1'060, 0)[4], 1.0);
    fade.advance(1'059);
    EXPECT_TRUE(fade.moving());
    EXPECT_TRUE(fade.uses(2));
    fade.advance(1'060);
    EXPECT_FALSE(fade.moving());
    EXPECT_FALSE(fade.uses(2));
    EXPECT_EQ(fade.target(), 4);
}

TEST(Crossfade, FadesEachEarByItsOwnCorrelation) {
    Crossfade fade;
    fade.stand(0);
    fade.begin(0, 1, 1'000, FadeCurve::linear, {1.0, 0.0});
    EXPECT_NEAR(fade.weights(500, 0)[1], 0.5, 1e-12);
    EXPECT_NEAR(fade.weights(500, 1)[1], std::sqrt(0.5), 1e-12);
    EXPECT_NEAR(fade.shares(500, 0)[1], 0.5, 1e-12);
}

TEST(Crossfade, AnInterruptionKeepsValueAndSlope) {
    Crossfade fade;
    fade.stand(0);
    fade.begin(0, 1, 1'000, FadeCurve::quintic, {1.0, 1.0});
    Crossfade alone = fade;
    fade.begin(500, 2, 1'000, FadeCurve::quintic, {1.0, 1.0});
    // The new fade has moved by 10 (2/1000)^3 after two frames, the old one by its full slope.
    for (const int frame : {500, 501, 502}) {
        EXPECT_NEAR(fade.weights(frame, 0)[1], alone.weights(frame, 0)[1], 1e-7) << frame;
    }
    const auto later = fade.weights(1'000, 0);
    EXPECT_NEAR(std::accumulate(later.begin(), later.end(), 0.0), 1.0, 1e-12);
    EXPECT_EQ(fade.weights(1'500, 0)[2], 1.0);
}

TEST(Crossfade, ReturnsToASlotStillInTheMix) {
    Crossfade fade;
    fade.stand(0);
    fade.begin(0, 1, 1'000, FadeCurve::linear, {1.0, 1.0});
    fade.begin(500, 0, 1'000, FadeCurve::linear, {1.0, 1.0});
    EXPECT_NEAR(fade.weights(500, 0)[0], 0.5, 1e-12);
    // Under the second fade, half done, the first has ended at slot 1.
    EXPECT_NEAR(fade.weights(1'000, 0)[0], 0.5, 1e-12);
    EXPECT_EQ(fade.weights(1'500, 0)[0], 1.0);
    fade.advance(1'500);
    EXPECT_EQ(fade.target(), 0);
    EXPECT_FALSE(fade.uses(1));
}

TEST(Crossfade, StaysWholeWithMoreFadesThanItHolds) {
    Crossfade fade;
    fade.stand(0);
    for (int i = 0; i < 3 * Crossfade::kFades; ++i) {
        const auto before = fade.weights(10 * i, 0);
        fade.begin(10 * i, (i + 1) % Crossfade::kSlots, 4'800, FadeCurve::quintic, {1.0, 1.0});
        const auto after = fade.weights(10 * i, 0);
        for (std::size_t slot = 0; slot < after.size(); ++slot) {
            EXPECT_NEAR(after[slot], before[slot], 1e-12);
        }
        EXPECT_NEAR(std::accumulate(after.begin(), after.end(), 0.0), 1.0, 1e-12);
    }
}

}  // namespace
}  // namespace earshot::dsp
