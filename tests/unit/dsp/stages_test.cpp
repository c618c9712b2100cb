#include "common/base/level.hpp"
#include "common/dsp/delay_line.hpp"
#include "common/dsp/gain_ramp.hpp"
#include "common/dsp/level_meter.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::Stereo;

TEST(GainRamp, MovesByTheCurveAndLeavesSamplesAloneAtOne) {
    Stereo sound = sound::both(3'000, [](int) { return 0.3; });
    GainRamp ramp(0.0);
    ramp.move_to(1.0, Frames{1'000});
    EXPECT_EQ(ramp.target(), 1.0);
    sound::run(ramp, sound, {333});
    for (const int frame : {0, 250, 500, 900}) {
        EXPECT_NEAR(sound.left[static_cast<std::size_t>(frame)],
                    0.3 * fade_value(FadeCurve::quintic, frame / 1'000.0), 1e-7);
    }
    EXPECT_FALSE(ramp.moving());
    EXPECT_EQ(sound.left[1'000], 0.3F);
    EXPECT_EQ(sound.right[2'999], 0.3F);
}

TEST(GainRamp, AnInterruptionMakesNoClickAndNoOvershoot) {
    GainRamp ramp(1.0);
    Stereo first = sound::both(12'000, [](int) { return 0.7; });
    struct Interrupted {
        GainRamp& ramp;
        int calls = 0;
        void process(audio::BlockView block) {
            if (calls < 12) {
                ramp.move_to(calls % 2 == 0 ? 0.1 : 1.0, Frames{960});
            }
            ++calls;
            ramp.process(block);
        }
    } interrupted{ramp};
    sound::run(interrupted, first, {240});
    EXPECT_EQ(ramp.gain(), 1.0);
    EXPECT_LE(sound::peak_above_dbfs(first.left, 4'000.0, 480, 12'000), -65.0);
    for (const float sample : first.left) {
        ASSERT_LE(sample, 0.7F);
        ASSERT_GE(sample, 0.07F - 1e-7F);
    }
    ramp.set(0.5);
    EXPECT_EQ(ramp.gain(), 0.5);
    EXPECT_FALSE(ramp.moving());
}

TEST(LevelMeter, ReadsPeakAndPowerSinceTheLastReading) {
    Stereo sound = sound::tone(1'000.0, 0.5, 4'800);
    sound.left[100] = std::numeric_limits<float>::quiet_NaN();
    sound.right[100] = -std::numeric_limits<float>::infinity();
    LevelMeter meter;
    audio::Block block(2, 4'800);
    std::copy(sound.left.begin(), sound.left.end(), block.channel(0).begin());
    std::copy(sound.right.begin(), sound.right.end(), block.channel(1).begin());
    meter.process(block.view());
    const auto reading = meter.take();
    EXPECT_NEAR(reading.peak, 0.5, 1e-4);
    EXPECT_NEAR(gain_to_db(reading.rms), -9.03, 0.01);
    EXPECT_EQ(reading.frames, 4'800);
    const auto nothing = meter.take();
    EXPECT_EQ(nothing.peak, 0.0F);
    EXPECT_EQ(nothing.rms, 0.0F);
    EXPECT_EQ(nothing.frames, 0);
}

TEST(DelayLine, GivesFramesByNumberWithSilenceBeforeTheFirst) {
    DelayLine line(100);  // 128 kept
    audio::Block in(2, 50);
    audio::Block out(2, 60);
    float next = 1.0F;
    for (int block = 0; block < 10; ++block) {
        for (std::size_t i = 0; i < 50; ++i) {
            in.channel(0)[i] = next;
            in.channel(1)[i] = -next;
            next += 1.0F;
        }
        line.write(in.view());
        const std::int64_t first = line.written() - 100;
        line.read(first, out.view());
        for (int i = 0; i < 60; ++i) {
            const std::int64_t frame = first + i;
            const float expected = frame < 0 ? 0.0F : static_cast<float>(frame + 1);
            ASSERT_EQ(out.channel(0)[static_cast<std::size_t>(i)], expected);
            ASSERT_EQ(out.channel(1)[static_cast<std::size_t>(i)], -expected);
        }
    }
    EXPECT_EQ(line.written(), 500);
    line.read(-1'000, out.view());
    EXPECT_EQ(out.channel(0)[59], 0.0F);
    line.reset();
    EXPECT_EQ(line.written(), 0);
}

TEST(DelayLine, KeepsTheLatestOfMoreThanFits) {
    DelayLine line(64);
    audio::Block in(2, 200);
    for (std::size_t i = 0; i < 200; ++i) {
        in.channel(0)[i] = static_cast<float>(i);
    }
    line.write(in.view());
    EXPECT_EQ(line.written(), 200);
    audio::Block out(2, 64);
    line.read(136, out.view());
    EXPECT_EQ(out.channel(0)[0], 136.0F);
    EXPECT_EQ(out.channel(0)[63], 199.0F);
}

TEST(Stages, J2AreRealTimeSafe) {
    GainRamp ramp;
    LevelMeter meter;
    DelayLine line(2'000);
    audio::Block block(2, 960);
    float peak = -1.0F;
    test::rt_guard::expect_realtime_safe([&] {
        ramp.move_to(0.5, Frames{100});
        ramp.process(block.view());
        meter.process(block.view());
        peak = meter.take().peak;
        line.write(block.view());
        line.read(0, block.view());
        line.reset();
    });
    EXPECT_EQ(peak, 0.0F);
}

}  // namespace
}  // namespace earshot::dsp
