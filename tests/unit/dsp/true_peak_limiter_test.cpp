#include "common/dsp/true_peak_limiter.hpp"

#include "common/base/level.hpp"
#include "tests/support/figures.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace earshot::dsp {
namespace {

using sound::Stereo;

/// -3 dBTP and what libebur128's own interpolator may read differently.
constexpr double kHighestDbtp = -3.0 + 0.1;

std::vector<std::pair<const char*, Stereo>> hot_sounds() {
    const auto square = [](double hz, double amplitude) {
        return sound::both(9'600, [=](int i) {
            return std::fmod(i * hz / kSampleRateHz, 1.0) < 0.5 ? amplitude : -amplitude;
        });
    };
    Stereo bursts = sound::tone(3'000.0, db_to_gain(12.0), 9'600);
    for (int i = 0; i < bursts.frames(); ++i) {
        if (i % 4'800 > 300) {
            bursts.left[static_cast<std::size_t>(i)] *= 0.01F;
            bursts.right[static_cast<std::size_t>(i)] *= 0.01F;
        }
    }
    Stereo ticks(9'600);
    for (std::size_t i = 500; i < ticks.left.size(); i += 997) {
        ticks.left[i] = 4.0F;
        ticks.right[i + 1] = -4.0F;
    }
    std::vector<std::pair<const char*, Stereo>> sounds = {
        {"square 100 Hz, 0 dBFS", square(100.0, 1.0)},
        {"square 997 Hz, 0 dBFS", square(997.0, 1.0)},
        {"square 997 Hz, +12 dBFS", square(997.0, db_to_gain(12.0))},
        {"12 kHz between samples, +12 dB",
         sound::both(9'600, [](int i) { return 4.0 * std::sin(1.5707963 * i + 0.7854); })},
        {"tone bursts, +12 dB", bursts},
        {"single samples, +12 dB", ticks},
        {"white noise, +12 dB", sound::noise(db_to_gain(12.0), 9'600, 1)},
        {"drums and voice, +12 dB", sound::programme(db_to_gain(12.0), 24'000, 2)},
        {"tone 60 Hz, +20 dB", sound::tone(60.0, 10.0, 9'600)}};
    for (auto& [name, sound] : sounds) {
        // Silence after it, so that its end comes out of the limiter rather than being cut.
        sound.left.resize(sound.left.size() + 240);
        sound.right.resize(sound.left.size());
    }
    return sounds;
}

TEST(TruePeakLimiter, I1KeepsTheTruePeakOfHotSoundUnderTheCeiling) {
    for (auto& [name, sound] : hot_sounds()) {
        TruePeakLimiter limiter;
        sound::run(limiter, sound);
        const double peak = sound::true_peak_dbtp(sound);
        test::expect_figure(name, peak, "dBTP", test::at_most(kHighestDbtp));
        EXPECT_GE(peak, -9.0) << name << ": not pressed further than needed";
    }
}

TEST(TruePeakLimiter, IsADelayAloneWhenItIsOff) {
    for (auto& [name, hot] : hot_sounds()) {
        Stereo out = hot;
        TruePeakLimiter limiter(PeakLimiting::off);
        sound::run(limiter, out);
        EXPECT_TRUE(sound::identical(out, sound::delayed(hot, TruePeakLimiter::kLatency))) << name;
    }
}

TEST(TruePeakLimiter, PassesSoundOfMinusThreeDbtpBitForBit) {
    for (auto& [name, hot] : hot_sounds()) {
        const double gain = db_to_gain(-3.0 - sound::true_peak_dbtp(hot));
        Stereo in = hot;
        for (std::size_t i = 0; i < in.left.size(); ++i) {
            in.left[i] = static_cast<float>(static_cast<double>(in.left[i]) * gain);
            in.right[i] = static_cast<float>(static_cast<double>(in.right[i]) * gain);
        }
        Stereo out = in;
        TruePeakLimiter limiter;
        sound::run(limiter, out);
        EXPECT_TRUE(sound::identical(out, sound::delayed(in, TruePeakLimiter::kLatency))) << name;
    }
}

TEST(TruePeakLimiter, ComesBackToTheVerySamplesAfterAPeak) {
    Stereo in = sound::tone(440.0, 0.3, 48'000);
    in.left[10'000] = 2.0F;
    Stereo out = in;
    TruePeakLimiter limiter;
    sound::run(limiter, out);
    const Stereo expected = sound::delayed(in, TruePeakLimiter::kLatency);
    // Untouched until the look-ahead finds the peak (its interpolation reaches 6 frames further).
    constexpr std::size_t kFirst = 10'000 - 6;
    for (std::size_t i = 0; i < kFirst; ++i) {
        ASSERT_EQ(out.left[i], expected.left[i]) << i;
    }
    EXPECT_LT(out.right[10'000], 0.5F * std::abs(expected.right[10'000]) + 0.3F);
    // 11 time constants of 50 ms bring the gain within the 1e-5 that count as 1.
    for (std::size_t i = 10'000 + 28'800; i < out.left.size(); ++i) {
        ASSERT_EQ(out.left[i], expected.left[i]) << i;
        ASSERT_EQ(out.right[i], expected.right[i]) << i;
    }
}

TEST(TruePeakLimiter, GivesBothEarsOneGain) {
    Stereo in = sound::tone(1'000.0, 2.0, 4'800);
    for (float& sample : in.right) {
        sample *= 0.1F;
    }
    TruePeakLimiter limiter;
    sound::run(limiter, in);
    for (std::size_t i = 0; i < in.left.size(); ++i) {
        ASSERT_NEAR(in.right[i], 0.1F * in.left[i], 1e-7F);
    }
}

TEST(TruePeakLimiter, J1GivesTheSameSamplesInAnyBlocks) {
    const Stereo in = sound::programme(3.0, 7'200, 3);
    Stereo whole = in;
    TruePeakLimiter limiter;
    sound::run(limiter, whole);
    for (const auto& blocks :
         std::vector<std::vector<int>>{{1}, {7, 64, 1}, {95, 96, 97}, {4'096}}) {
        Stereo cut = in;
        limiter.reset();
        sound::run(limiter, cut, blocks);
        EXPECT_TRUE(sound::identical(cut, whole)) << blocks.front();
    }
}

TEST(TruePeakLimiter, HoldsTheCeilingForPeaksRevisedInAtTheLastMoment) {
    Stereo quiet = sound::tone(1'000.0, 0.1, 2'000);
    TruePeakLimiter limiter;
    sound::run(limiter, quiet);
    const Stereo loud = sound::tone(1'000.0, 2.0, TruePeakLimiter::kLatency);
    audio::Block pending(2, TruePeakLimiter::kLatency);
    std::copy(loud.left.begin(), loud.left.end(), pending.channel(0).begin());
    std::copy(loud.right.begin(), loud.right.end(), pending.channel(1).begin());
    limiter.revise(std::as_const(pending).view());
    Stereo rest(TruePeakLimiter::kLatency);
    sound::run(limiter, rest);
    EXPECT_LE(sound::largest(rest), db_to_gain(-3.0));
    EXPECT_GE(sound::largest(rest), db_to_gain(-4.0)) << "the revised sound is what comes out";
}

TEST(TruePeakLimiter, J2IsRealTimeSafe) {
    TruePeakLimiter limiter;
    audio::Block block(2, 960);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 2.0F);
    test::rt_guard::expect_realtime_safe([&] {
        limiter.process(block.view());
        limiter.reset();
    });
}

}  // namespace
}  // namespace earshot::dsp
