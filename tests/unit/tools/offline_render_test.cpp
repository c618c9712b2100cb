#include "server/tools/offline_render.hpp"

#include "server/render/render_engine.hpp"
#include "server/source/reader_feed.hpp"
#include "tests/support/hearing_states.hpp"
#include "tests/unit/tools/collector.hpp"
#include "tests/unit/tools/memory_programme.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace earshot::tools {
namespace {

using test::Collector;
using test::MemoryProgramme;
using test::Stereo;

constexpr Frames kLength{110'011};  // No whole number of packets.
constexpr double kGainDb = -1.5;

std::shared_ptr<const show::CueSchedule> standing_in(const dsp::StatePtr& state) {
    return std::make_shared<const show::CueSchedule>(state, std::vector<show::TimedCue>{});
}

show::TimedCue cue(std::int64_t at, const char* state, std::int64_t fade) {
    return {.at = ProgrammeTime{Frames{at}},
            .state = earshot::test::state(state),
            .fade = Frames{fade}};
}

/// A glide that is interrupted, a cross-fade between ways, an implant.
std::shared_ptr<const show::CueSchedule> busy_schedule() {
    return std::make_shared<const show::CueSchedule>(
        earshot::test::state("snhl_mild"),
        std::vector<show::TimedCue>{cue(20'001, "sudden_loss", 24'000),
                                    cue(31'007, "muffled_inner", 9'600),
                                    cue(60'000, "ci_day1", 3'840), cue(85'333, "full", 14'400)});
}

/// Keeps one stream's sound from programme frame 0 on.
class EngineRecorder final : public audio::RenderSink {
public:
    void begin(int, StreamId, Epoch) noexcept override {}
    void block(int,
               StreamId stream,
               MediaTime,
               ProgrammeTime programme,
               audio::ConstBlockView block) noexcept override {
        const std::int64_t first = programme.time_since_epoch().count();
        if (stream != StreamId{1} || first + block.frames() <= 0) {
            return;
        }
        const auto skipped = static_cast<int>(first < 0 ? -first : 0);
        test::append(sound, block.part(skipped, block.frames() - skipped));
    }
    void flush() noexcept override {}

    Stereo sound;
};

/// What the server sends: two streams, its own feed with its own thread, ticks of two packets.
Stereo rendered_by_the_engine(const std::shared_ptr<const show::CueSchedule>& schedule) {
    source::ReaderFeed feed(std::make_unique<MemoryProgramme>(kLength), kGainDb);
    EngineRecorder sink;
    const std::vector schedules{standing_in(earshot::test::state("full")), schedule};
    render::RenderEngine engine({}, schedules, nullptr, feed, sink);
    show::EngineCommand go;
    go.epoch = Epoch{3};
    go.lane = 2;
    go.media = MediaTime{Frames{777'777}};
    go.playing = true;
    for (std::size_t i = 0; i < schedules.size(); ++i) {
        go.starts[i] = schedules[i]->state_at(go.programme).standing;
    }
    feed.prepare(go.lane, show::feed_start(go.programme));
    const auto wait = [&] {
        while (!feed.primed(go.lane)) {
            std::this_thread::yield();
        }
    };
    wait();
    EXPECT_TRUE(engine.post(go));
    for (MediaTime now = go.media - Frames{19'200};
         static_cast<std::int64_t>(sink.sound[0].size()) < kLength.count(); now += Frames{1'920}) {
        engine.tick(to_instant(now));
        wait();
    }
    for (auto& channel : sink.sound) {
        channel.resize(static_cast<std::size_t>(kLength.count()));
    }
    EXPECT_EQ(feed.counters().starved_frames, 0U);
    return std::move(sink.sound);
}

TEST(OfflineRender, GivesTheServersSamplesBitForBit) {
    const auto schedule = busy_schedule();
    MemoryProgramme programme(kLength);
    Collector offline;
    const RenderEnd end = render_offline(
        {.reader = programme, .gain_db = kGainDb, .length = kLength, .schedule = schedule},
        offline);
    EXPECT_EQ(end, RenderEnd::complete);
    const Stereo engine = rendered_by_the_engine(schedule);
    for (std::size_t channel = 0; channel < 2; ++channel) {
        ASSERT_EQ(offline.out[channel].size(), engine[channel].size());
        const auto differs = std::mismatch(offline.out[channel].begin(), offline.out[channel].end(),
                                           engine[channel].begin());
        EXPECT_EQ(differs.first, offline.out[channel].end())
            << "channel " << channel << ", frame " << differs.first - offline.out[channel].begin();
    }
}

TEST(OfflineRender, LiesOverItsInputAtIntensityZero) {
    for (const std::int64_t frames : {1, 959, 2'761, 24'000}) {
        MemoryProgramme programme{Frames{frames}};
        Collector heard;
        EXPECT_EQ(
            render_offline({.reader = programme,
                            .length = Frames{frames},
                            .schedule = standing_in(earshot::test::state("sudden_loss", 0.0))},
                           heard),
            RenderEnd::complete);
        EXPECT_EQ(heard.out, heard.in);
        ASSERT_EQ(heard.in[0].size(), static_cast<std::size_t>(frames));
        EXPECT_EQ(heard.in[1].back(), programme.value(frames - 1, 1));
    }
}

TEST(OfflineRender, LeavesPeaksAloneWithoutTheLimiter) {
    constexpr Frames kShort{24'000};
    MemoryProgramme hot(kShort, 1.6F);
    OfflineJob job{
        .reader = hot, .length = kShort, .schedule = standing_in(earshot::test::state("full"))};
    Collector limited;
    EXPECT_EQ(render_offline(job, limited), RenderEnd::complete);
    EXPECT_NE(limited.out, limited.in);
    job.limiting = dsp::PeakLimiting::off;
    Collector alone;
    EXPECT_EQ(render_offline(job, alone), RenderEnd::complete);
    EXPECT_EQ(alone.out, alone.in);
}

TEST(OfflineRender, SaysWhyItEndedEarly) {
    MemoryProgramme programme(kLength);
    const OfflineJob job{.reader = programme,
                         .length = kLength,
                         .schedule = standing_in(earshot::test::state("full"))};
    Collector impatient;
    impatient.most_frames = 5'000;
    EXPECT_EQ(render_offline(job, impatient), RenderEnd::ended_early);
    EXPECT_LT(impatient.out[0].size(), 6'000U);
    programme.good_reads = programme.reads + 30;
    Collector patient;
    EXPECT_EQ(render_offline(job, patient), RenderEnd::read_failed);
}

}  // namespace
}  // namespace earshot::tools
