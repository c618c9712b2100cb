#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/audio/ports.hpp"
#include "common/dsp/chain/hearing_chain.hpp"
#include "common/dsp/chain/layer_mixer.hpp"
#include "common/show/cue_schedule.hpp"
#include "common/show/render_plan.hpp"

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace earshot::render {

/// Told of what a lane does; called inside render().
using EventCallback = void (*)(void* context, const show::EngineEvent& event) noexcept;

/// Renders one epoch of all streams, packet by packet: a chain per stream, fed with the same
/// programme. Two lanes take turns, so that the epoch after a seek sounds while the one before it
/// still does.
///
/// Thread: engine. Real-time: all but the constructor.
class RenderLane {
public:
    /// @param index      Of the feed's lane it pulls.
    /// @param schedules  One per stream; outlive the lane.
    /// @param layers     Of the feed, in the order of its channels.
    /// @param bank       Shared by all chains.
    /// @param limiting   Of the chains; off only to measure offline.
    RenderLane(int index,
               std::span<const std::shared_ptr<const show::CueSchedule>> schedules,
               std::span<const dsp::LayerName> layers,
               const std::shared_ptr<const dsp::GammatoneBank>& bank,
               EventCallback on_event,
               void* context,
               dsp::PeakLimiting limiting = dsp::PeakLimiting::on);

    /// Begins an epoch. @param warm  false for a live feed: it has no past to warm up with.
    void start(const show::EngineCommand& relocation,
               audio::ProgrammeFeed& feed,
               audio::RenderSink& sink,
               bool warm) noexcept;
    /// The last packet is the one that holds the frame before `end`.
    void stop_at(MediaTime end) noexcept;
    /// A stream's change by hand, from the next packet's first frame on.
    void change(StreamId stream, const dsp::Transition& to, std::uint32_t tag) noexcept;
    /// Renders one packet of every stream.
    void render(audio::ProgrammeFeed& feed, audio::RenderSink& sink) noexcept;

    [[nodiscard]] bool active() const noexcept { return active_; }
    /// False while the next render() would have to put silence where the programme is not read yet.
    [[nodiscard]] bool fed(const audio::ProgrammeFeed& feed) const noexcept;
    [[nodiscard]] Epoch epoch() const noexcept { return epoch_; }
    /// Presentation time of the next packet's first decoded frame.
    [[nodiscard]] MediaTime next_packet() const noexcept { return next_ - kCodecDelay; }

private:
    struct Voice {
        Voice(std::shared_ptr<const show::CueSchedule> with,
              std::span<const dsp::LayerName> layers,
              std::shared_ptr<const dsp::GammatoneBank> bank,
              dsp::PeakLimiting limiting)
            : schedule(std::move(with)), mixer(layers), chain(std::move(bank), limiting) {}

        std::shared_ptr<const show::CueSchedule> schedule;
        dsp::LayerMixer mixer;
        dsp::HearingChain chain;
    };

    void retire_when_done() noexcept;
    void pull(audio::ProgrammeFeed& feed, audio::BlockView block) noexcept;
    void warm_up(audio::ProgrammeFeed& feed) noexcept;
    [[nodiscard]] dsp::Standing at_start(const dsp::Standing& at, Frames before) const noexcept;
    void apply_cues(Voice& voice, StreamId stream) noexcept;
    void mix_cues(Voice& voice) noexcept;
    /// Programme frame of the last input frame of the packet in work.
    [[nodiscard]] ProgrammeTime mixing_end() const noexcept;
    void process(Voice& voice) noexcept;
    void give_felt(Voice& voice, StreamId stream, audio::RenderSink& sink) noexcept;

    int index_;
    EventCallback on_event_;
    void* context_;
    std::vector<std::unique_ptr<Voice>> voices_;
    audio::Block input_;    ///< All layers.
    audio::Block outside_;  ///< Of one voice.
    audio::Block inside_;
    audio::Block output_;
    audio::Block felt_;
    bool active_ = false;
    bool playing_ = false;
    Epoch epoch_{};
    MediaTime next_{};       ///< When the next chain output frame is due, codec delay not counted.
    Frames chain_offset_{};  ///< Media time of a chain's output frame, less its own number.
    ProgrammeTime position_{};    ///< Programme frame which the next chain output frame carries.
    ProgrammeTime cues_after_{};  ///< Timed cues at or before it are in the start state already.
    ProgrammeTime mixed_cues_{};  ///< Those at or before it have reached the mixers.
    std::optional<MediaTime> end_;
};

}  // namespace earshot::render
