#include "common/dsp/overlay/inner_body.hpp"

#include "common/base/level.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <limits>
#include <vector>

namespace earshot::dsp {
namespace {

using overlay_test::Change;
using overlay_test::largest_difference;
using overlay_test::partitions;
using overlay_test::render_at;
using overlay_test::rms_dbfs;
using overlay_test::tail;
using sound::Stereo;

InnerBodyParameters everything() {
    return *make_inner_body_parameters({.heartbeat_dbfs = -30.0,
                                        .blood_dbfs = -45.0,
                                        .breath_dbfs = -45.0,
                                        .steps_dbfs = -35.0,
                                        .programme_db = -15.0,
                                        .occlusion_db = 15.0});
}

Stereo rendered(const InnerBodyParameters& parameters,
                const Stereo& in,
                std::int64_t position = 0) {
    InnerBody body(5);
    body.set(parameters);
    Stereo out = in;
    render_at([&](audio::BlockView block, std::int64_t at) { body.process(block, block, at); }, out,
              position);
    return out;
}

TEST(InnerBody, LeavesTheSoundUntouchedWhileNothingIsSet) {
    const Stereo in = sound::programme(0.5, 9'600, 1);
    EXPECT_TRUE(sound::identical(rendered({}, in), in));
    const InnerBodySettings loud{.heartbeat_dbfs = -20.0, .programme_db = 0.0};
    EXPECT_TRUE(sound::identical(rendered(*make_inner_body_parameters(loud, 0.0), in), in));
}

TEST(InnerBody, TheHeartBeatsAtItsRate) {
    const Stereo sound =
        rendered(*make_inner_body_parameters({.heartbeat_dbfs = -20.0, .beats_per_minute = 75.0}),
                 Stereo(48'000 * 4));
    // Beats of 0.8 s begin at whole multiples of it; each is loud at once and still before the
    // next.
    for (int beat = 1; beat < 5; ++beat) {
        const int at = beat * 38'400;
        EXPECT_GT(rms_dbfs(sound.left, at, at + 4'800), -32.0) << beat;
        EXPECT_LT(rms_dbfs(sound.left, at - 4'800, at), -80.0) << beat;
    }
    EXPECT_EQ(sound.left, sound.right);
    double peak = gain_to_db(sound::largest(sound));
    EXPECT_NEAR(peak, -20.0, 2.0) << "1.5 dB from beat to beat, and where the sine stands";
}

TEST(InnerBody, BloodAndBreathHaveTheirLevelsAndRates) {
    const Stereo blood =
        rendered(*make_inner_body_parameters({.blood_dbfs = -40.0}), Stereo(96'000));
    // 0.35 to 1 of it, by the pulse.
    EXPECT_NEAR(rms_dbfs(blood.left, 0, 96'000), -43.5, 1.5);
    EXPECT_LT(sound::level_above_dbfs(blood.left, 4'000.0, 0), -70.0);
    const Stereo breath =
        rendered(*make_inner_body_parameters({.breath_dbfs = -40.0, .breaths_per_minute = 30.0}),
                 Stereo(48'000 * 4));
    for (const int cycle : {0, 1}) {
        const int at = cycle * 2 * 48'000;
        EXPECT_NEAR(rms_dbfs(breath.left, at + 16'800, at + 21'600), -40.0, 2.0);
        EXPECT_LT(rms_dbfs(breath.left, at + 93'500, at + 96'000), -60.0);
    }
}

TEST(InnerBody, StepsComeAtTheirRate) {
    const Stereo sound =
        rendered(*make_inner_body_parameters({.steps_dbfs = -20.0, .steps_per_minute = 120.0}),
                 Stereo(48'000 * 3));
    for (int step = 1; step < 6; ++step) {
        const int at = step * 24'000;
        EXPECT_GT(rms_dbfs(sound.left, at, at + 2'400), -32.0) << step;
        EXPECT_LT(rms_dbfs(sound.left, at - 4'800, at), -80.0) << step;
    }
}

TEST(InnerBody, OcclusionBoostsTheProgrammeThroughTheBody) {
    // What it adds to silence in the ear: programme and ear are different memory.
    const auto added_db = [](double hz, double occlusion_db) {
        InnerBody body(5);
        body.set(
            *make_inner_body_parameters({.programme_db = -15.0, .occlusion_db = occlusion_db}));
        const Stereo in = sound::tone(hz, 0.25, 14'400);
        Stereo out(14'400);
        audio::Block programme(2, 14'400);
        std::copy(in.left.begin(), in.left.end(), programme.channel(0).begin());
        std::copy(in.right.begin(), in.right.end(), programme.channel(1).begin());
        render_at(
            [&](audio::BlockView block, std::int64_t at) {
                body.process(programme.view().part(static_cast<int>(at), block.frames()), block,
                             at);
            },
            out, 0);
        return sound::tone_db(out.left, hz, 4'800) - sound::tone_db(in.left, hz, 4'800);
    };
    for (const double hz : {125.0, 177.0, 250.0}) {
        const double boost = added_db(hz, 17.0) - added_db(hz, 0.0);
        std::cout << "  " << hz << " Hz: " << boost << " dB\n";
        EXPECT_GE(boost, 15.0);
        EXPECT_LE(boost, 20.0);
        EXPECT_NEAR(added_db(hz, 0.0), -15.0, 0.5) << hz;
    }
    EXPECT_NEAR(added_db(1'000.0, 17.0) - added_db(1'000.0, 0.0), 0.0, 1.0);
    EXPECT_LT(added_db(1'000.0, 0.0), -20.0);
    EXPECT_LT(added_db(20.0, 0.0), -33.0);
}

TEST(InnerBody, G5_SoundIsAFunctionOfThePosition) {
    InnerBodyParameters parameters = everything();
    parameters.programme = {};
    for (const int from : {40'001}) {
        const Stereo played = tail(rendered(parameters, Stereo(60'000)), from + 9'600);
        const Stereo cold = tail(rendered(parameters, Stereo(60'000 - from), from), 9'600);
        // After the 200 ms in which the occlusion filter settles.
        EXPECT_LE(largest_difference(played, cold), 1e-8) << from;
    }
}

std::vector<Change> heart_races(InnerBody& body, const InnerBodyParameters& from, int frames) {
    std::vector<Change> changes;
    for (int at = 0; at < frames; at += 32) {
        changes.push_back({9'600 + at, [&body, from, at, frames] {
                               const double u = fade_value(FadeCurve::quintic,
                                                           static_cast<double>(at + 32) / frames);
                               InnerBodyParameters to = from;
                               to.log_heart_rate += std::log(2.0);
                               to.steps.presence = 0.0;
                               to.occlusion_db = 5.0;
                               InnerBodyParameters now;
                               const std::vector<const InnerBodyParameters*> states = {&from, &to};
                               const std::vector<double> weights = {1.0 - u, u};
                               blend(states, weights, now);
                               body.set(now);
                           }});
    }
    return changes;
}

TEST(InnerBody, G1_GlidesMakeNoClick) {
    // Louder than it ever is, so that a click would show; tones only, no noise.
    InnerBodyParameters parameters;
    parameters.heartbeat = GlidingLevel::at(-10.0);
    parameters.steps = GlidingLevel::at(-10.0);
    parameters.programme = GlidingLevel::at(0.0);
    parameters.occlusion_db = 0.0;
    InnerBody body(5);
    body.set(parameters);
    Stereo sound = sound::tone(100.0, 0.2, 96'000);
    auto changes = heart_races(body, parameters, 24'000);
    render_at([&](audio::BlockView block, std::int64_t at) { body.process(block, block, at); },
              sound, 0, changes);
    // The scuff of a step is noise of its own, of -22 dBFS: 18 dB an octave leave -73 dB of it and
    // crests of 12 dB over that.
    EXPECT_LE(sound::peak_above_dbfs(sound.left, 4'000.0, 4'800, 96'000), -60.0);
}

TEST(InnerBody, G1_BeatsThemselvesMakeNoClick) {
    const Stereo sound =
        rendered(*make_inner_body_parameters({.heartbeat_dbfs = -10.0}), Stereo(48'000 * 3));
    const double click = sound::peak_above_dbfs(sound.left, 4'000.0, 480, 144'000);
    std::cout << "  above 4 kHz: " << click << " dBFS\n";
    EXPECT_LE(click, -80.0);
}

TEST(InnerBody, J1_GivesTheSameSamplesInAnyBlocks) {
    const auto run = [](const std::vector<int>& blocks) {
        InnerBody body(5);
        body.set(everything());
        Stereo sound = sound::programme(0.5, 24'000, 1);
        auto changes = heart_races(body, everything(), 128);
        changes.push_back({16'000, [&body] { body.set({}); }});
        changes.push_back({20'000, [&body] { body.set(everything()); }});
        render_at([&](audio::BlockView block, std::int64_t at) { body.process(block, block, at); },
                  sound, 9'011, changes, blocks);
        return sound;
    };
    const Stereo whole = run({960});
    for (const auto& blocks : partitions()) {
        EXPECT_TRUE(sound::identical(run(blocks), whole));
    }
}

TEST(InnerBody, J2_IsRealTimeSafe) {
    InnerBody body(5);
    const InnerBodyParameters all = everything();
    audio::Block block(2, 960);
    test::rt_guard::expect_realtime_safe([&] {
        const std::array<const InnerBodyParameters*, 1> states = {&all};
        const std::array<double, 1> weights = {1.0};
        InnerBodyParameters now;
        blend(states, weights, now);
        body.set(now);
        body.process(block.view(), block.view(), 3);
        body.reset();
    });
    EXPECT_NE(block.channel(0)[500], 0.0F);
}

TEST(InnerBody, SurvivesHostileSound) {
    Stereo in = sound::noise(1e4, 96'000, 1);
    in.left[100] = std::numeric_limits<float>::quiet_NaN();
    in.right[200] = std::numeric_limits<float>::infinity();
    std::fill(in.left.begin() + 4'800, in.left.end(), 0.0F);
    std::fill(in.right.begin() + 4'800, in.right.end(), 0.0F);
    const Stereo out =
        rendered(*make_inner_body_parameters({.programme_db = -15.0, .occlusion_db = 15.0}), in);
    const Stereo rest = tail(out, 1'000);
    EXPECT_TRUE(overlay_test::sane(rest.left));
    EXPECT_TRUE(overlay_test::sane(rest.right));
    EXPECT_EQ(rest.left.back(), 0.0F);
}

TEST(InnerBody, RefusesSettingsOutOfRange) {
    EXPECT_FALSE(make_inner_body_parameters({.heartbeat_dbfs = 0.0}));
    EXPECT_FALSE(make_inner_body_parameters({.beats_per_minute = 0.0}));
    EXPECT_FALSE(make_inner_body_parameters({.programme_db = -5.0, .occlusion_db = 20.0}));
    EXPECT_FALSE(make_inner_body_parameters({.occlusion_db = std::nan("")}));
    EXPECT_FALSE(make_inner_body_parameters({}, 2.0));
}

}  // namespace
}  // namespace earshot::dsp
