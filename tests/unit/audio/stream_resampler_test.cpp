#include "common/audio/stream_resampler.hpp"

#include "tests/support/rt_guard.hpp"
#include "tests/unit/audio/sine_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace earshot::audio {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

Block tone(double hz, int frames) {
    Block block(2, frames);
    for (int n = 0; n < frames; ++n) {
        const auto sample = static_cast<float>(0.5 * std::cos(kTurn * hz / 48'000.0 * n));
        block.channel(0)[static_cast<std::size_t>(n)] = sample;
        block.channel(1)[static_cast<std::size_t>(n)] = -sample;
    }
    return block;
}

/// Feeds `in` in blocks of in_block frames and collects blocks of up to 960 frames.
std::vector<float> stream(const Block& in, int in_block, double ratio) {
    StreamResampler resampler(2, 960);
    Block out(2, 960);
    std::vector<float> left;
    int at = 0;
    while (at < in.frames()) {
        const int offered = std::min(in_block, in.frames() - at);
        int consumed = 0;
        const int made =
            resampler.process(in.view().part(at, offered), out.view(), ratio, &consumed);
        left.insert(left.end(), out.channel(0).begin(), out.channel(0).begin() + made);
        at += consumed;
        if (consumed == 0 && made == 0) {
            break;
        }
    }
    return left;
}

TEST(StreamResampler, PassesUnchangedAtRatioOne) {
    const Block in = tone(440.0, 9'600);
    const std::vector<float> out = stream(in, 777, 1.0);
    ASSERT_GE(out.size(), std::size_t{9'600 - 32});
    for (std::size_t n = 0; n < out.size(); ++n) {
        ASSERT_EQ(out[n], in.channel(0)[n]) << n;
    }
}

TEST(StreamResampler, GivesTheSameSoundWhateverTheBlocksIn) {
    const Block in = tone(440.0, 9'600);
    const std::vector<float> small = stream(in, 100, 1.0 + 1.0 / 4096.0);
    const std::vector<float> large = stream(in, 5'000, 1.0 + 1.0 / 4096.0);
    ASSERT_EQ(small.size(), large.size());
    for (std::size_t n = 0; n < small.size(); ++n) {
        ASSERT_NEAR(small[n], large[n], 1e-6F) << n;
    }
}

TEST(StreamResampler, ChangesThePitchByTheRatio) {
    const double ratio = 1.0005;
    const std::vector<float> out = stream(tone(1'000.0, 48'000), 960, ratio);
    EXPECT_NEAR(static_cast<double>(out.size()), 48'000 / ratio, 40.0);
    const auto settled = std::span<const float>{out}.subspan(100, 40'000);
    const test::SineFit fit = test::fit_sine(settled, kTurn * 1'000.0 / 48'000.0 * ratio);
    EXPECT_NEAR(fit.amplitude, 0.5, 1e-5);
    EXPECT_LT(fit.thd_n_db(), -110.0);
}

TEST(StreamResampler, ChangesItsRatioWithoutAClick) {
    // A tone's second difference is at most (2 pi f / fs)^2 times its amplitude.
    const double hz = 500.0;
    const Block in = tone(hz, 48'000);
    StreamResampler resampler(2, 960);
    Block out(2, 960);
    std::vector<float> left;
    int at = 0;
    for (int block = 0; block < 48; ++block) {
        int consumed = 0;
        const double ratio = block % 2 == 0 ? 1.0005 : 0.9995;
        ASSERT_EQ(
            resampler.process(in.view().part(at, in.frames() - at), out.view(), ratio, &consumed),
            960);
        at += consumed;
        left.insert(left.end(), out.channel(0).begin(), out.channel(0).end());
    }
    const double bound = 0.5 * std::pow(kTurn * hz / 48'000.0 * 1.0005, 2.0) * 1.02;
    for (std::size_t n = 100; n + 1 < left.size(); ++n) {
        const double bend =
            std::abs(static_cast<double>(left[n - 1]) - 2.0 * static_cast<double>(left[n]) +
                     static_cast<double>(left[n + 1]));
        ASSERT_LT(bend, bound) << n;
    }
}

TEST(StreamResampler, SaysExactlyHowMuchInputItNeeds) {
    const Block in = tone(440.0, 9'600);
    StreamResampler resampler(2, 960);
    Block out(2, 960);
    int at = 0;
    for (const double ratio : {1.0, 1.0005, 0.9995, 1.0002, 0.75, 1.5}) {
        const int needed = resampler.needed(960, ratio);
        int consumed = 0;
        EXPECT_EQ(resampler.process(in.view().part(at, needed), out.view(), ratio, &consumed), 960);
        EXPECT_EQ(consumed, needed);
        at += consumed;
    }
    const int needed = resampler.needed(960, 1.5);
    EXPECT_LT(resampler.process(in.view().part(at, needed - 1), out.view(), 1.5, nullptr), 960);
}

TEST(StreamResampler, StartsAfreshAfterReset) {
    const Block in = tone(440.0, 4'000);
    StreamResampler resampler(2, 960);
    Block first(2, 960);
    Block again(2, 960);
    ASSERT_EQ(resampler.process(in.view(), first.view(), 1.0003, nullptr), 960);
    resampler.reset();
    ASSERT_EQ(resampler.process(in.view(), again.view(), 1.0003, nullptr), 960);
    for (std::size_t n = 0; n < 960; ++n) {
        ASSERT_EQ(first.channel(0)[n], again.channel(0)[n]);
    }
}

TEST(StreamResampler, IsRealtimeSafe) {
    const Block in = tone(440.0, 4'000);
    StreamResampler resampler(2, 960);
    Block out(2, 960);
    int made = 0;
    test::rt_guard::expect_realtime_safe([&] {
        made = resampler.process(in.view(), out.view(), 1.0003, nullptr);
        resampler.reset();
    });
    EXPECT_EQ(made, 960);
}

}  // namespace
}  // namespace earshot::audio
