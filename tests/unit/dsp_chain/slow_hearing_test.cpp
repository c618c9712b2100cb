#include "common/dsp/chain/slow_hearing.hpp"

#include "common/dsp/chain/hearing_chain.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_chain/slow_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace earshot::dsp {
namespace {

using sound::frame_of;
using sound::Levels;
using sound::Stereo;

constexpr double kQuiet = -120.0;
constexpr double kTinnitusDbfs = -80.0;  // 20 dB SL at calibration 100: the preset `tinnitus`

/// Level of the ringing at a time, while the chain's input is silent.
double ringing_db(const StatePtr& state, double seconds) {
    const Stereo out = sound::heard_at({.state = state.get()}, frame_of(seconds), Stereo(4'800));
    return sound::rms_dbfs(out.left, 0, 4'800);
}

/// Two octaves around 6 kHz this much over the tinnitus.
Levels maskers(double seconds, const std::function<double(double)>& over_db) {
    return sound::levels_of(seconds, [&](double t, std::size_t) {
        return kTinnitusDbfs + over_db(t) - 10.0 * std::log10(2.0);
    });
}

TEST(SlowHearing, E2AMaskersEndLeavesTheRingingWeaker) {
    const double plain = ringing_db(test::state("tinnitus"), 1.0);
    EXPECT_NEAR(plain, kTinnitusDbfs, 0.1);
    const std::vector<std::pair<double, double>> depths{{10.0, 0.0}, {30.0, 0.61}, {60.0, 1.0}};
    for (const auto& [masker, depth] : depths) {
        const double end = 5.0 + masker;
        const StatePtr state = sound::preset_in(
            maskers(end + 30.0,
                    [end](double t) { return t > 4.99 && t < end - 0.01 ? 30.0 : kQuiet; }),
            "tinnitus");
        EXPECT_NEAR(ringing_db(state, 4.0), plain, 0.1) << "before it";
        EXPECT_LT(ringing_db(state, end - 0.2), plain - 30.0) << "under it";
        // 5 s on masking itself is over; extrapolated to the masker's end.
        const double now = db_to_gain(ringing_db(state, end + 5.0) - plain);
        const double found = (1.0 - now) * std::exp(5.05 / 15.0);
        std::cout << "  " << masker << " s: depth " << found << "\n";
        EXPECT_NEAR(found, depth, 0.05);
    }
}

TEST(SlowHearing, E2TheRingingComesBackWithItsTimeConstant) {
    const StatePtr state = sound::preset_in(
        maskers(110.0, [](double t) { return t < 60.0 ? 30.0 : kQuiet; }), "tinnitus");
    const double plain = ringing_db(test::state("tinnitus"), 1.0);
    const auto left = [&](double seconds) {
        return std::log(1.0 - db_to_gain(ringing_db(state, 60.0 + seconds) - plain));
    };
    const double tau = 10.0 / (left(8.0) - left(18.0));
    std::cout << "  time constant " << tau << " s\n";
    EXPECT_NEAR(tau, 15.0, 0.75);
}

TEST(SlowHearing, E2WhereHoursPassInSecondsSoDoesInhibition) {
    HearingSettings settings;
    settings.tts = {.on = true, .exposure_db = 40.0, .kappa = 4.0};
    settings.left.tinnitus = {.kind = RingingKind::tone, .level_sl_db = 20.0};
    settings.right.tinnitus = settings.left.tinnitus;
    // 15 s stand for a minute; so loud for so long that the ringing is all there, and stays.
    const StatePtr state = sound::settings_in(
        sound::levels_of(3'100.0,
                         [](double t, std::size_t) { return t < 3'000.0 ? -20.0 : kQuiet; }),
        settings);
    const double plain = ringing_db(test::state("tinnitus"), 1.0);
    // 3 s on masking itself is over.
    const double after = db_to_gain(ringing_db(state, 3'003.0) - plain);
    EXPECT_NEAR(after, 1.0 - std::exp(-3.05 * 4.0 / 15.0), 0.03);
    EXPECT_GT(ringing_db(state, 3'015.0), plain - 0.5);
}

TEST(SlowHearing, E3TheRingingFallsMonotonouslyAsTheFilmRises) {
    const StatePtr state = sound::preset_in(
        maskers(9.0, [](double t) { return t < 2.0 ? kQuiet : -10.0 + 5.0 * (t - 2.0); }),
        "tinnitus");
    const Stereo out = sound::heard_at({.state = state.get()}, 0, Stereo(9 * 48'000));
    double last = sound::rms_dbfs(out.left, 0, 480);
    double most = 0.0;
    for (int frame = 480; frame < out.frames(); frame += 480) {
        const double now = sound::rms_dbfs(out.left, frame, frame + 480);
        // Windows that do not hold whole periods differ by up to 0.023 dB.
        EXPECT_LE(now, last + 0.025);
        most = std::max(most, last - now);
        last = now;
    }
    std::cout << "  largest step " << most << " dB in 10 ms; in the end " << last << " dBFS\n";
    EXPECT_LE(most, 1.0);
    EXPECT_LT(last, kTinnitusDbfs - 35.0);
}

TEST(SlowHearing, WhatAStateDoesNotHearDoesNotMask) {
    HearingSettings settings;
    settings.left.path = EarPath::acoustic;
    settings.left.conductive = Audiogram::flat(40.0);
    settings.left.tinnitus = {.kind = RingingKind::tone, .level_sl_db = 20.0};
    settings.right = settings.left;
    settings.right.conductive = Audiogram::flat(10.0);
    const StatePtr state = sound::settings_in(maskers(10.0, [](double) { return 30.0; }), settings);
    const Stereo out = sound::heard_at({.state = state.get()}, frame_of(9.0), Stereo(4'800));
    EXPECT_NEAR(sound::rms_dbfs(out.left, 0, 4'800), kTinnitusDbfs, 0.1);
    EXPECT_LT(sound::rms_dbfs(out.right, 0, 4'800), kTinnitusDbfs - 30.0);
}

/// Octaves at 2.8 kHz so loud for a minute that the shift goes towards 25 dB at 4 kHz; then quiet.
Levels a_loud_minute() {
    return sound::levels_of(400.0, [](double t, std::size_t band) {
        return t < 60.0 && band == 10 ? 78.0 + 25.0 / 1.7 - 100.0 : kQuiet;
    });
}

/// Gain of a 4 kHz tone of 70 dB SPL at a time.
double gain_at_4k(const StatePtr& state, double seconds) {
    const Stereo in = sound::tone(4'000.0, std::numbers::sqrt2 * db_to_gain(-30.0), 24'000);
    const Stereo out = sound::heard_at({.state = state.get()}, frame_of(seconds), in);
    return sound::tone_db(out.left, 4'000.0, 12'000) - sound::tone_db(in.left, 4'000.0, 12'000);
}

TEST(SlowHearing, TtsDullsAndComesBackAsTheLawSays) {
    const StatePtr state = sound::preset_in(a_loud_minute(), "tts");
    const auto law = [](double hl) { return -(105.0 / (105.0 - hl) - 1.0) * (105.0 - 70.0); };
    // 12 s of film are 2 h of growth, 48 s are 8 h of recovery.
    const auto risen = [](double t) { return 25.0 * (1.0 - std::exp(-t / 12.0)); };
    const auto fallen = [&](double t) { return risen(60.0) * std::exp(-t / 48.0); };
    for (const double t : {6.0, 12.0, 30.0, 59.0}) {
        std::cout << "  " << t << " s: " << gain_at_4k(state, t) << " dB, law " << law(risen(t))
                  << "\n";
        EXPECT_NEAR(gain_at_4k(state, t), law(risen(t)), 1.5);
    }
    for (const double t : {24.0, 48.0, 144.0}) {
        EXPECT_NEAR(gain_at_4k(state, 60.0 + t), law(fallen(t)), 1.5);
    }
    EXPECT_NEAR(gain_at_4k(state, 60.0 + 5.0 * 48.0), 0.0, 0.5) << "it has come back";
}

TEST(SlowHearing, TtsBringsItsRingingAndItsSmearing) {
    const StatePtr state = sound::preset_in(a_loud_minute(), "tts");
    const double full = ringing_db(test::state("tts"), 1.0);
    EXPECT_LT(ringing_db(state, -0.2), -150.0);
    // 12 s of film bring it, 48 s take it away; right after it the loud sound still masks it.
    for (const double after : {5.0, 48.0, 120.0}) {
        const double share = (1.0 - std::exp(-60.0 / 12.0)) * std::exp(-(after + 0.05) / 48.0);
        EXPECT_NEAR(ringing_db(state, 60.0 + after), full + gain_to_db(share), 0.3) << after;
    }
    const auto smeared = [&](double seconds) {
        AcousticPathParameters now = state->acoustic;
        state->slow->shift(frame_of(seconds), 1.0, now);
        return now.smearing.ears[0][0].amount / state->acoustic.smearing.ears[0][0].amount;
    };
    EXPECT_EQ(smeared(0.0), 0.0);
    EXPECT_NEAR(smeared(12.0), 1.0 - std::exp(-1.0), 0.001);
}

TEST(SlowHearing, IntensityScalesTheShift) {
    const StatePtr state = sound::preset_in(a_loud_minute(), "tts");
    AcousticPathParameters half = state->acoustic;
    AcousticPathParameters whole = state->acoustic;
    state->slow->shift(frame_of(59.0), 0.5, half);
    state->slow->shift(frame_of(59.0), 1.0, whole);
    for (std::size_t band = 0; band < kBands; ++band) {
        EXPECT_NEAR(2.0F * half.bank.ears[0].sensory_db[band], whole.bank.ears[0].sensory_db[band],
                    1e-4F);
    }
}

TEST(SlowHearing, LossesStayWithinWhatAnEarCanLose) {
    HearingSettings settings;
    settings.left.path = settings.right.path = EarPath::acoustic;
    settings.left.sensory = Audiogram::flat(120.0);
    settings.tts = {.on = true, .exposure_db = 20.0};
    const StatePtr state = sound::settings_in(
        sound::levels_of(200.0, [](double, std::size_t) { return -10.0; }), settings);
    AcousticPathParameters now = state->acoustic;
    state->slow->shift(frame_of(199.0), 1.0, now);
    for (std::size_t band = 0; band < kBands; ++band) {
        EXPECT_EQ(now.bank.ears[0].sensory_db[band], 130.0F);
        EXPECT_LE(now.bank.ears[1].sensory_db[band], 40.0F);
    }
    EXPECT_GT(now.bank.ears[1].sensory_db[30], 39.0F);
}

TEST(SlowHearing, StatesOfOneKindShareTheirTables) {
    StateBuilder builder(std::make_shared<const GammatoneBank>(), 100.0, a_loud_minute());
    HearingSettings settings;
    settings.left.tinnitus.kind = RingingKind::tone;
    const auto one = builder.prepare(sound::card("one"), settings, 1.0);
    const auto softer = builder.prepare(sound::card("softer"), settings, 0.3);
    settings.left.tinnitus.inhibition = false;
    const auto other = builder.prepare(sound::card("other"), settings, 1.0);
    EXPECT_NE((*one)->slow, nullptr);
    EXPECT_EQ((*one)->slow, (*softer)->slow);
    EXPECT_NE((*one)->slow, (*other)->slow);
    EXPECT_EQ((*builder.prepare(sound::card("none"), settings, 0.0))->slow, nullptr);
    EXPECT_EQ((*builder.prepare(sound::card("plain"), {}, 1.0))->slow, nullptr);
}

TEST(SlowHearing, StaysAsItIsWhileTheProgrammeStandsStill) {
    const StatePtr state = sound::preset_in(a_loud_minute(), "tts");
    HearingChain chain;
    chain.start({.state = state.get(), .still = true}, frame_of(12.0));
    const Stereo out = sound::render(chain, Stereo(5 * 48'000));
    EXPECT_NEAR(sound::rms_dbfs(out.left, 48'000, 52'800),
                sound::rms_dbfs(out.left, 230'000, 234'800), 0.05);
    EXPECT_NEAR(sound::rms_dbfs(out.left, 230'000, 234'800), ringing_db(state, 12.0), 0.1);
}

}  // namespace
}  // namespace earshot::dsp
