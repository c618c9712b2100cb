#pragma once

#include "common/audio/ports.hpp"
#include "common/base/clock.hpp"
#include "common/rt/spsc_ring.hpp"
#include "common/show/render_plan.hpp"
#include "server/render/lead_follower.hpp"
#include "server/render/render_lane.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <vector>

namespace earshot::render {

/// How far ahead the engine works.
struct EngineSettings {
    Frames lead{19'200};     ///< 400 ms
    int packets_a_tick = 2;  ///< 1 in live mode; 1 to 3.
    /// Of the feed, in the order of its channels.
    std::vector<dsp::LayerName> layers{dsp::LayerName::mix};
};

/// What the engine has counted since its start. Thread: any.
struct EngineCounters {
    std::uint64_t packets = 0;      ///< Of one stream.
    std::uint64_t late_ticks = 0;   ///< Ticks that came more than one packet too late.
    std::uint64_t lost_events = 0;  ///< Events nobody had room for.
    std::uint64_t busy_ns = 0;      ///< Time spent rendering.
};

/// Renders every stream ahead of its presentation, in two lanes (DESIGN 2: AUDIO, "render").
///
/// Thread: post() and poll() control; tick() and flush() engine; lead() and counters() any.
/// Real-time: tick(), post(), poll().
class RenderEngine final : public show::EnginePort {
public:
    /// @param schedules  One per stream, stream 0 first; 1 to kMaxStreams.
    /// @param bank       Shared by all chains; null: each designs its own.
    /// @param feed, sink Outlive the engine.
    RenderEngine(const EngineSettings& settings,
                 std::span<const std::shared_ptr<const show::CueSchedule>> schedules,
                 const std::shared_ptr<const dsp::GammatoneBank>& bank,
                 audio::ProgrammeFeed& feed,
                 audio::RenderSink& sink);

    bool post(const show::EngineCommand& command) noexcept override;
    bool poll(show::EngineEvent& event) noexcept override;
    [[nodiscard]] Frames lead() const noexcept override {
        return Frames{lead_frames_.load(std::memory_order_relaxed)};
    }

    /// Carries out what control asked for, then renders every packet that is due at `now`, as far
    /// as its sound has been read: a slow medium is waited for while there is time.
    /// @return true if packets went to the sink, whose flush() is then the caller's to call.
    bool tick(MediaInstant now) noexcept;

    [[nodiscard]] int streams() const noexcept { return streams_; }
    [[nodiscard]] EngineCounters counters() const noexcept;
    /// When to tick next, after a tick that was due at `last`. Live, that is the instant at which
    /// the next packet is one lead ahead, so that the lead holds to the frame.
    /// Thread: engine.
    [[nodiscard]] MediaInstant next_tick(MediaInstant last) const noexcept;

private:
    [[nodiscard]] std::chrono::nanoseconds tick_period() const noexcept;
    static void on_event(void* self, const show::EngineEvent& event) noexcept;
    void carry_out(const show::EngineCommand& command) noexcept;
    void follow_lead() noexcept;
    [[nodiscard]] Frames reach() const noexcept;
    bool render_lane(RenderLane& lane, MediaTime now) noexcept;

    EngineSettings settings_;
    int streams_;
    audio::ProgrammeFeed& feed_;
    audio::RenderSink& sink_;
    bool live_;
    std::array<std::unique_ptr<RenderLane>, audio::ProgrammeFeed::kLanes> lanes_;
    int current_ = 0;  ///< The newest epoch's lane.
    LeadFollower follower_;
    rt::SpscRing<show::EngineCommand> commands_;
    rt::SpscRing<show::EngineEvent> events_;
    std::atomic<std::int64_t> lead_frames_;
    std::atomic<std::uint64_t> packets_{0};
    std::atomic<std::uint64_t> late_ticks_{0};
    std::atomic<std::uint64_t> lost_events_{0};
    std::atomic<std::uint64_t> busy_ns_{0};
};

}  // namespace earshot::render
