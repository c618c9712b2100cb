#include "server/tools/offline_render.hpp"

#include "server/render/render_lane.hpp"
#include "server/tools/offline_feed.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace earshot::tools {
namespace {

constexpr int kLane = 0;

/// The part of a block that lies in the programme.
audio::ConstBlockView within(ProgrammeTime at, audio::ConstBlockView block, Frames length) {
    const std::int64_t first = at.time_since_epoch().count();
    const auto frames = std::int64_t{block.frames()};
    const std::int64_t from = std::clamp<std::int64_t>(-first, 0, frames);
    const std::int64_t to = std::clamp<std::int64_t>(length.count() - first, from, frames);
    return block.part(static_cast<int>(from), static_cast<int>(to - from));
}

/// All layers together, in the first two channels' place.
class Fold {
public:
    audio::ConstBlockView operator()(audio::ConstBlockView layers) {
        if (layers.channels() == audio::kListenerChannels) {
            return layers;
        }
        for (int channel = 0; channel < layers.channels(); ++channel) {
            const auto from = layers.channel(channel);
            const auto to = sum_.channel(channel % audio::kListenerChannels);
            for (std::size_t i = 0; i < from.size(); ++i) {
                to[i] = from[i] + (channel < audio::kListenerChannels ? 0.0F : to[i]);
            }
        }
        return std::as_const(sum_).view().part(0, layers.frames());
    }

private:
    audio::Block sum_{audio::kListenerChannels, static_cast<int>(kPacketFrames.count())};
};

/// Hands the lane's sound on, without what comes before and after the programme.
class ListenerSink final : public audio::RenderSink {
public:
    ListenerSink(RenderListener& listener, Frames length) : listener_(listener), length_(length) {}

    void begin(int /*lane*/, StreamId /*stream*/, Epoch /*epoch*/) noexcept override {}
    void block(int /*lane*/,
               StreamId /*stream*/,
               MediaTime /*media*/,
               ProgrammeTime programme,
               audio::ConstBlockView block) noexcept override {
        const audio::ConstBlockView part = within(programme, block, length_);
        if (part.frames() > 0 && wanted_) {
            wanted_ = listener_.after(part);
        }
        reached_ = programme + Frames{block.frames()};
    }
    void flush() noexcept override {}

    [[nodiscard]] bool wanted() const noexcept { return wanted_; }
    /// Where the next block begins.
    [[nodiscard]] ProgrammeTime reached() const noexcept { return reached_; }

private:
    RenderListener& listener_;
    Frames length_;
    bool wanted_ = true;
    ProgrammeTime reached_{};
};

}  // namespace

RenderEnd render_offline(const OfflineJob& job, RenderListener& listener) {
    if (static_cast<int>(job.layers.size()) != job.reader.layers()) {
        throw std::invalid_argument("render_offline: a name for each layer of the reader");
    }
    Fold fold;
    OfflineFeed feed(job.reader, job.gain_db, [&](ProgrammeTime at, audio::ConstBlockView block) {
        if (const auto part = within(at, block, job.length); part.frames() > 0) {
            listener.before(fold(part));
        }
    });
    ListenerSink sink(listener, job.length);
    const std::array schedules{job.schedule};
    const auto ignore = [](void*, const show::EngineEvent&) noexcept {};
    render::RenderLane lane(kLane, schedules, job.layers, job.bank, ignore, nullptr, job.limiting);

    show::EngineCommand start;
    start.epoch = Epoch{1};
    start.lane = kLane;
    start.media = MediaTime{kEpochPreroll + show::kChainWarmUp};
    start.playing = true;
    start.starts[0] = job.schedule->state_at(start.programme).standing;
    feed.prepare(kLane, show::feed_start(start.programme));
    lane.start(start, feed, sink, true);
    while (sink.reached() < ProgrammeTime{job.length} && sink.wanted() && !feed.failed()) {
        lane.render(feed, sink);
    }
    if (feed.failed()) {
        return RenderEnd::read_failed;
    }
    return sink.wanted() ? RenderEnd::complete : RenderEnd::ended_early;
}

}  // namespace earshot::tools
