#include "server/render/render_engine.hpp"

#include "common/rt/realtime.hpp"

#include <algorithm>
#include <stdexcept>

namespace earshot::render {
namespace {

constexpr std::size_t kCommandRing = 64;
constexpr std::size_t kEventRing = 1024;
/// A seek renders at most this much at once: the longest lead, the pre-roll, and some.
constexpr int kMaxPacketsATick = 60;
/// Listeners cross-fade for one packet after an epoch's first frame; the old epoch lasts until
/// then.
constexpr Frames kOverlap{2 * kPacketFrames};
/// A slow medium is waited for until a packet has so much time left on its way, or half the lead if
/// that is less: silence that arrives is better than sound that does not.
constexpr Frames kLastMoment = std::chrono::milliseconds{60};

}  // namespace

RenderEngine::RenderEngine(const EngineSettings& settings,
                           std::span<const std::shared_ptr<const show::CueSchedule>> schedules,
                           const std::shared_ptr<const dsp::GammatoneBank>& bank,
                           audio::ProgrammeFeed& feed,
                           audio::RenderSink& sink)
    : settings_(settings),
      streams_(static_cast<int>(schedules.size())),
      feed_(feed),
      sink_(sink),
      live_(!feed.seekable()),
      follower_(settings.lead, !feed.seekable()),
      commands_(kCommandRing),
      events_(kEventRing),
      lead_frames_(settings.lead.count()) {
    if (schedules.empty() || schedules.size() > show::kMaxStreams) {
        throw std::invalid_argument("RenderEngine: 1 to 8 streams");
    }
    if (static_cast<int>(settings.layers.size()) != feed.layers()) {
        throw std::invalid_argument("RenderEngine: a name for each layer of the feed");
    }
    for (int i = 0; i < audio::ProgrammeFeed::kLanes; ++i) {
        lanes_[static_cast<std::size_t>(i)] = std::make_unique<RenderLane>(
            i, schedules, settings.layers, bank, &RenderEngine::on_event, this);
    }
}

bool RenderEngine::post(const show::EngineCommand& command) noexcept {
    return commands_.try_push(command);
}

bool RenderEngine::poll(show::EngineEvent& event) noexcept {
    return events_.try_pop(event);
}

void RenderEngine::on_event(void* self, const show::EngineEvent& event) noexcept {
    auto& engine = *static_cast<RenderEngine*>(self);
    if (!engine.events_.try_push(event))
        engine.lost_events_.fetch_add(1, std::memory_order_relaxed);
}

std::chrono::nanoseconds RenderEngine::tick_period() const noexcept {
    return std::chrono::floor<std::chrono::nanoseconds>(kPacketFrames * settings_.packets_a_tick -
                                                        follower_.pace());
}

MediaInstant RenderEngine::next_tick(MediaInstant last) const noexcept {
    if (live_) {
        const RenderLane& lane = *lanes_[static_cast<std::size_t>(current_)];
        // to_instant() rounds down: a nanosecond later the frame has begun.
        const MediaInstant due =
            to_instant(lane.next_packet() - reach()) + std::chrono::nanoseconds{1};
        if (lane.active() && due > last) return due;
    }
    return last + tick_period();
}

Frames RenderEngine::reach() const noexcept {
    if (!live_) return follower_.lead();
    // A packet's last input frame is heard this much after the packet's first decoded frame.
    constexpr Frames kSpan = kChainLatency + kCodecDelay + kPacketFrames;
    return follower_.lead() - kLiveWait - kSpan;
}

void RenderEngine::carry_out(const show::EngineCommand& command) noexcept {
    using Kind = show::EngineCommand::Kind;
    switch (command.kind) {
        case Kind::relocate: {
            for (auto& lane : lanes_) lane->stop_at(command.media + kOverlap);
            current_ = command.lane;
            lanes_[static_cast<std::size_t>(current_)]->start(command, feed_, sink_, !live_);
            break;
        }
        case Kind::change:
            lanes_[static_cast<std::size_t>(current_)]->change(command.stream, command.transition,
                                                               command.tag);
            break;
        case Kind::lead:
            follower_.ask(command.lead);
            break;
    }
}

void RenderEngine::follow_lead() noexcept {
    follower_.tick();
    lead_frames_.store(follower_.lead().count(), std::memory_order_relaxed);
    if (live_) feed_.set_pace(kPacketFrames - follower_.pace(), kPacketFrames);
}

bool RenderEngine::render_lane(RenderLane& lane, MediaTime now) noexcept {
    const MediaTime horizon = now + reach();
    const MediaTime last_moment = now + std::min(kLastMoment, follower_.lead() / 2);
    int count = 0;
    while (lane.active() && lane.next_packet() <= horizon && count < kMaxPacketsATick &&
           (lane.fed(feed_) || lane.next_packet() <= last_moment)) {
        lane.render(feed_, sink_);
        ++count;
    }
    packets_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
    if (count > 2 * settings_.packets_a_tick) late_ticks_.fetch_add(1, std::memory_order_relaxed);
    return count > 0;
}

bool RenderEngine::tick(MediaInstant now) noexcept {
    const rt::RealtimeScope realtime;
    const rt::ScopedFlushDenormals flush_denormals;
    const std::int64_t began = monotonic_raw_ns();
    feed_.tick(now);
    show::EngineCommand command;
    while (commands_.try_pop(command)) carry_out(command);
    follow_lead();
    bool any = false;
    for (auto& lane : lanes_) any = render_lane(*lane, to_frame(now)) || any;
    busy_ns_.fetch_add(static_cast<std::uint64_t>(monotonic_raw_ns() - began),
                       std::memory_order_relaxed);
    return any;
}

EngineCounters RenderEngine::counters() const noexcept {
    return {.packets = packets_.load(std::memory_order_relaxed),
            .late_ticks = late_ticks_.load(std::memory_order_relaxed),
            .lost_events = lost_events_.load(std::memory_order_relaxed),
            .busy_ns = busy_ns_.load(std::memory_order_relaxed)};
}

}  // namespace earshot::render
