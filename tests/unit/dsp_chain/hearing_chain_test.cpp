#include "common/dsp/chain/hearing_chain.hpp"

#include "common/base/level.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <optional>

namespace earshot::dsp {
namespace {

using sound::Cue;
using sound::Stereo;

constexpr Frames ms(int milliseconds) {
    return Frames{48 * milliseconds};
}

TEST(HearingChain, A1FullIsTheInput960FramesLaterBitForBit) {
    const StatePtr full = test::state("full");
    const Stereo in = sound::programme(0.65, 24'000, 1);
    ASSERT_LT(sound::true_peak_dbtp(in), -3.0);
    EXPECT_TRUE(sound::identical(sound::render_in(full, in), sound::delayed(in, 960)));
}

TEST(HearingChain, A1EveryStateAtIntensityZeroIsFullBitForBit) {
    const Stereo in = sound::noise(0.4, 4'800, 2);
    for (const auto& card : test::state_cards()) {
        const StatePtr state = test::state(card.id, 0.0);
        EXPECT_TRUE(sound::identical(sound::render_in(state, in), sound::delayed(in, 960)))
            << card.id;
    }
}

/// Where the envelope of a click's answer is largest; smoothed over 1 ms, forwards and backwards.
int envelope_peak(const std::vector<float>& sound) {
    std::vector<double> envelope(sound.size());
    std::transform(sound.begin(), sound.end(), envelope.begin(),
                   [](float x) { return std::abs(static_cast<double>(x)); });
    const auto smooth = [](auto begin, auto end) {
        double state = 0.0;
        for (; begin != end; ++begin) {
            *begin = state += 0.02 * (*begin - state);
        }
    };
    smooth(envelope.begin(), envelope.end());
    smooth(envelope.rbegin(), envelope.rend());
    return static_cast<int>(std::max_element(envelope.begin(), envelope.end()) - envelope.begin());
}

TEST(HearingChain, A2AClickComesOut960FramesLater) {
    Stereo in(9'600);
    in.left[3'000] = in.right[3'000] = 0.7F;
    const Stereo full = sound::render_in(test::state("full"), in);
    EXPECT_TRUE(sound::identical(full, sound::delayed(in, 960)));
    for (const char* id : {"snhl_mild", "snhl_moderate", "conductive", "asymmetric", "hyperacusis",
                           "muffled_inner"}) {
        const Stereo out = sound::render_in(test::bare_state(id), in);
        EXPECT_NEAR(envelope_peak(out.left), 3'960, 24) << id;
    }
}

TEST(HearingChain, F3ImplantsOffIsExactZerosAfterTheFade) {
    const StatePtr off = test::state("implants_off");
    const Stereo in = sound::noise(0.5, 24'000, 3);
    HearingChain chain;
    const Stereo out = sound::render(chain, in, {{5'000, {.target = off.get(), .fade = ms(120)}}});
    const auto silent = [](float x) { return x == 0.0F && !std::signbit(x); };
    EXPECT_TRUE(std::all_of(out.left.begin() + 5'000 + 5'760, out.left.end(), silent));
    EXPECT_TRUE(std::all_of(out.right.begin() + 5'000 + 5'760, out.right.end(), silent));
    EXPECT_FALSE(chain.moving());
}

TEST(HearingChain, H1EarsStayApartInStatesOfFullWidth) {
    Stereo in = sound::noise(0.9, 12'000, 4);
    std::fill(in.right.begin(), in.right.end(), 0.0F);
    for (const char* id : {"full", "snhl_mild", "snhl_moderate", "snhl_severe", "sudden_loss",
                           "asymmetric", "conductive", "hyperacusis"}) {
        const Stereo out = sound::render_in(test::bare_state(id), in);
        const auto magnitude = [](float a, float b) { return std::abs(a) < std::abs(b); };
        // -100 dBFS
        EXPECT_LE(std::abs(*std::max_element(out.right.begin(), out.right.end(), magnitude)), 1e-5F)
            << id;
        EXPECT_GT(std::abs(*std::max_element(out.left.begin(), out.left.end(), magnitude)), 1e-4F)
            << id;
    }
}

TEST(HearingChain, H2SwappingTheEarsSwapsTheOutput) {
    const Stereo in = sound::programme(0.6, 12'000, 5);
    Stereo swapped = in;
    std::swap(swapped.left, swapped.right);
    for (const auto& card : test::state_cards()) {
        const StatePtr state = test::bare_state(card.id);
        if (!(state->mix[0] == state->mix[1]) ||
            !(state->acoustic.bank.ears[0] == state->acoustic.bank.ears[1])) {
            continue;  // its ears differ
        }
        Stereo out = sound::render_in(state, in);
        std::swap(out.left, out.right);
        EXPECT_TRUE(sound::identical(sound::render_in(state, swapped), out)) << card.id;
    }
}

TEST(HearingChain, I1KeepsTheTruePeakUnderMinusThreeThroughStatesAndMorphs) {
    const StatePtr full = test::state("full");
    const StatePtr felt = test::state("felt");
    const Stereo hot = sound::programme(db_to_gain(12.0), 48'000, 6);
    Stereo in = hot;
    in.left.resize(50'000);
    in.right.resize(50'000);
    HearingChain chain;
    chain.start({.state = felt.get()});
    const Stereo out =
        sound::render(chain, in,
                      {{9'000, {.target = full.get(), .fade = ms(20), .curve = FadeCurve::linear}},
                       {20'000, {.target = felt.get(), .fade = ms(20)}},
                       {24'100, {.target = full.get(), .fade = ms(50)}}});
    const double peak = sound::true_peak_dbtp(out);
    std::cout << "  hot programme, morphs: " << peak << " dBTP\n";
    EXPECT_LE(peak, -2.9);
    EXPECT_GE(peak, -3.3);
}

/// States, cues and a sound that make everything in the chain work, the limiter too.
struct Workout {
    std::vector<StatePtr> states{test::state("full"), test::state("muffled_inner"),
                                 test::state("felt", 0.7), test::state("implants_off"),
                                 test::state("sudden_loss")};
    Stereo in = sound::programme(1.5, 14'400, 7);
    std::vector<Cue> cues;

    Workout() {
        const auto cue = [this](int frame, std::size_t state, int fade) {
            cues.push_back({frame, {.target = states[state].get(), .fade = ms(fade)}});
        };
        cue(1'001, 1, 50);
        cue(2'500, 2, 30);  // interrupts
        cue(2'501, 4, 30);  // and at once again
        cue(5'000, 0, 20);
        cue(6'719, 3, 20);
        cue(6'720, 0, 200);
        cue(8'000, 2, 45);
        cue(8'000, 0, 60);
        cue(11'777, 1, 20);
    }
};

TEST(HearingChain, J1GivesTheSameSamplesInAnyBlocks) {
    const Workout workout;
    HearingChain chain;
    const Stereo whole = sound::render(chain, workout.in, workout.cues, {960});
    EXPECT_GT(sound::largest(whole), 0.6);
    for (const auto& blocks :
         std::vector<std::vector<int>>{{1}, {3, 127, 1, 500}, {128, 129}, {4'096}, {480, 961}}) {
        HearingChain other;
        EXPECT_TRUE(sound::identical(sound::render(other, workout.in, workout.cues, blocks), whole))
            << "blocks of " << blocks.front();
    }
}

TEST(HearingChain, IsTheSameAfterANewStart) {
    const Workout workout;
    HearingChain chain;
    const Stereo first = sound::render(chain, workout.in, workout.cues);
    chain.start({.state = workout.states[0].get()});
    EXPECT_TRUE(sound::identical(sound::render(chain, workout.in, workout.cues), first));
}

TEST(HearingChain, J2IsRealTimeSafe) {
    const Workout workout;
    HearingChain chain;
    audio::Block block(2, 960);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 1.5F);
    test::rt_guard::expect_realtime_safe([&] {
        for (const StatePtr& from : workout.states) {
            for (const StatePtr& to : workout.states) {
                chain.start(test::fading(from, {.target = to.get(), .fade = ms(20)}, ms(5)));
                chain.process(block.view(), block.view());
                chain.change({.target = from.get(), .fade = ms(20)}, 13);
                chain.change({.target = to.get(), .fade = ms(20)}, 400);
                chain.process(block.view(), block.view());
            }
        }
    });
    EXPECT_EQ(&chain.target(), workout.states.back().get());
}

TEST(HearingChain, TakesSamplesThatAreNoNumbersForSilence) {
    const Stereo clean = sound::noise(0.3, 12'000, 8);
    Stereo zeroed = clean;
    Stereo dirty = clean;
    const float bad[] = {
        std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::denorm_min(), 1e-41F};
    for (std::size_t i = 0; i < 2'000; ++i) {
        const std::size_t at = (i * 37) % dirty.left.size();
        dirty.left[at] = bad[i % 5];
        zeroed.left[at] = 0.0F;
    }
    for (const auto& card : test::state_cards()) {
        const StatePtr state = test::state(card.id);
        EXPECT_TRUE(
            sound::identical(sound::render_in(state, dirty), sound::render_in(state, zeroed)))
            << card.id;
    }
}

TEST(HearingChain, SurvivesTheLargestNumbers) {
    Stereo in = sound::noise(0.3, 24'000, 9);
    std::fill(in.left.begin() + 1'000, in.left.begin() + 2'000, std::numeric_limits<float>::max());
    std::fill(in.right.begin() + 1'500, in.right.begin() + 2'000,
              std::numeric_limits<float>::lowest());
    const Workout workout;
    HearingChain chain;
    const Stereo out = sound::render(chain, in, workout.cues);
    EXPECT_LE(sound::largest(out), db_to_gain(-2.9));  // also false for NaN
    EXPECT_TRUE(std::all_of(out.left.begin(), out.left.end(), [](float x) {
        return std::isfinite(x) && (x == 0.0F || std::abs(x) >= 1e-37F);
    }));
}

TEST(HearingChain, FallsToExactSilenceAfterTheSound) {
    Stereo in = sound::programme(0.6, 108'000, 10);
    std::fill(in.left.begin() + 4'800, in.left.end(), 0.0F);
    std::fill(in.right.begin() + 4'800, in.right.end(), 0.0F);
    for (const char* id : {"muffled_inner", "snhl_mild", "sudden_loss", "ci_day1", "ci_adapted"}) {
        const Stereo out = sound::render_in(test::bare_state(id), in);
        EXPECT_EQ(out.left.back(), 0.0F) << id;
        EXPECT_EQ(out.right.back(), 0.0F) << id;
        EXPECT_TRUE(std::all_of(
            out.left.begin(), out.left.end(),
            [](float x) { return x == 0.0F || std::abs(x) >= std::numeric_limits<float>::min(); }))
            << id << ": no denormals";
    }
}

TEST(HearingChain, StartsInsideAFadeAsIfItHadPlayed) {
    const StatePtr full = test::state("full");
    const StatePtr off = test::state("implants_off");
    const Stereo in = sound::noise(0.2, 60'000, 11);  // clear of the limiter
    HearingChain played;
    const Stereo whole =
        sound::render(played, in, {{5'000, {.target = off.get(), .fade = ms(1'000)}}});
    Stereo rest(40'000);
    std::copy(in.left.begin() + 20'000, in.left.end(), rest.left.begin());
    std::copy(in.right.begin() + 20'000, in.right.end(), rest.right.begin());
    HearingChain sought;
    sought.start(test::fading(full, {.target = off.get(), .fade = ms(1'000)}, Frames{15'000}));
    EXPECT_TRUE(sought.moving());
    const Stereo out = sound::render(sought, rest);
    EXPECT_FALSE(sought.moving());
    for (std::size_t i = 960; i < out.left.size(); ++i) {
        ASSERT_EQ(out.left[i], whole.left[i + 20'000]) << i;
    }
    for (std::size_t i = 0; i < 960; ++i) {
        ASSERT_EQ(out.left[i], 0.0F) << "the chain has heard nothing yet";
    }
}

TEST(HearingChain, StandsInTheTargetIfTheFadeIsOver) {
    const StatePtr full = test::state("full");
    const StatePtr off = test::state("implants_off");
    HearingChain chain;
    EXPECT_EQ(chain.target().card.id, "full");
    chain.start(test::fading(full, {.target = off.get(), .fade = ms(100)}, ms(100)));
    EXPECT_FALSE(chain.moving());
    EXPECT_EQ(&chain.target(), off.get());
    chain.start(test::fading(full, {.target = off.get(), .fade = ms(100)}, ms(99)));
    EXPECT_TRUE(chain.moving());
}

/// Frames that a fade to `to` takes, after `silence` frames in implants_off.
std::optional<int> fade_out_of_silence(const Transition& to, int silence) {
    const StatePtr off = test::state("implants_off");
    const StatePtr full = test::state("full");
    const Stereo in = sound::tone(440.0, 0.5, 960 + silence);
    HearingChain chain;
    // The fade into silence ends where the last 960 frames of it are below -60 dBFS already.
    static_cast<void>(
        sound::render(chain, in, {{0, {.target = off.get(), .fade = ms(20)}}}, {480}));
    chain.change(to, 0);
    const Stereo more = sound::tone(440.0, 0.5, 24);
    for (int frames = 24; frames < 96'000; frames += 24) {
        static_cast<void>(sound::render(chain, more));
        if (!chain.moving()) {
            return frames;
        }
    }
    return std::nullopt;
}

TEST(HearingChain, LeavesLongSilenceSlowly) {
    const StatePtr full = test::state("full");
    const Transition fast{.target = full.get(), .fade = ms(20)};
    Transition sudden = fast;
    sudden.sudden = true;
    EXPECT_EQ(fade_out_of_silence(fast, 38'400), 960) << "0.8 s";
    EXPECT_EQ(fade_out_of_silence(fast, 48'960), 14'400);
    EXPECT_EQ(fade_out_of_silence(sudden, 48'960), 1'440);
    Transition slow = fast;
    slow.fade = ms(500);
    EXPECT_EQ(fade_out_of_silence(slow, 48'960), 24'000) << "longer ones stay as they are";
}

TEST(HearingChain, AQuietPassageInFullSlowsNothing) {
    const StatePtr muffled = test::state("muffled_inner");
    HearingChain chain;
    static_cast<void>(sound::render(chain, Stereo(96'000)));
    static_cast<void>(
        sound::render(chain, Stereo(960), {{0, {.target = muffled.get(), .fade = ms(20)}}}));
    EXPECT_FALSE(chain.moving());
}

TEST(HearingChain, CutsFadesToTheShortestAndTheLongest) {
    const StatePtr muffled = test::state("muffled_inner");
    HearingChain chain;
    chain.change({.target = muffled.get(), .fade = ms(1)}, 0);
    static_cast<void>(sound::render(chain, Stereo(959)));
    EXPECT_TRUE(chain.moving());
    static_cast<void>(sound::render(chain, Stereo(1)));
    EXPECT_FALSE(chain.moving());
}

TEST(HearingChain, AChangeToTheStateItStandsInChangesNothing) {
    const StatePtr full = test::state("full");
    HearingChain chain;
    chain.start({.state = full.get()});
    chain.change({.target = full.get(), .fade = ms(200)}, 0);
    static_cast<void>(sound::render(chain, Stereo(1)));
    EXPECT_FALSE(chain.moving());
}

TEST(HearingChain, KeepsTheLastOfMoreChangesThanCanWait) {
    std::vector<StatePtr> states;
    HearingChain chain;
    for (int i = 0; i < 12; ++i) {
        states.push_back(test::state("muffled_inner", 0.05 * (i + 1)));
        chain.change({.target = states.back().get(), .fade = ms(20)}, 10 * i);
    }
    const Stereo in = sound::tone(1'000.0, 0.7, 14'400);
    const Stereo out = sound::render(chain, in);
    EXPECT_FALSE(chain.moving());
    EXPECT_EQ(&chain.target(), states.back().get());
    EXPECT_LE(sound::peak_above_dbfs(out.left, 4'000.0, 2'400, 14'400), -65.0);
}

TEST(HearingChain, AChangeToASeventhStateWaitsForAFadeToEnd) {
    std::vector<StatePtr> states;
    std::vector<Cue> cues;
    for (int i = 0; i < 7; ++i) {
        states.push_back(test::state("muffled_inner", 0.1 * (i + 1)));
        cues.push_back({7'200 + 100 * i, {.target = states.back().get(), .fade = ms(100)}});
    }
    const Stereo in = sound::tone(1'000.0, 0.7, 24'000);
    HearingChain chain;
    const Stereo out = sound::render(chain, in, cues);
    EXPECT_FALSE(chain.moving());
    EXPECT_EQ(&chain.target(), states.back().get());
    EXPECT_LE(sound::peak_above_dbfs(out.left, 4'000.0, 4'800, 24'000), -80.0);
    EXPECT_NEAR(sound::tone_db(out.left, 1'000.0, 20'000),
                sound::tone_db(sound::render_in(states.back(), in).left, 1'000.0, 20'000), 0.01);
}

}  // namespace
}  // namespace earshot::dsp
