#include "common/dsp/overlay/tinnitus.hpp"

#include "tests/support/figures.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_overlay/golden.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <vector>

namespace earshot::dsp {
namespace {

using overlay_test::band_power;
using overlay_test::Change;
using overlay_test::largest_difference;
using overlay_test::partitions;
using overlay_test::power_spectrum;
using overlay_test::render_at;
using overlay_test::rms_dbfs;
using overlay_test::tail;
using sound::Stereo;

/// 10 s: three whole turns of the wander, a tenth of a Hz from line to line.
constexpr int kLong = 480'000;

TinnitusParameters made(const TinnitusEar& left, const TinnitusEar& right) {
    TinnitusSettings settings;
    settings.ears = {left, right};
    return make_tinnitus_parameters(settings)->parameters;
}

Stereo rendered(const TinnitusParameters& parameters,
                int frames,
                std::int64_t position = 0,
                const std::vector<int>& blocks = {960}) {
    Tinnitus tinnitus({11, 22});
    tinnitus.set(parameters);
    Stereo sound(frames);
    render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); }, sound,
              position, {}, blocks);
    return sound;
}

double mean_hz(const std::vector<double>& spectrum) {
    double moment = 0.0;
    double power = 0.0;
    for (std::size_t bin = 0; bin < spectrum.size(); ++bin) {
        moment += static_cast<double>(bin) * spectrum[bin];
        power += spectrum[bin];
    }
    return moment / power * kSampleRateHz / kLong;
}

TEST(Tinnitus, E1_ToneHasItsPitchAndLevelInEachEar) {
    const Stereo sound =
        rendered(made({.kind = TinnitusKind::tone, .frequency_hz = 4'200.0, .level_db_sl = 25.0},
                      {.kind = TinnitusKind::tone, .frequency_hz = 6'300.0, .level_db_sl = 35.0}),
                 kLong);
    const double left = mean_hz(power_spectrum(sound.left));
    const double right = mean_hz(power_spectrum(sound.right));
    test::expect_figure("4 200 Hz, off by", 100.0 * (left / 4'200.0 - 1.0), "%",
                        test::within(0.1, 0.0));
    test::expect_figure("6 300 Hz, off by", 100.0 * (right / 6'300.0 - 1.0), "%",
                        test::within(0.1, 0.0));
    test::expect_figure("25 dB SL, level", rms_dbfs(sound.left, 0, kLong), "dBFS",
                        test::within(0.5, -75.0));
    test::expect_figure("35 dB SL, level", rms_dbfs(sound.right, 0, kLong), "dBFS",
                        test::within(0.5, -65.0));
}

TEST(Tinnitus, E1_ToneWandersAsTheModelSays) {
    const TinnitusEar ear{.kind = TinnitusKind::tone, .frequency_hz = 4'000.0};
    const Stereo sound = rendered(made(ear, ear), kLong);
    const auto spectrum = power_spectrum(sound.left);
    const double whole = band_power(spectrum, kLong, 0.0, 24'000.0);
    const std::vector<float> lines = overlay_test::golden("tone_lines");
    double worst = 0.0;
    for (std::size_t n = 0; n < lines.size(); ++n) {
        // Line n - 40 at 0.3 Hz from its neighbour: every third bin.
        const double db = 10.0 * std::log10(spectrum[40'000 + 3 * n - 120] / whole + 1e-12);
        if (lines[n] > -40.0F) {
            worst = std::max(worst, std::abs(db - static_cast<double>(lines[n])));
        }
    }
    std::cout << "  worst line: " << worst << " dB from the model\n";
    // The wander is taken each 32 frames, linear in between; float's rounding is far below -40 dB.
    EXPECT_LE(worst, 0.1);
}

TEST(Tinnitus, E1_NarrowBandHasItsLevelBandwidthAndIndependentEars) {
    const Stereo sound = rendered(made({.kind = TinnitusKind::narrow_band,
                                        .frequency_hz = 4'000.0,
                                        .bandwidth_octaves = 1.0 / 3.0},
                                       {.kind = TinnitusKind::narrow_band,
                                        .frequency_hz = 4'000.0,
                                        .bandwidth_octaves = 1.0 / 3.0}),
                                  kLong);
    const double bandwidth = tinnitus_bandwidth_hz(4'000.0, 1.0 / 3.0);
    const auto spectrum = power_spectrum(sound.left);
    const double whole = band_power(spectrum, kLong, 0.0, 24'000.0);
    const std::vector<float> model = overlay_test::golden("band_parts");
    double worst = 0.0;
    std::vector<double> parts;
    for (std::size_t n = 0; n < model.size(); ++n) {
        const double low = 4'000.0 + bandwidth * (static_cast<double>(n) / 8.0 - 1.5);
        parts.push_back(band_power(spectrum, kLong, low, low + bandwidth / 8.0) / whole);
        worst = std::max(worst,
                         std::abs(10.0 * std::log10(parts.back()) - static_cast<double>(model[n])));
    }
    // The -3 dB points: where the parts fall under half of what the middle has.
    const double half = (parts[11] + parts[12]) / 4.0;
    const auto over = [&](std::size_t n) { return parts[n] > half ? 1.0 : parts[n] / half - 0.5; };
    double width = 0.0;
    for (std::size_t n = 0; n < parts.size(); ++n) {
        width += std::clamp(over(n), 0.0, 1.0) / 8.0;
    }
    const double across = sound::correlation(sound.left, sound.right, 0);
    test::expect_figure("level, left", rms_dbfs(sound.left, 0, kLong), "dBFS",
                        test::within(0.5, -75.0));
    test::expect_figure("level, right", rms_dbfs(sound.right, 0, kLong), "dBFS",
                        test::within(0.5, -75.0));
    test::expect_figure("bandwidth, of what was asked", width, "", test::within(0.1, 1.0));
    // 116 Hz for 10 s: a standard error of 0.13 dB; the wander of pitch moves the skirts by 0.2 dB.
    EXPECT_LE(worst, 0.8);
    test::expect_figure("correlation of the ears", across, "", test::within(0.1, 0.0));
}

TEST(Tinnitus, E1_NarrowestAndWidestBandsKeepTheLevel) {
    const Stereo sound = rendered(
        made(
            {.kind = TinnitusKind::narrow_band,
             .frequency_hz = 8'000.0,
             .bandwidth_octaves = 1.0 / 6.0},
            {.kind = TinnitusKind::narrow_band, .frequency_hz = 8'000.0, .bandwidth_octaves = 1.0}),
        kLong / 4);
    EXPECT_NEAR(rms_dbfs(sound.left, 0, kLong / 4), -75.0, 0.5);
    EXPECT_NEAR(rms_dbfs(sound.right, 0, kLong / 4), -75.0, 0.5);
}

TEST(Tinnitus, E1_BroadbandLiesAboveItsEdge) {
    const TinnitusEar ear{.kind = TinnitusKind::broadband, .frequency_hz = 3'000.0};
    constexpr int kFrames = 96'000;
    const Stereo sound = rendered(made(ear, ear), kFrames);
    const auto spectrum = power_spectrum(sound.left);
    const auto density = [&](double low, double high) {
        return 10.0 * std::log10(band_power(spectrum, kFrames, low, high) / (high - low));
    };
    EXPECT_NEAR(rms_dbfs(sound.left, 0, kFrames), -75.0, 0.5);
    EXPECT_NEAR(density(12'000.0, 20'000.0) - density(6'000.0, 12'000.0), 0.0, 0.5);
    EXPECT_LT(density(1'400.0, 1'600.0) - density(12'000.0, 20'000.0), -11.0);
    EXPECT_LT(density(200.0, 400.0) - density(12'000.0, 20'000.0), -35.0);
    EXPECT_LT(std::abs(sound::correlation(sound.left, sound.right, 0)), 0.1);
}

TEST(Tinnitus, E1_MixturesOfToneAndNoiseKeepTheLevel) {
    for (const double share : {0.2, 0.5, 0.8}) {
        const TinnitusEar ear{
            .kind = TinnitusKind::tone, .frequency_hz = 5'000.0, .noise_share = share};
        const Stereo sound = rendered(made(ear, ear), kLong / 10);
        EXPECT_NEAR(rms_dbfs(sound.left, 0, kLong / 10), -75.0, 0.5) << share;
    }
}

TEST(Tinnitus, G5_SoundIsAFunctionOfThePosition) {
    const TinnitusParameters tone = made({.kind = TinnitusKind::tone, .frequency_hz = 4'200.0},
                                         {.kind = TinnitusKind::tone, .frequency_hz = 997.0});
    for (const int from : {48'000, 48'013}) {
        const Stereo played = tail(rendered(tone, 60'000), from);
        const Stereo cold = rendered(tone, 60'000 - from, from);
        EXPECT_TRUE(sound::identical(played, cold)) << from;
    }
    const TinnitusParameters noise =
        made({.kind = TinnitusKind::narrow_band,
              .frequency_hz = 250.0,
              .bandwidth_octaves = 1.0 / 6.0,
              .level_db_sl = 40.0},
             {.kind = TinnitusKind::broadband, .frequency_hz = 2'000.0, .level_db_sl = 40.0});
    const Stereo played = tail(rendered(noise, 60'000), 50'001);
    const Stereo cold = rendered(noise, 60'000 - 50'001, 50'001);
    // 1e-6 of the level: parameters 1e-6 apart would not be closer.
    EXPECT_LE(largest_difference(played, cold), 1e-6 * 1e-3);
}

TEST(Tinnitus, G5_ComesBackToThePositionsSoundAfterAGlideOfPitch) {
    const TinnitusEar low{.kind = TinnitusKind::tone, .frequency_hz = 3'000.0};
    const TinnitusEar high{.kind = TinnitusKind::tone, .frequency_hz = 5'000.0};
    const TinnitusParameters from = made(low, low);
    const TinnitusParameters to = made(high, high);
    Tinnitus tinnitus({11, 22});
    tinnitus.set(from);
    std::vector<Change> changes;
    for (int step = 1; step <= 300; ++step) {
        changes.push_back(
            {std::int64_t{step} * 32, [&, step] {
                 TinnitusParameters now;
                 const std::vector<const TinnitusParameters*> states = {&from, &to};
                 const std::vector<double> weights = {1.0 - step / 300.0, step / 300.0};
                 blend(states, weights, now);
                 tinnitus.set(now);
             }});
    }
    constexpr int kFrames = 48'000 * 45;
    Stereo sound(kFrames);
    render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); }, sound,
              0, changes);
    const Stereo cold = rendered(to, 4'800, kFrames - 4'800);
    EXPECT_TRUE(sound::identical(tail(sound, kFrames - 4'800), cold));
}

std::vector<Change> some_changes(Tinnitus& tinnitus) {
    const TinnitusParameters tone =
        made({.kind = TinnitusKind::tone, .noise_share = 0.3}, {.kind = TinnitusKind::none});
    const TinnitusParameters noise = made({.kind = TinnitusKind::broadband, .frequency_hz = 700.0},
                                          {.kind = TinnitusKind::narrow_band});
    return {{32, [&tinnitus, tone] { tinnitus.set(tone); }},
            {320, [&tinnitus, noise] { tinnitus.set(noise); }},
            {3'200,
             [&tinnitus] {
                 tinnitus.set_gain({0.2, 0.7});
             }},
            {4'096, [&tinnitus] { tinnitus.set({}); }},
            {6'400, [&tinnitus, tone] { tinnitus.set(tone); }}};
}

TEST(Tinnitus, J1_GivesTheSameSamplesInAnyBlocks) {
    const auto run = [](const std::vector<int>& blocks) {
        Tinnitus tinnitus({11, 22});
        Stereo sound = sound::programme(0.1, 9'600, 1);
        render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); },
                  sound, 5, some_changes(tinnitus), blocks);
        return sound;
    };
    const Stereo whole = run({960});
    for (const auto& blocks : partitions()) {
        EXPECT_TRUE(sound::identical(run(blocks), whole));
    }
}

TEST(Tinnitus, H2_SwappingTheEarsSwapsTheSound) {
    const TinnitusEar a{.kind = TinnitusKind::tone, .frequency_hz = 4'000.0, .noise_share = 0.5};
    const TinnitusEar b{.kind = TinnitusKind::broadband, .frequency_hz = 1'000.0};
    Tinnitus one({11, 22});
    Tinnitus other({22, 11});
    one.set(made(a, b));
    other.set(made(b, a));
    Stereo x(4'800);
    Stereo y(4'800);
    render_at([&](audio::BlockView block, std::int64_t at) { one.process(block, at); }, x, 0);
    render_at([&](audio::BlockView block, std::int64_t at) { other.process(block, at); }, y, 0);
    std::swap(y.left, y.right);
    EXPECT_TRUE(sound::identical(x, y));
}

TEST(Tinnitus, H1_AnEarWithoutItIsLeftUntouched) {
    Tinnitus tinnitus({11, 22});
    tinnitus.set(made({.kind = TinnitusKind::narrow_band}, {.kind = TinnitusKind::none}));
    const Stereo in = sound::programme(0.3, 9'600, 1);
    Stereo out = in;
    render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); }, out,
              0);
    EXPECT_EQ(out.right, in.right);
    EXPECT_NE(out.left, in.left);
    tinnitus.set_gain({0.0, 0.0});
    tinnitus.reset();
    out = in;
    render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); }, out,
              0);
    EXPECT_TRUE(sound::identical(out, in));
}

TEST(Tinnitus, G1_GlidesOfLevelAndPitchMakeNoClick) {
    // As loud as a full-scale tone, which no tinnitus is: what a click is measured against.
    TinnitusParameters low;
    low.ears[0] = {.level = GlidingLevel::at(-3.01), .log_frequency = std::log(1'000.0)};
    low.ears[1] = low.ears[0];
    TinnitusParameters high = low;
    high.ears[0].log_frequency = high.ears[1].log_frequency = std::log(500.0);
    high.ears[1].level.presence = 0.0;
    for (const int glide : {2'400, 12'000}) {
        Tinnitus tinnitus({11, 22});
        tinnitus.set(low);
        std::vector<Change> changes;
        for (int at = 32; at <= glide; at += 32) {
            changes.push_back(
                {4'800 + at - 32, [&, at] {
                     const double u =
                         fade_value(FadeCurve::quintic, static_cast<double>(at) / glide);
                     TinnitusParameters now;
                     const std::vector<const TinnitusParameters*> states = {&low, &high};
                     const std::vector<double> weights = {1.0 - u, u};
                     blend(states, weights, now);
                     tinnitus.set(now);
                 }});
        }
        Stereo sound(24'000);
        render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); },
                  sound, 0, changes);
        const double left = sound::peak_above_dbfs(sound.left, 4'000.0, 2'400, 24'000);
        const double right = sound::peak_above_dbfs(sound.right, 4'000.0, 2'400, 24'000);
        std::cout << "  over " << glide / 48 << " ms: " << left << ", " << right << " dBFS\n";
        EXPECT_LE(left, -80.0);
        EXPECT_LE(right, -80.0);
    }
}

TEST(Tinnitus, J2_IsRealTimeSafe) {
    Tinnitus tinnitus({11, 22});
    const TinnitusParameters tone =
        made({.kind = TinnitusKind::tone, .noise_share = 0.3}, {.kind = TinnitusKind::broadband});
    const TinnitusParameters none;
    const std::vector<const TinnitusParameters*> states = {&tone, &none};
    const std::vector<double> weights = {0.4, 0.6};
    audio::Block block(2, 960);
    test::rt_guard::expect_realtime_safe([&] {
        TinnitusParameters now;
        blend(states, weights, now);
        tinnitus.set(now);
        tinnitus.set_gain({0.5, 1.0});
        tinnitus.process(block.view(), 7);
        tinnitus.reset();
        tinnitus.process(block.view(), 480'000);
    });
    EXPECT_NE(block.channel(0)[500], 0.0F);
}

TEST(Tinnitus, WorksAtAnyPosition) {
    const TinnitusEar ear{.kind = TinnitusKind::tone, .frequency_hz = 16'000.0, .noise_share = 0.5};
    for (const std::int64_t position :
         {std::int64_t{-100'001}, std::int64_t{1} << 40, (std::int64_t{1} << 50) + 3}) {
        const Stereo sound = rendered(made(ear, ear), 4'800, position, {4'096, 1});
        EXPECT_TRUE(overlay_test::sane(sound.left));
        EXPECT_NEAR(rms_dbfs(sound.left, 0, 4'800), -75.0, 1.5) << position;
    }
}

}  // namespace
}  // namespace earshot::dsp
