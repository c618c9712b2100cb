#include "common/show/cue_schedule.hpp"

#include "tests/support/hearing_states.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace earshot::show {
namespace {

using namespace std::chrono_literals;

ProgrammeTime at(std::chrono::milliseconds time) {
    return ProgrammeTime{std::chrono::duration_cast<Frames>(time)};
}

struct States {
    dsp::StatePtr full = earshot::test::state("full");
    dsp::StatePtr loss = earshot::test::state("sudden_loss");
    dsp::StatePtr felt = earshot::test::state("felt");
};

/// loss at 10 s over 1 s, felt at 10.5 s over 1 s, full at 20 s over 20 ms.
CueSchedule schedule(const States& states) {
    return CueSchedule(states.full,
                       {{.at = at(20s), .state = states.full, .fade = 20ms, .cue = 2},
                        {.at = at(10s),
                         .state = states.loss,
                         .fade = 1s,
                         .curve = dsp::FadeCurve::linear,
                         .cue = 0},
                        {.at = at(10'500ms), .state = states.felt, .fade = 1s, .cue = 1}});
}

TEST(CueSchedule, StandsInTheInitialStateBeforeTheFirstCue) {
    const States states;
    const auto state = schedule(states).state_at(at(10s) - Frames{1});
    EXPECT_EQ(state.standing.state, states.full.get());
    EXPECT_EQ(state.standing.fade_count, 0U);
    EXPECT_EQ(state.cue, std::nullopt);
}

TEST(CueSchedule, StandsInsideAFade) {
    const States states;
    const auto state = schedule(states).state_at(at(10'250ms));
    EXPECT_EQ(state.standing.state, states.full.get());
    ASSERT_EQ(state.standing.fade_count, 1U);
    const dsp::BegunTransition& fade = state.standing.fades[0];
    EXPECT_EQ(fade.to.target, states.loss.get());
    EXPECT_EQ(fade.elapsed, Frames{250ms});
    EXPECT_EQ(fade.to.fade, Frames{1s});
    EXPECT_EQ(fade.to.curve, dsp::FadeCurve::linear);
    EXPECT_EQ(state.fade, Frames{1s});
    EXPECT_EQ(state.cue, 0U);
}

TEST(CueSchedule, BeginsAFadeAtTheCuesVeryFrame) {
    const States states;
    const auto state = schedule(states).state_at(at(10s));
    EXPECT_EQ(state.standing.state, states.full.get());
    ASSERT_EQ(state.standing.fade_count, 1U);
    EXPECT_EQ(state.standing.target(), states.loss.get());
    EXPECT_EQ(state.standing.fades[0].elapsed, Frames{0});
}

TEST(CueSchedule, KeepsTheFadeThatWasInterruptedUnderTheNewOne) {
    const States states;
    const auto state = schedule(states).state_at(at(10'600ms));
    EXPECT_EQ(state.standing.state, states.full.get());
    ASSERT_EQ(state.standing.fade_count, 2U);
    EXPECT_EQ(state.standing.fades[0].to.target, states.loss.get());
    EXPECT_EQ(state.standing.fades[0].elapsed, Frames{600ms});
    EXPECT_EQ(state.standing.fades[1].to.target, states.felt.get());
    EXPECT_EQ(state.standing.fades[1].elapsed, Frames{100ms});
    // Once the first is over, it hides what it came from.
    const auto later = schedule(states).state_at(at(11'200ms));
    EXPECT_EQ(later.standing.state, states.loss.get());
    ASSERT_EQ(later.standing.fade_count, 1U);
    EXPECT_EQ(later.standing.target(), states.felt.get());
}

TEST(CueSchedule, LetsTheOldestOfTooManyFadesCountAsDone) {
    const States states;
    std::vector<TimedCue> cues;
    for (int i = 0; i < 8; ++i) {
        cues.push_back({.at = at(1s) + Frames{4'800 * i},
                        .state = i % 2 == 0 ? states.loss : states.felt,
                        .fade = 10s});
    }
    const auto state = CueSchedule(states.full, cues).state_at(at(2s));
    ASSERT_EQ(state.standing.fade_count, dsp::Standing::kMostFades);
    EXPECT_EQ(state.standing.state, states.loss.get());
    EXPECT_EQ(state.standing.fades[0].elapsed, Frames{33'600});  // of cue 3
    EXPECT_EQ(state.standing.target(), states.felt.get());
}

TEST(CueSchedule, HasNoFadeOnceItIsOver) {
    const States states;
    EXPECT_EQ(schedule(states).state_at(at(11'500ms) - Frames{1}).standing.fade_count, 1U);
    const auto over = schedule(states).state_at(at(11'500ms));
    EXPECT_EQ(over.standing.state, states.felt.get());
    EXPECT_EQ(over.standing.fade_count, 0U);
    EXPECT_EQ(over.cue, 1U);
    EXPECT_EQ(over.fade, Frames{1s});
}

TEST(CueSchedule, GivesTheCuesOfAHalfOpenRange) {
    const States states;
    const CueSchedule cues = schedule(states);
    EXPECT_EQ(cues.in_range(at(0s), at(10s)).size(), 0U);
    ASSERT_EQ(cues.in_range(at(0s), at(10s) + Frames{1}).size(), 1U);
    const auto two = cues.in_range(at(10s), at(20s));
    ASSERT_EQ(two.size(), 2U);
    EXPECT_EQ(two[0].cue, 0U);
    EXPECT_EQ(two[1].cue, 1U);
    EXPECT_EQ(cues.in_range(at(20s), at(20s)).size(), 0U);
    EXPECT_EQ(cues.in_range(at(30s), at(10s)).size(), 0U) << "backwards";
    EXPECT_EQ(cues.in_range(at(-5s), at(100s)).size(), 3U);
}

TEST(CueSchedule, GivesEachCueOnceOverAdjacentBlocks) {
    const States states;
    const CueSchedule cues = schedule(states);
    std::size_t given = 0;
    for (auto time = at(0s); time < at(25s); time += kPacketFrames) {
        given += cues.in_range(time, time + kPacketFrames).size();
    }
    EXPECT_EQ(given, 3U);
}

TEST(CueSchedule, LastOfSeveralCuesOnOneFrameWins) {
    const States states;
    const CueSchedule cues(states.full,
                           {{.at = at(1s), .state = states.loss, .fade = 1s, .cue = 0},
                            {.at = at(1s), .state = states.felt, .fade = 1s, .cue = 1}});
    const auto state = cues.state_at(at(1100ms));
    EXPECT_EQ(state.standing.target(), states.felt.get());
    ASSERT_EQ(state.standing.fade_count, 1U) << "the other was never heard";
    EXPECT_EQ(state.standing.state, states.full.get());
}

TEST(CueSchedule, RefusesCuesWithoutAState) {
    const States states;
    EXPECT_THROW(CueSchedule(nullptr, {}), std::invalid_argument);
    EXPECT_THROW(CueSchedule(states.full, {TimedCue{}}), std::invalid_argument);
}

TEST(CueSchedule, IsBuiltFromAShowForOnePerspective) {
    const auto show = load_show(EARSHOT_DEMO_SHOW);
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    HearingStates states(*show->states);
    const auto subjective = build_schedule(*show, "subjective", states);
    ASSERT_TRUE(subjective.has_value()) << subjective.failure().text;
    ASSERT_EQ((*subjective)->cues().size(), 9U);
    EXPECT_EQ((*subjective)->cues()[1].state->card.id, "sudden_loss");
    EXPECT_EQ((*subjective)->cues()[1].at, at(22s));
    EXPECT_EQ((*subjective)->cues()[1].fade, Frames{250ms});
    EXPECT_EQ((*subjective)->cues()[5].state->card.id, "ci_day1");
    const auto objective = build_schedule(*show, "objective", states);
    ASSERT_TRUE(objective.has_value());
    EXPECT_TRUE((*objective)->cues().empty());
    EXPECT_EQ(build_schedule(*show, "nobody", states).failure().code, Errc::not_found);
}

TEST(CueSchedule, LeavesCuesByHandOut) {
    auto show = load_show(EARSHOT_DEMO_SHOW);
    ASSERT_TRUE(show.has_value());
    HearingStates states(*show->states);
    show->cues[3].at.reset();
    EXPECT_EQ((*build_schedule(*show, "subjective", states))->cues().size(), 8U);
}

TEST(CueSchedule, RefusesAStateThatCannotBePrepared) {
    auto show = load_show(EARSHOT_DEMO_SHOW);
    ASSERT_TRUE(show.has_value());
    HearingStates states(*show->states);
    show->cues[3].state = "nonsense";
    EXPECT_EQ(build_schedule(*show, "subjective", states).failure().code, Errc::bad_value);
    show->perspectives[1].state = "nonsense";
    EXPECT_EQ(build_schedule(*show, "subjective", states).failure().code, Errc::bad_value);
}

}  // namespace
}  // namespace earshot::show
