#include "server/render/render_engine.hpp"

#include "tests/support/hearing_states.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/render/fakes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::render {
namespace {

using namespace std::chrono_literals;
using test::CountingFeed;
using test::RecordingSink;

constexpr Frames kLead{19'200};
constexpr MediaTime kSwitch{Frames{100'001}};
constexpr ProgrammeTime kPosition{Frames{480'003}};

std::shared_ptr<const show::CueSchedule> schedule(std::vector<show::TimedCue> cues = {}) {
    return std::make_shared<const show::CueSchedule>(earshot::test::state("full"), std::move(cues));
}

struct Room {
    explicit Room(std::vector<std::shared_ptr<const show::CueSchedule>> with = {schedule()})
        : schedules(std::move(with)), engine({.lead = kLead}, schedules, nullptr, feed, sink) {}

    void relocate(int lane,
                  std::uint32_t epoch,
                  MediaTime media,
                  ProgrammeTime programme,
                  bool playing = true) {
        show::EngineCommand command;
        command.epoch = Epoch{epoch};
        command.lane = lane;
        command.media = media;
        command.programme = programme;
        command.playing = playing;
        for (std::size_t i = 0; i < schedules.size(); ++i) {
            command.starts[i] = schedules[i]->state_at(programme).standing;
        }
        feed.prepare(lane, show::feed_start(programme));
        ASSERT_TRUE(engine.post(command));
    }
    void run_until(MediaTime end) {
        for (; now < end; now += Frames{1'920}) engine.tick(to_instant(now));
    }
    std::vector<show::EngineEvent> events() {
        std::vector<show::EngineEvent> all;
        show::EngineEvent event;
        while (engine.poll(event)) all.push_back(event);
        return all;
    }

    std::vector<std::shared_ptr<const show::CueSchedule>> schedules;
    CountingFeed feed;
    RecordingSink sink;
    RenderEngine engine;
    MediaTime now = kSwitch - kLead;
};

TEST(RenderEngine, StampsEveryBlockWithTheProgrammeFrameItCarries) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(kSwitch + 48'000 * Frames{1});
    ASSERT_GT(room.sink.entries.size(), 40U);
    for (const auto& entry : room.sink.entries) {
        EXPECT_EQ(entry.media - kSwitch, entry.programme - kPosition);
        const std::int64_t first = entry.programme.time_since_epoch().count();
        for (std::size_t i = 0; i < entry.left.size(); ++i) {
            ASSERT_EQ(entry.left[i], test::value_at(first + static_cast<std::int64_t>(i)));
        }
    }
}

TEST(RenderEngine, BeginsAnEpochThreePacketsBeforeItIsHeard) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(kSwitch);
    ASSERT_FALSE(room.sink.entries.empty());
    EXPECT_EQ(room.sink.entries.front().media - kCodecDelay, kSwitch - kEpochPreroll);
}

TEST(RenderEngine, RendersUpToTheLeadAndNotFurther) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition);
    room.engine.tick(to_instant(kSwitch));
    const MediaTime last = room.sink.entries.back().media - kCodecDelay;
    EXPECT_LE(last, kSwitch + kLead);
    EXPECT_GE(last + kPacketFrames, kSwitch + kLead);
}

TEST(RenderEngine, KeepsTheOldEpochThroughTheListenersCrossFade) {
    Room room;
    const MediaTime second = kSwitch + Frames{96'000};
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(second - kLead - Frames{9'600});
    room.relocate(1, 2, second, ProgrammeTime{Frames{10}});
    room.run_until(second + Frames{9'600});
    MediaTime last_old{};
    MediaTime first_new = second + Frames{1'000'000};
    for (const auto& entry : room.sink.entries) {
        if (entry.epoch == Epoch{1}) last_old = std::max(last_old, entry.media);
        if (entry.epoch == Epoch{2}) first_new = std::min(first_new, entry.media);
    }
    EXPECT_GE(last_old + kPacketFrames, second + kPacketFrames);
    EXPECT_LT(last_old, second + 3 * kPacketFrames);
    EXPECT_EQ(first_new - kCodecDelay, second - kEpochPreroll);
    const auto events = room.events();
    EXPECT_EQ(
        std::ranges::count(events, show::EngineEvent::Kind::lane_free, &show::EngineEvent::kind),
        1);
}

TEST(RenderEngine, FreesALaneAtOnceWhenItsSoundIsReplaced) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(kSwitch + Frames{48'000});
    const std::size_t before = room.sink.entries.size();
    room.relocate(1, 2, room.now + Frames{9'600}, ProgrammeTime{});
    room.engine.tick(to_instant(room.now));
    ASSERT_EQ(room.events().size(), 1U);
    for (std::size_t i = before; i < room.sink.entries.size(); ++i) {
        EXPECT_EQ(room.sink.entries[i].epoch, Epoch{2});
    }
    // The new epoch catches up with the lead in the same tick.
    EXPECT_GE(room.sink.entries.back().media + kPacketFrames - kCodecDelay, room.now + kLead);
}

TEST(RenderEngine, WaitsForASlowMediumToTheLastMomentAndThenCatchesUp) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(kSwitch);
    room.feed.slow = true;
    const std::size_t before = room.sink.entries.size();
    const MediaTime last = room.sink.entries.back().media - kCodecDelay;
    // What is rendered lasts until the lead is over; the next packet then has 60 ms to arrive.
    room.run_until(last - Frames{2'880});
    EXPECT_EQ(room.sink.entries.size(), before);
    room.run_until(last + Frames{1'920});
    EXPECT_GT(room.sink.entries.size(), before) << "silence, rather than nothing";
    EXPECT_LE(room.sink.entries.back().media - kCodecDelay, room.now + Frames{2'880});
    room.feed.slow = false;
    room.engine.tick(to_instant(room.now));
    EXPECT_GE(room.sink.entries.back().media + kPacketFrames - kCodecDelay, room.now + kLead);
    for (std::size_t i = 1; i < room.sink.entries.size(); ++i) {
        ASSERT_EQ(room.sink.entries[i].media, room.sink.entries[i - 1].media + kPacketFrames);
    }
}

/// Media times of one stream's packets: each once, none left out.
void expect_whole(const RecordingSink& sink) {
    for (std::size_t i = 1; i < sink.entries.size(); ++i) {
        ASSERT_EQ(sink.entries[i].media, sink.entries[i - 1].media + kPacketFrames);
    }
}

TEST(RenderEngine, LeavesNoGapWhenTheLeadGrowsAndShrinks) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(kSwitch);
    const auto ask = [&](Frames lead) {
        show::EngineCommand command;
        command.kind = show::EngineCommand::Kind::lead;
        command.lead = lead;
        ASSERT_TRUE(room.engine.post(command));
    };
    const auto ahead = [&] { return room.sink.entries.back().media - kCodecDelay - room.now; };
    ask(2 * kLead);
    std::size_t most = 0;
    for (const MediaTime end = room.now + 2 * kLead; room.now < end; room.now += Frames{1'920}) {
        const std::size_t before = room.sink.entries.size();
        room.engine.tick(to_instant(room.now));
        most = std::max(most, room.sink.entries.size() - before);
    }
    EXPECT_EQ(most, 3U) << "half as fast again, not all at once";
    EXPECT_EQ(room.engine.lead(), 2 * kLead);
    EXPECT_GE(ahead(), 2 * kLead - Frames{2'880});
    ask(kLead);
    const std::size_t before = room.sink.entries.size();
    room.run_until(room.now + kLead - Frames{4'800});
    EXPECT_EQ(room.sink.entries.size(), before) << "waits until it is due again";
    room.run_until(room.now + kLead);
    EXPECT_GE(ahead(), kLead - Frames{4'800});
    EXPECT_EQ(room.engine.counters().late_ticks, 0U);
    expect_whole(room.sink);
}

TEST(RenderEngine, TakesAPacketATickWhileLiveSoundsLeadChanges) {
    CountingFeed feed(false);
    RecordingSink sink;
    const std::vector schedules{schedule()};
    RenderEngine engine({.lead = kLead, .packets_a_tick = 1}, schedules, nullptr, feed, sink);
    show::EngineCommand command;
    command.epoch = Epoch{1};
    command.media = MediaTime{Frames{50'000}};
    command.playing = true;
    command.starts[0].state = &schedules[0]->initial();
    ASSERT_TRUE(engine.post(command));
    MediaInstant now{};
    while (feed.pulled == 0) {
        engine.tick(now);
        now = engine.next_tick(now);
    }
    command.kind = show::EngineCommand::Kind::lead;
    command.lead = kLead + Frames{4'800};
    ASSERT_TRUE(engine.post(command));
    const MediaInstant began = now;
    std::size_t packets = sink.entries.size();
    for (int n = 0; engine.lead() < command.lead; ++n) {
        ASSERT_LT(n, 2'000);
        engine.tick(now);
        now = engine.next_tick(now);
        ASSERT_EQ(sink.entries.size(), ++packets) << "at tick " << n;
    }
    EXPECT_LT(feed.least_pace, 1.0);
    EXPECT_GE(feed.least_pace, 0.995);
    EXPECT_GT(now - began, 20s) << "100 ms at 0.42 % at most";
    expect_whole(sink);
}

TEST(RenderEngine, APauseWaitsForNoMedium) {
    Room room;
    room.feed.slow = true;
    room.relocate(0, 1, kSwitch, kPosition, false);
    room.engine.tick(to_instant(room.now));
    EXPECT_FALSE(room.sink.entries.empty());
}

TEST(RenderEngine, ChangesStateOnTheCuesOwnFrame) {
    const ProgrammeTime cue_at = kPosition + Frames{12'345};
    Room room({schedule(), schedule({{.at = cue_at,
                                      .state = earshot::test::state("implants_off"),
                                      .fade = Frames{960},
                                      .curve = dsp::FadeCurve::quintic,
                                      .sudden = false,
                                      .cue = 7}})});
    room.relocate(0, 1, kSwitch, kPosition);
    room.run_until(kSwitch + Frames{48'000});
    const auto events = room.events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].media, kSwitch + Frames{12'345});
    EXPECT_EQ(events[0].stream, StreamId{1});
    EXPECT_EQ(events[0].cue_index, 7);
    // Found in the sound: the streams agree up to the cue's frame, and part within the next 100.
    std::int64_t first_difference = -1;
    for (const auto& a : room.sink.entries) {
        if (a.stream != StreamId{0}) continue;
        const auto b = std::ranges::find_if(room.sink.entries, [&](const auto& other) {
            return other.stream == StreamId{1} && other.media == a.media;
        });
        ASSERT_NE(b, room.sink.entries.end());
        for (std::size_t i = 0; i < a.left.size() && first_difference < 0; ++i) {
            if (a.left[i] != b->left[i]) {
                first_difference = (a.programme - cue_at).count() + static_cast<std::int64_t>(i);
            }
        }
    }
    EXPECT_GE(first_difference, 0);
    EXPECT_LT(first_difference, 100);
}

TEST(RenderEngine, StandsInSilenceWhilePaused) {
    Room room;
    room.relocate(0, 1, kSwitch, kPosition, false);
    room.run_until(kSwitch + Frames{48'000});
    ASSERT_FALSE(room.sink.entries.empty());
    for (const auto& entry : room.sink.entries) {
        EXPECT_EQ(entry.programme, kPosition);
        EXPECT_TRUE(std::ranges::all_of(entry.left, [](float x) { return x == 0.0F; }));
    }
    EXPECT_EQ(room.feed.pulled, 0);
}

TEST(RenderEngine, TakesLiveInputOnlyWhenItHasArrived) {
    CountingFeed feed(false);
    RecordingSink sink;
    const std::vector schedules{schedule()};
    RenderEngine engine({.lead = kLead, .packets_a_tick = 1}, schedules, nullptr, feed, sink);
    show::EngineCommand command;
    command.epoch = Epoch{1};
    command.media = MediaTime{Frames{50'000}};
    command.playing = true;
    command.starts[0].state = &schedules[0]->initial();
    ASSERT_TRUE(engine.post(command));
    MediaInstant now = to_instant(MediaTime{Frames{333}});  // ticks begin in any phase of packets
    std::size_t packets = 0;
    for (int n = 0; n < 200; ++n) {
        engine.tick(now);
        if (packets > 0) {
            ASSERT_EQ(sink.entries.size(), packets + 1);
            const MediaTime decoded_end = sink.entries.back().media - kCodecDelay + kPacketFrames;
            // The block's last input frame is heard chain and codec delay after the packet; it was
            // pulled now, after kLiveWait: the sum is the lead, to the frame.
            EXPECT_EQ(decoded_end + kChainLatency + kCodecDelay - to_frame(now) + kLiveWait, kLead);
        }
        packets = sink.entries.size();
        now = engine.next_tick(now);
    }
    EXPECT_GT(packets, 50U);
}

TEST(RenderEngine, TicksWithoutLockAllocationOrSystemCall) {
    Room room({schedule(), schedule()});
    room.relocate(0, 1, kSwitch, kPosition);
    earshot::test::rt_guard::expect_realtime_safe([&] { room.engine.tick(to_instant(kSwitch)); });
    EXPECT_FALSE(room.sink.entries.empty());
}

}  // namespace
}  // namespace earshot::render
