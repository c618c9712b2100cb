#include "tests/support/align.hpp"

#include "tests/support/signals.hpp"
#include "tests/support/sinc_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace earshot::test {
namespace {

constexpr double kMicrosecondsPerFrame = 1e6 / 48'000.0;

std::span<const float> part(const std::vector<float>& signal,
                            std::size_t first,
                            std::size_t count) {
    return std::span<const float>(signal).subspan(first, count);
}

TEST(SincReader, ReproducesASineBetweenItsSamples) {
    const Audio sine = tone(48'000, 1, 0.05, 15'000.0, 1.0F);
    for (double at = 100.0; at < 200.0; at += 0.137) {
        const double truth = std::sin(2.0 * std::numbers::pi * 15'000.0 * at / 48'000.0);
        EXPECT_NEAR(sinc_value(sine.channel(0), at), truth, 1e-4);
    }
}

TEST(Align, FindsAFractionalDelayWithinATenthOfAMicrosecond) {
    const Audio noise = busy_programme(48'000, 1, 1.0, 7);
    for (const double delay : {0.0, 0.25, -3.5, 17.77, -400.123, 812.9}) {
        const auto window = delayed(noise.channels[0], delay);
        const auto found = align(part(window, 12'000, 4'800), noise.channel(0), 12'000.0);
        ASSERT_TRUE(found);
        EXPECT_NEAR((12'000.0 - found->position) * kMicrosecondsPerFrame,
                    delay * kMicrosecondsPerFrame, 0.1)
            << delay;
        EXPECT_GT(found->correlation, 0.99999);
        EXPECT_NEAR(found->gain, 1.0, 1e-3);  // the slope's reach costs half of that at most
    }
}

TEST(Align, IsNotPulledByALevelThatChangesInsideTheWindow) {
    // Low sound that swells by 60 dB: a plain correlation peak would be off by many microseconds.
    Audio sound = tone(48'000, 1, 1.0, 90.0, 0.5F);
    for (std::size_t n = 0; n < sound.frames(); ++n) {
        sound.channels[0][n] *=
            std::pow(10.0F, 60.0F * (static_cast<float>(n) / 24'000.0F - 1.0F) / 20.0F);
    }
    const auto window = delayed(sound.channels[0], 5.3);
    const auto found =
        align(part(window, 20'000, 4'800), sound.channel(0), 20'000.0, {.search_frames = 200});
    ASSERT_TRUE(found);
    EXPECT_NEAR((20'000.0 - found->position) * kMicrosecondsPerFrame, 5.3 * kMicrosecondsPerFrame,
                0.5);
}

TEST(Align, FollowsADeviceThatRunsTwoHundredPpmFast) {
    const Audio noise = busy_programme(48'000, 1, 1.0, 8);
    const double ratio = 1.0 / 1.0002;
    std::vector<float> window(9'600);
    sinc_read(noise.channel(0), 15'000.4, ratio, window);
    const auto found = align(window, noise.channel(0), 15'500.0, {.ratio = ratio});
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->position, 15'000.4, 0.005);
}

TEST(Align, StandsNoiseTwentyDecibelsBelow) {
    const Audio sound = white_noise(48'000, 1, 1.0, 0.3F, 3);
    const Audio disturbance = white_noise(48'000, 1, 1.0, 0.03F, 900);
    auto window = delayed(sound.channels[0], 2.6);
    for (std::size_t n = 0; n < window.size(); ++n) {
        window[n] += disturbance.channels[0][n];
    }
    const auto found = align(part(window, 10'000, 4'800), sound.channel(0), 10'000.0);
    ASSERT_TRUE(found);
    // 0.1 / sqrt(4800) / (rms slope 1.8 of white noise) is 0.02 us; five times that.
    EXPECT_NEAR((10'000.0 - found->position) * kMicrosecondsPerFrame, 2.6 * kMicrosecondsPerFrame,
                0.1);
}

TEST(Align, GivesNothingForAnotherSoundOrForSilence) {
    const Audio sound = busy_programme(48'000, 1, 1.0, 7);
    const Audio other = busy_programme(48'000, 1, 1.0, 1234);
    EXPECT_FALSE(align(part(other.channels[0], 10'000, 4'800), sound.channel(0), 10'000.0));
    const std::vector<float> silence(4'800);
    EXPECT_FALSE(align(silence, sound.channel(0), 10'000.0));
    EXPECT_FALSE(align(part(sound.channels[0], 10'000, 4'800), sound.channel(0), 20'000.0));
}

TEST(Align, StandsTheEndsOfTheReference) {
    const Audio sound = busy_programme(48'000, 1, 0.5, 7);
    const auto found = align(part(sound.channels[0], 0, 4'800), sound.channel(0), 30.0);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->position, 0.0, 0.01);
    EXPECT_FALSE(align(part(sound.channels[0], 0, 4'800), sound.channel(0), -90'000.0));
}

}  // namespace
}  // namespace earshot::test
