#include "server/session/playback.hpp"

#include "tests/unit/session/fakes.hpp"

#include <gtest/gtest.h>

namespace earshot::session {
namespace {

using namespace std::chrono_literals;

constexpr Frames kLead{19'200};

class PlaybackTest : public ::testing::Test {
protected:
    PlaybackTest() { playback.begin(now); }

    void advance(std::chrono::milliseconds time) {
        for (const MediaInstant end = now + time; now < end; now += 10ms) playback.tick(now);
    }
    /// What a real engine says at once when an epoch's sound is replaced.
    void free_lane(int lane) {
        engine.events.push_back({.kind = show::EngineEvent::Kind::lane_free, .lane = lane});
    }
    [[nodiscard]] std::string subjective() const {
        return playback.state_now(StreamId{1}, now)->card.id;
    }
    [[nodiscard]] static ProgrammeTime at(std::chrono::milliseconds time) {
        return ProgrammeTime{std::chrono::duration_cast<Frames>(time)};
    }

    show::Show show = test::two_perspectives();
    show::HearingStates states{*show.states};
    std::vector<std::shared_ptr<const show::CueSchedule>> schedules{
        *show::build_schedule(show, "objective", states),
        *show::build_schedule(show, "subjective", states)};
    test::TenMinutes feed;
    test::FakeEngine engine;
    test::NoEvents events;
    MediaInstant now{5s};
    Playback playback{show, schedules, states, feed, engine, events, kLead, now};
};

TEST_F(PlaybackTest, BeginsWithSilenceAndTellsEveryStreamsState) {
    advance(50ms);
    ASSERT_EQ(engine.relocations().size(), 1U);
    EXPECT_FALSE(engine.relocations()[0].playing);
    EXPECT_EQ(events.states.size(), 2U);
    EXPECT_EQ(playback.phase(now), timeline::Phase::ready);
}

TEST_F(PlaybackTest, GoStartsTheProgrammeAtItsBeginningOnAnotherLane) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(300ms);
    ASSERT_EQ(engine.relocations().size(), 2U);
    const auto go = engine.relocations()[1];
    EXPECT_TRUE(go.playing);
    EXPECT_EQ(go.programme, ProgrammeTime{});
    EXPECT_NE(go.lane, engine.relocations()[0].lane);
    ASSERT_EQ(feed.prepared.size(), 1U);
    EXPECT_EQ(feed.prepared[0].second, show::feed_start(ProgrammeTime{}));
    EXPECT_EQ(playback.phase(now), timeline::Phase::playing);
    EXPECT_EQ(events.phases, 1);
}

TEST_F(PlaybackTest, DecidesLoopsEarlierWithMoreLead) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    ASSERT_TRUE(playback.loop(now, at(0s), at(6s)));
    ASSERT_TRUE(playback.set_lead(std::chrono::duration_cast<Frames>(1'500ms)));
    EXPECT_EQ(engine.commands.back().kind, show::EngineCommand::Kind::lead);
    EXPECT_EQ(engine.commands.back().lead, Frames{72'000});
    engine.lead_now = Frames{72'000};
    const MediaTime turn = engine.relocations()[1].media + 6s;
    while (engine.relocations().size() < 3 && now < MediaInstant{30s}) advance(10ms);
    const auto early = engine.relocations().back();
    ASSERT_EQ(early.media, turn);
    EXPECT_GE(turn - to_frame(now), kEpochPreroll + Frames{72'000});
    // Shorter again: what the engine still works ahead counts.
    ASSERT_TRUE(playback.set_lead(kLead));
    while (engine.relocations().size() < 4 && now < MediaInstant{30s}) advance(10ms);
    EXPECT_GE(engine.relocations().back().media - to_frame(now), kEpochPreroll + Frames{72'000});
    engine.full = true;
    EXPECT_FALSE(playback.set_lead(kLead));
}

TEST_F(PlaybackTest, WaitsForTheMediumButNotForEver) {
    advance(100ms);
    feed.is_primed = false;
    ASSERT_TRUE(playback.go(now));
    playback.tick(now);
    const MediaTime asked = playback.map().last().media;
    advance(1'900ms);
    EXPECT_EQ(engine.relocations().size(), 1U);
    EXPECT_EQ(playback.phase(now), timeline::Phase::ready) << "nobody is told that it plays";
    advance(400ms);  // patience is over: it starts with what there is
    ASSERT_EQ(engine.relocations().size(), 2U);
    EXPECT_EQ(engine.relocations()[1].media, asked + 2'000ms);
    EXPECT_EQ(engine.relocations()[1].programme, ProgrammeTime{});
    EXPECT_EQ(events.postponed, 2'000ms);
}

TEST_F(PlaybackTest, AStartThatWaitedForTheMediumLosesNothing) {
    advance(100ms);
    feed.is_primed = false;
    ASSERT_TRUE(playback.go(now));
    const timeline::Segment asked = playback.map().last();
    advance(300ms);
    feed.is_primed = true;
    advance(500ms);
    ASSERT_EQ(engine.relocations().size(), 2U);
    const show::EngineCommand went = engine.relocations()[1];
    EXPECT_EQ(went.epoch, asked.epoch);
    EXPECT_EQ(went.programme, asked.programme);
    EXPECT_GT(went.media, asked.media);
    EXPECT_EQ(went.media, playback.map().last().media) << "all are told the same";
    EXPECT_EQ(feed.prepared.size(), 1U);
    EXPECT_EQ(playback.phase(now), timeline::Phase::playing);
}

TEST_F(PlaybackTest, ASeekThatWaitsTakesBackTheEndItWouldHaveHad) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    feed.is_primed = false;
    ASSERT_TRUE(playback.seek(now, at(10min - 1s)));
    advance(100ms);  // its end is within reach now: handed out behind it
    ASSERT_EQ(playback.map().last().rate, 0.0);
    advance(300ms);
    feed.is_primed = true;
    advance(3s);
    const auto relocations = engine.relocations();
    ASSERT_EQ(relocations.size(), 4U);
    EXPECT_EQ(relocations[2].programme, at(10min - 1s));
    EXPECT_EQ(relocations[3].media, relocations[2].media + 1s);
    EXPECT_EQ(playback.phase(now), timeline::Phase::ended);
}

TEST_F(PlaybackTest, AJumpOfALoopIsNeverPostponed) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    ASSERT_TRUE(playback.loop(now, at(0s), at(3s)));
    feed.is_primed = false;
    advance(3s);
    EXPECT_EQ(events.postponed, Frames{0});
    EXPECT_EQ(engine.relocations().back().media, engine.relocations()[1].media + 3s);
}

TEST_F(PlaybackTest, SeeksToTheStateThatPlayingWouldHaveGiven) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    ASSERT_TRUE(playback.seek(now, at(2min)));
    advance(400ms);
    EXPECT_EQ(subjective(), "sudden_loss");
    EXPECT_EQ(playback.state_now(StreamId{0}, now)->card.id, "full");
    ASSERT_TRUE(playback.seek(now, at(10s)));
    advance(400ms);
    EXPECT_EQ(subjective(), "full");
}

TEST_F(PlaybackTest, SeeksIntoTheMiddleOfAFade) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    ASSERT_TRUE(playback.seek(now, at(60s + 100ms)));
    const auto start = engine.relocations().back().starts[1];
    ASSERT_EQ(start.fade_count, 1U);
    EXPECT_EQ(start.fades[0].elapsed, Frames{4'800});
    EXPECT_EQ(start.state->card.id, "full");
}

TEST_F(PlaybackTest, KeepsAStateSetByHandThroughPauseAndPlay) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    ASSERT_TRUE(playback.change(now, StreamId{1}, "felt", 1.0, 400ms));
    EXPECT_EQ(engine.commands.back().kind, show::EngineCommand::Kind::change);
    advance(50ms);
    ASSERT_TRUE(playback.pause(now));
    advance(500ms);
    free_lane(0);
    ASSERT_TRUE(playback.play(now));
    advance(500ms);
    EXPECT_EQ(subjective(), "felt");
    ASSERT_TRUE(playback.seek(now, at(0s)));  // before it was set: it has not happened
    advance(500ms);
    EXPECT_EQ(subjective(), "full");
}

TEST_F(PlaybackTest, TakesTheNextCueByHandWhenItPlays) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(500ms);
    ASSERT_TRUE(playback.go(now));
    const auto& command = engine.commands.back();
    ASSERT_EQ(command.kind, show::EngineCommand::Kind::change);
    EXPECT_EQ(command.transition.target->card.id, "muffled_inner");
    engine.events.push_back({.kind = show::EngineEvent::Kind::changed,
                             .epoch = Epoch{2},
                             .stream = StreamId{1},
                             .media = to_frame(now) + kLead,
                             .state = command.transition.target,
                             .fade = command.transition.fade,
                             .tag = command.tag});
    advance(500ms);
    EXPECT_EQ(subjective(), "muffled_inner");
    EXPECT_EQ(events.states.back().cue_index, 1);
}

TEST_F(PlaybackTest, LoopsAtExactlyTheLoopsEnd) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(300ms);
    ASSERT_TRUE(playback.loop(now, at(1s), at(3s)));
    free_lane(0);
    advance(3s);
    const auto relocations = engine.relocations();
    ASSERT_EQ(relocations.size(), 3U);
    EXPECT_EQ(relocations[2].programme, at(1s));
    EXPECT_EQ(relocations[2].media - relocations[1].media, std::chrono::duration_cast<Frames>(3s));
}

TEST_F(PlaybackTest, EndsInSilenceAtTheProgrammesEnd) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    advance(300ms);
    ASSERT_TRUE(playback.seek(now, at(10min - 2s)));
    free_lane(0);
    free_lane(1);
    advance(3s);
    EXPECT_EQ(playback.phase(now), timeline::Phase::ended);
    EXPECT_FALSE(engine.relocations().back().playing);
}

TEST_F(PlaybackTest, RefusesWhatCannotBe) {
    advance(100ms);
    EXPECT_EQ(playback.change(now, StreamId{0}, "felt", 1.0, 400ms).failure().code, Errc::refused);
    EXPECT_EQ(playback.change(now, StreamId{1}, "no_such", 1.0, 400ms).failure().code,
              Errc::not_found);
    EXPECT_EQ(playback.change(now, StreamId{1}, "felt", 2.0, 400ms).failure().code,
              Errc::not_found);
    EXPECT_EQ(playback.change(now, StreamId{1}, "felt", 1.0, 5ms).failure().code,
              Errc::out_of_range);
    EXPECT_FALSE(playback.seek(now, at(11min)));
    EXPECT_FALSE(playback.pause(now));
}

TEST_F(PlaybackTest, SaysSoWhenChangesComeFasterThanLanesGetFree) {
    advance(100ms);
    ASSERT_TRUE(playback.go(now));
    int accepted = 0;
    for (int i = 0; i < 8; ++i) {
        now += 1s;
        playback.tick(now);
        if (playback.seek(now, at(std::chrono::seconds{i}))) ++accepted;
    }
    EXPECT_EQ(accepted, audio::ProgrammeFeed::kLanes - 2);
    EXPECT_EQ(playback.seek(now, at(1s)).failure().code, Errc::not_ready);
}

}  // namespace
}  // namespace earshot::session
