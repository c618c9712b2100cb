#include "server/source/demo/arrangement.hpp"
#include "server/source/demo_programme.hpp"
#include "server/source/tone_programme.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace earshot::source {
namespace {

ProgrammeTime frame(std::int64_t number) {
    return ProgrammeTime{Frames{number}};
}

audio::Block read(audio::ProgrammeReader& reader, double from, double seconds) {
    audio::Block out(2, static_cast<int>(seconds * 48'000.0));
    EXPECT_TRUE(reader.read(frame(static_cast<std::int64_t>(from * 48'000.0)), out.view()));
    return out;
}

double rms_dbfs(const audio::Block& block) {
    double sum = 0.0;
    for (int c = 0; c < 2; ++c) {
        for (const float sample : block.channel(c)) {
            sum += static_cast<double>(sample) * static_cast<double>(sample);
        }
    }
    return 10.0 * std::log10(sum / (2.0 * block.frames()) + 1e-20);
}

/// Share of a one-pole low-pass at `hz` in the power, mono.
double share_below(const audio::Block& block, double hz) {
    const double k = 1.0 - std::exp(-2.0 * std::numbers::pi * hz / 48'000.0);
    double low = 0.0;
    double low_power = 0.0;
    double power = 0.0;
    for (std::size_t n = 0; n < static_cast<std::size_t>(block.frames()); ++n) {
        const double mid = static_cast<double>(block.channel(0)[n] + block.channel(1)[n]);
        low += k * (mid - low);
        low_power += low * low;
        power += mid * mid;
    }
    return low_power / power;
}

TEST(ToneProgramme, PlaysOneKilohertzAtTheReferenceLevel) {
    ToneProgramme tone;
    const audio::Block block = read(tone, 0.5, 0.4);
    EXPECT_NEAR(rms_dbfs(block), -18.0 - 3.01, 0.01);
    for (std::size_t n = 0; n + 48 < 19'200; ++n) {
        ASSERT_EQ(block.channel(0)[n], block.channel(1)[n + 48]);
    }
}

TEST(ToneProgramme, MarksEverySecond) {
    ToneProgramme tone;
    EXPECT_GT(rms_dbfs(read(tone, 7.0, 0.01)), -18.0);
    EXPECT_NEAR(rms_dbfs(read(tone, 7.01, 0.01)), -21.0, 0.1);
}

TEST(ToneProgramme, DependsOnThePositionOnly) {
    ToneProgramme tone;
    audio::Block whole(2, 2'000);
    audio::Block part(2, 700);
    tone.read(frame(123'456'000), whole.view());
    tone.read(frame(123'457'300), part.view());
    for (std::size_t n = 0; n < 700; ++n) {
        ASSERT_EQ(part.channel(0)[n], whole.channel(0)[n + 1'300]);
    }
    tone.read(frame(-700), part.view());
    EXPECT_EQ(part.channel(0)[699], 0.0F);
}

void expect_peak_and_length(DemoProgramme& demo) {
    EXPECT_EQ(demo.length(), Frames{90 * 48'000});
    const audio::Block all = read(demo, 0.0, 90.0);
    float peak = 0.0F;
    for (int c = 0; c < 2; ++c) {
        const demo::Mono channel(all.channel(c).begin(), all.channel(c).end());
        peak = std::max(peak, demo::true_peak(channel));
    }
    EXPECT_NEAR(20.0 * std::log10(static_cast<double>(peak)), -6.0, 0.05);
}

void expect_levels(DemoProgramme& demo) {
    EXPECT_NEAR(rms_dbfs(read(demo, demo::kConcert + 2.0, 20.0)), -23.0, 2.0);
    EXPECT_NEAR(rms_dbfs(read(demo, demo::kRoom + 2.0, 14.0)), -35.0, 3.0);
    EXPECT_NEAR(rms_dbfs(read(demo, demo::kFelt, 12.0)), -27.0, 2.0);
    EXPECT_LT(rms_dbfs(read(demo, demo::kSilence + 2.0, 4.0)), -50.0);
    EXPECT_NEAR(rms_dbfs(read(demo, demo::kImplants + 2.0, 14.0)), -33.0, 3.0);
    const double stillness = rms_dbfs(read(demo, demo::kStillness + 1.0, 10.0));
    EXPECT_LT(stillness, -45.0);
    EXPECT_GT(stillness, -75.0);  // Never digital silence: that would hide faults.
}

void expect_bass_where_it_is_felt(DemoProgramme& demo) {
    EXPECT_GT(share_below(read(demo, demo::kFelt, 12.0), 150.0), 0.5);
    EXPECT_LT(share_below(read(demo, demo::kConcert + 2.0, 20.0), 150.0), 0.35);
    EXPECT_LT(share_below(read(demo, demo::kImplants + 2.0, 12.0), 150.0), 0.2);
}

void expect_balanced_stereo(DemoProgramme& demo) {
    const audio::Block block = read(demo, 4.0, 16.0);
    double both = 0.0;
    double left = 0.0;
    double right = 0.0;
    for (std::size_t n = 0; n < static_cast<std::size_t>(block.frames()); ++n) {
        const double l = static_cast<double>(block.channel(0)[n]);
        const double r = static_cast<double>(block.channel(1)[n]);
        both += l * r;
        left += l * l;
        right += r * r;
    }
    EXPECT_LT(both / std::sqrt(left * right), 0.7);
    EXPECT_NEAR(10.0 * std::log10(left / right), 0.0, 1.5);
}

// One test, because making the programme is what takes the time.
TEST(DemoProgramme, HasTheLevelsSpectrumAndWidthTheShowNeeds) {
    DemoProgramme demo;
    expect_peak_and_length(demo);
    expect_levels(demo);
    expect_bass_where_it_is_felt(demo);
    expect_balanced_stereo(demo);
    audio::Block outside(2, 960);
    demo.read(frame(90 * 48'000), outside.view());
    EXPECT_EQ(rms_dbfs(outside), -200.0);
    demo.read(frame(-960), outside.view());
    EXPECT_EQ(rms_dbfs(outside), -200.0);
}

TEST(DemoCanvas, FindsThePeakBetweenTheSamples) {
    // A quarter of the sample rate, an eighth of a turn late: samples at 0.707 of the true peak.
    demo::Mono sound(4'800);
    for (std::size_t n = 0; n < sound.size(); ++n) {
        sound[n] = std::sin(demo::kTurn * (0.25F * static_cast<float>(n % 4) + 0.125F));
    }
    EXPECT_NEAR(demo::true_peak(sound), 1.0F, 0.02F);
}

}  // namespace
}  // namespace earshot::source
