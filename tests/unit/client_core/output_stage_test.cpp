#include "client/core/output_stage.hpp"

#include "client/core/peak_limiter.hpp"
#include "client/core/playout_stats.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

namespace earshot::client {
namespace {

std::vector<float> limit(const std::vector<float>& in, float cap) {
    PeakLimiter limiter;
    std::vector<float> out;
    for (const float x : in) {
        float left = x;
        float right = 0.0F;
        limiter.process(left, right, cap);
        out.push_back(left);
    }
    return out;
}

std::vector<float> sine(double hz, double peak, std::size_t frames) {
    std::vector<float> out(frames);
    for (std::size_t n = 0; n < frames; ++n) {
        out[n] = static_cast<float>(
            peak * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(n) / 48e3));
    }
    return out;
}

TEST(PeakLimiter, OnlyDelaysWhatIsBelowTheCap) {
    const std::vector<float> in = sine(997.0, 0.5, 4'800);
    const std::vector<float> out = limit(in, 0.5F);
    for (std::size_t n = PeakLimiter::kDelay; n < in.size(); ++n) {
        ASSERT_EQ(out[n], in[n - PeakLimiter::kDelay]);
    }
}

TEST(PeakLimiter, LetsNothingAboveTheCapThrough) {
    std::uint32_t random = 3;
    std::vector<float> in(96'000);
    for (std::size_t n = 0; n < in.size(); ++n) {
        random = random * 1'664'525U + 1'013'904'223U;
        const float level = (n / 4'000) % 3 == 0 ? 4.0F : 0.1F;
        in[n] = level * (static_cast<float>(random >> 8) / 8'388'608.0F - 1.0F);
    }
    for (const float y : limit(in, 0.25F)) {
        ASSERT_LE(std::abs(y), 0.25F);
    }
}

TEST(PeakLimiter, TurnsDownBeforeThePeakWithoutAClickAndComesBack) {
    std::vector<float> in = sine(200.0, 0.2, 96'000);
    const std::vector<float> loud = sine(200.0, 1.0, 4'800);
    std::copy(loud.begin(), loud.end(), in.begin() + 24'000);  // both start at phase 0
    const std::vector<float> out = limit(in, 0.25F);
    double largest = 0.0;
    for (std::size_t n = 1; n < out.size(); ++n) {
        largest = std::max(largest, std::abs(static_cast<double>(out[n] - out[n - 1])));
    }
    EXPECT_LT(largest, 2.5 * 0.25 * 2.0 * std::numbers::pi * 200.0 / 48e3);
    EXPECT_EQ(out.back(), in[in.size() - 1 - PeakLimiter::kDelay]) << "gain exactly 1 again";
}

TEST(PeakLimiter, StopsWhatIsNotANumber) {
    std::vector<float> in = sine(200.0, 0.2, 4'800);
    in[1'000] = std::numeric_limits<float>::quiet_NaN();
    in[1'001] = std::numeric_limits<float>::infinity();
    const std::vector<float> out = limit(in, 0.25F);
    for (const float y : out) {
        ASSERT_LE(std::abs(y), 0.25F);
    }
    EXPECT_EQ(out[2'000], in[2'000 - PeakLimiter::kDelay]);
}

TEST(OutputStage, BoundsSettingsFromOutside) {
    OutputStage stage(40.0, std::numeric_limits<double>::quiet_NaN());
    audio::Block block(2, 4'800);
    const std::vector<float> in = sine(200.0, 0.5, 4'800);
    std::copy(in.begin(), in.end(), block.channel(0).begin());
    stage.set_volume(std::numeric_limits<float>::quiet_NaN());
    stage.process(block.view());
    for (const float y : block.channel(0)) {
        ASSERT_LE(std::abs(y), 0.5F);
    }
}

TEST(ErrorHistogram, GivesQuantilesWithinFivePercent) {
    ErrorHistogram histogram;
    for (int i = 1; i <= 1'000; ++i) {
        histogram.add((i % 2 == 0 ? 1.0 : -1.0) * i * 1e-6, 10);
    }
    const ErrorHistogram::Quantiles q = histogram.quantiles();
    EXPECT_NEAR(q.p50_us, 500.0F, 25.0F);
    EXPECT_NEAR(q.p99_us, 990.0F, 50.0F);
    EXPECT_FLOAT_EQ(q.max_us, 1'000.0F);
    EXPECT_NEAR(q.mean_us, 0.5F, 1e-3F) << "signs count";
}

TEST(ErrorHistogram, ForgetsAfterTwoSeconds) {
    ErrorHistogram histogram;
    histogram.add(1.0, 480);
    for (int i = 0; i < 200; ++i) {
        histogram.add(10e-6, 480);
    }
    EXPECT_FLOAT_EQ(histogram.quantiles().max_us, 10.0F);
    EXPECT_NEAR(histogram.quantiles().mean_us, 10.0F, 1e-3F);
    histogram.clear();
    EXPECT_EQ(histogram.quantiles().p99_us, 0.0F);
}

}  // namespace
}  // namespace earshot::client
