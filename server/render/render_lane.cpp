#include "server/render/render_lane.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>

namespace earshot::render {
namespace {

constexpr int kBlock = static_cast<int>(kPacketFrames.count());
using Points = std::array<dsp::HapticPoint, kBlock / dsp::HapticPoint::kPeriod>;

}  // namespace

RenderLane::RenderLane(int index,
                       std::span<const std::shared_ptr<const show::CueSchedule>> schedules,
                       std::span<const dsp::LayerName> layers,
                       const std::shared_ptr<const dsp::GammatoneBank>& bank,
                       EventCallback on_event,
                       void* context,
                       dsp::PeakLimiting limiting)
    : index_(index),
      on_event_(on_event),
      context_(context),
      input_(audio::kListenerChannels * static_cast<int>(layers.size()), kBlock),
      outside_(audio::kListenerChannels, kBlock),
      inside_(audio::kListenerChannels, kBlock),
      output_(audio::kListenerChannels, kBlock),
      felt_(1, kBlock) {
    for (const auto& schedule : schedules) {
        voices_.push_back(std::make_unique<Voice>(schedule, layers, bank, limiting));
    }
}

void RenderLane::start(const show::EngineCommand& relocation,
                       audio::ProgrammeFeed& feed,
                       audio::RenderSink& sink,
                       bool warm) noexcept {
    const bool warms_up = warm && relocation.playing;
    const Frames before = kEpochPreroll - kCodecDelay + (warms_up ? show::kChainWarmUp : Frames{0});
    active_ = true;
    playing_ = relocation.playing;
    epoch_ = relocation.epoch;
    end_.reset();
    next_ = relocation.media - before;
    position_ = playing_ ? relocation.programme - before : relocation.programme;
    chain_offset_ = next_.time_since_epoch() - position_.time_since_epoch();
    cues_after_ = relocation.programme;
    mixed_cues_ = relocation.programme;
    for (std::size_t i = 0; i < voices_.size(); ++i) {
        // Layers are mixed where they enter, so much before they are heard.
        voices_[i]->mixer.start(at_start(relocation.starts[i], before - kChainLatency));
        voices_[i]->chain.start(at_start(relocation.starts[i], before),
                                position_.time_since_epoch().count());
        sink.begin(index_, StreamId{static_cast<std::uint8_t>(i)}, epoch_);
    }
    if (warms_up) warm_up(feed);
}

dsp::Standing RenderLane::at_start(const dsp::Standing& at, Frames before) const noexcept {
    if (!playing_) return at.settled();
    dsp::Standing start = at;
    // What begins within the warm-up begins later.
    start.advance(-before);
    return start;
}

void RenderLane::change(StreamId stream, const dsp::Transition& to, std::uint32_t tag) noexcept {
    if (stream.value >= voices_.size()) return;
    Voice& voice = *voices_[stream.value];
    voice.mixer.change(to, Frames{0});
    voice.chain.change(to, 0);
    on_event_(context_, {.kind = show::EngineEvent::Kind::changed,
                         .lane = index_,
                         .epoch = epoch_,
                         .stream = stream,
                         .media = next_,
                         .programme = position_,
                         .state = to.target,
                         .fade = to.fade,
                         .tag = tag});
}

void RenderLane::pull(audio::ProgrammeFeed& feed, audio::BlockView block) noexcept {
    if (feed.seekable()) {
        if (playing_) return feed.pull(index_, block);
    } else if (!end_) {
        // Live input runs on while the programme stands still; only the newest epoch takes it.
        feed.pull(0, block);
        if (playing_) return;
    }
    audio::clear(block);
}

bool RenderLane::fed(const audio::ProgrammeFeed& feed) const noexcept {
    return !playing_ || feed.holds(index_, kPacketFrames);
}

void RenderLane::warm_up(audio::ProgrammeFeed& feed) noexcept {
    for (Frames done{0}; done < show::kChainWarmUp; done += kPacketFrames) {
        pull(feed, input_.view());
        for (auto& voice : voices_) {
            mix_cues(*voice);
            process(*voice);
            Points dropped;
            (void)voice->chain.take_points(dropped);
        }
        mixed_cues_ = std::max(mixed_cues_, mixing_end());
        next_ += kPacketFrames;
        position_ += kPacketFrames;
    }
}

ProgrammeTime RenderLane::mixing_end() const noexcept {
    return position_ + kChainLatency + kPacketFrames - Frames{1};
}

/// Cues reach the layers' gains at their frame of the input: it is heard when the chain changes.
void RenderLane::mix_cues(Voice& voice) noexcept {
    const ProgrammeTime first = position_ + kChainLatency;
    for (const show::TimedCue& cue :
         voice.schedule->in_range(mixed_cues_ + Frames{1}, mixing_end() + Frames{1})) {
        voice.mixer.change(
            {.target = cue.state.get(), .fade = cue.fade, .curve = cue.curve, .sudden = cue.sudden},
            cue.at - first);
    }
}

void RenderLane::process(Voice& voice) noexcept {
    const bool inside = voice.mixer.process(input_.view(), outside_.view(), inside_.view());
    voice.chain.process(outside_.view(), inside ? inside_.view() : audio::BlockView{},
                        output_.view());
}

void RenderLane::apply_cues(Voice& voice, StreamId stream) noexcept {
    const ProgrammeTime from = std::max(position_, cues_after_ + Frames{1});
    const ProgrammeTime to = position_ + kPacketFrames;
    if (from >= to) return;
    for (const show::TimedCue& cue : voice.schedule->in_range(from, to)) {
        const dsp::Transition transition{
            .target = cue.state.get(), .fade = cue.fade, .curve = cue.curve, .sudden = cue.sudden};
        voice.chain.change(transition, static_cast<int>((cue.at - position_).count()));
        on_event_(context_, {.kind = show::EngineEvent::Kind::changed,
                             .lane = index_,
                             .epoch = epoch_,
                             .stream = stream,
                             .media = next_ + (cue.at - position_),
                             .programme = cue.at,
                             .state = cue.state.get(),
                             .fade = cue.fade,
                             .cue_index = static_cast<int>(cue.cue)});
    }
}

void RenderLane::render(audio::ProgrammeFeed& feed, audio::RenderSink& sink) noexcept {
    pull(feed, input_.view());
    for (std::size_t i = 0; i < voices_.size(); ++i) {
        const StreamId stream{static_cast<std::uint8_t>(i)};
        Voice& voice = *voices_[i];
        if (playing_) {
            mix_cues(voice);
            apply_cues(voice, stream);
        }
        process(voice);
        sink.block(index_, stream, next_, position_, output_.view());
        give_felt(voice, stream, sink);
    }
    mixed_cues_ = std::max(mixed_cues_, mixing_end());
    next_ += kPacketFrames;
    if (playing_) position_ += kPacketFrames;
    retire_when_done();
}

void RenderLane::give_felt(Voice& voice, StreamId stream, audio::RenderSink& sink) noexcept {
    Points points;
    std::array<std::byte, std::tuple_size_v<Points> * dsp::HapticPoint::kPackedBytes> packed{};
    std::size_t size = 0;
    voice.chain.felt(felt_.channel(0));
    const auto count = static_cast<std::size_t>(voice.chain.take_points(points));
    for (const dsp::HapticPoint& point : std::span(points).first(count)) {
        for (const std::byte byte : dsp::pack(point)) packed[size++] = byte;
    }
    audio::FeltBlock felt;
    felt.sound = felt_.view();
    felt.points = std::span(packed).first(size);
    if (count > 0) {
        const Frames at{points[0].position};
        felt.points_media = MediaTime{at + chain_offset_};
        felt.points_programme = playing_ ? ProgrammeTime{at} : position_;
    }
    sink.felt(index_, stream, next_, position_, felt);
}

void RenderLane::stop_at(MediaTime end) noexcept {
    end_ = end_ ? std::min(*end_, end) : end;
    retire_when_done();
}

void RenderLane::retire_when_done() noexcept {
    if (!active_ || !end_ || next_packet() < *end_) return;
    active_ = false;
    on_event_(context_,
              {.kind = show::EngineEvent::Kind::lane_free, .lane = index_, .epoch = epoch_});
}

}  // namespace earshot::render
