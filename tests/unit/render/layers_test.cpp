#include "server/render/render_engine.hpp"
#include "tests/support/hearing_states.hpp"
#include "tests/unit/render/fakes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace earshot::render {
namespace {

using test::RecordingSink;

constexpr Frames kLead{19'200};
constexpr MediaTime kSwitch{Frames{100'001}};
constexpr double kDialogue = 0.125;

/// A mix that says where it stands, and a dialogue of one value.
class LayeredFeed final : public audio::ProgrammeFeed {
public:
    [[nodiscard]] bool seekable() const noexcept override { return true; }
    [[nodiscard]] std::optional<Frames> length() const noexcept override { return std::nullopt; }
    [[nodiscard]] std::string description() const override { return "layered"; }
    [[nodiscard]] int layers() const noexcept override { return 2; }
    void prepare(int lane, ProgrammeTime from) override { counting_.prepare(lane, from); }
    [[nodiscard]] bool primed(int) const noexcept override { return true; }
    void pull(int lane, audio::BlockView out) noexcept override {
        counting_.pull(lane, out.channels(0, 2));
        for (const int channel : {2, 3})
            std::ranges::fill(out.channel(channel), static_cast<float>(kDialogue));
    }
    [[nodiscard]] audio::FeedCounters counters() const noexcept override { return {}; }

private:
    test::CountingFeed counting_;
};

dsp::StatePtr without_dialogue() {
    dsp::HearingSettings settings;
    settings.layers[static_cast<std::size_t>(dsp::LayerName::dialogue)].gain_db = -120.0;
    return earshot::test::prepared(settings);
}

/// Plays from a programme position on, in epochs of their own.
class LayeredRoom {
public:
    explicit LayeredRoom(ProgrammeTime cue)
        : schedules_{std::make_shared<const show::CueSchedule>(
              earshot::test::state("full"),
              std::vector<show::TimedCue>{{.at = cue,
                                           .state = without_dialogue(),
                                           .fade = Frames{4'800},
                                           .curve = dsp::FadeCurve::linear,
                                           .sudden = false,
                                           .cue = 0}})},
          engine_({.lead = kLead, .layers = {dsp::LayerName::mix, dsp::LayerName::dialogue}},
                  schedules_,
                  nullptr,
                  feed_,
                  sink) {}

    void play(std::uint32_t epoch, MediaTime media, ProgrammeTime programme) {
        show::EngineCommand command;
        command.epoch = Epoch{epoch};
        command.lane = static_cast<int>(epoch % 2);
        command.media = media;
        command.programme = programme;
        command.playing = true;
        command.starts[0] = schedules_[0]->state_at(programme).standing;
        feed_.prepare(command.lane, show::feed_start(programme));
        ASSERT_TRUE(engine_.post(command));
        for (MediaTime now = media - kLead; now < media + Frames{24'000}; now += Frames{1'920}) {
            engine_.tick(to_instant(now));
        }
    }
    /// A frame of the programme as an epoch made it.
    [[nodiscard]] float heard(std::uint32_t epoch, ProgrammeTime frame) const {
        for (const auto& entry : sink.entries) {
            if (entry.epoch == Epoch{epoch} && entry.programme <= frame &&
                frame < entry.programme + kPacketFrames) {
                return entry.left[static_cast<std::size_t>((frame - entry.programme).count())];
            }
        }
        throw std::runtime_error("not rendered");
    }

    RecordingSink sink;

private:
    std::vector<std::shared_ptr<const show::CueSchedule>> schedules_;
    LayeredFeed feed_;
    RenderEngine engine_;
};

constexpr ProgrammeTime kStart{Frames{480'003}};
constexpr ProgrammeTime kCue = kStart + Frames{7'777};

TEST(RenderLayers, FadeFromTheCuesOwnFrameOn) {
    LayeredRoom room(kCue);
    room.play(1, kSwitch, kStart);
    for (std::int64_t n = -500; n < 6'000; ++n) {
        const ProgrammeTime frame = kCue + Frames{n};
        const double gone = std::clamp(static_cast<double>(n) / 4'800.0, 0.0, 1.0);
        const double expected =
            static_cast<double>(test::value_at(frame.time_since_epoch().count())) +
            kDialogue * (1.0 - gone);
        ASSERT_NEAR(room.heard(1, frame), expected, 2e-7) << n;
    }
}

TEST(RenderLayers, G5SoundAfterASeekAsPlayingWouldHave) {
    LayeredRoom room(kCue);
    room.play(1, kSwitch, kStart);
    std::uint32_t epoch = 1;
    MediaTime media = kSwitch;
    // Before the cue, where its gains are on their way to the chain, in its fade, after it.
    for (const std::int64_t n : {-3'000, -500, -1, 0, 1, 2'400, 4'799, 4'800, 6'000}) {
        media += Frames{48'000};
        room.play(++epoch, media, kCue + Frames{n});
        for (std::int64_t at = n; at < 8'000; ++at) {
            const ProgrammeTime frame = kCue + Frames{at};
            ASSERT_EQ(room.heard(epoch, frame), room.heard(1, frame)) << n << " " << at;
        }
    }
}

TEST(RenderLayers, NeedANameForEachLayerOfTheFeed) {
    const std::vector schedules{std::make_shared<const show::CueSchedule>(
        earshot::test::state("full"), std::vector<show::TimedCue>{})};
    LayeredFeed feed;
    RecordingSink sink;
    EXPECT_THROW(RenderEngine({.lead = kLead}, schedules, nullptr, feed, sink),
                 std::invalid_argument);
}

}  // namespace
}  // namespace earshot::render
