#include "client/core/player.hpp"

#include "client/core/drift_corrector.hpp"
#include "client/core/lane_set.hpp"
#include "client/core/output_stage.hpp"
#include "client/core/playout_stats.hpp"
#include "client/core/stream_mixer.hpp"
#include "common/audio/format.hpp"
#include "common/rt/realtime.hpp"
#include "common/rt/spsc_ring.hpp"
#include "common/rt/triple_buffer.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>

namespace earshot::client {
namespace {

/// 2.5 s of packets of one stream: what comes in while the device sleeps, and is worth keeping.
constexpr std::size_t kPacketRing = 128;
constexpr std::size_t kCommandRing = 64;
constexpr std::size_t kTapRing = 64;
/// Longest stretch planned and decoded for at once.
constexpr int kChunkFrames = 960;
/// Packets that are here are decoded this far ahead of the device.
constexpr double kDecodeAhead = 2'880.0;
/// Opus frames decoded at most for one chunk; a join catches up over two.
constexpr int kDecodeBudget = 6;
/// Between two accounts.
constexpr int kStatsFrames = 2'400;
constexpr int kFramesPerMs = kSampleRateHz / 1'000;
/// Fade after a panic unless the command says otherwise (DESIGN 1.7: at least 300 ms from silence).
constexpr std::uint32_t kPanicFadeMs = 300;
constexpr std::uint32_t kLongestFadeMs = 60'000;
/// Errors above this are not in step.
constexpr double kInStepSeconds = 20e-3;

}  // namespace

class Player::State {
public:
    explicit State(const PlayerConfig& config)
        : corrector_(config.device_latency, OutputStage::kDelay),
          output_(config.volume_db, config.level_cap_dbfs) {}

    // Network side.
    rt::SpscRing<wire::PacketSlot> packets{kPacketRing};
    rt::SpscRing<PlayerCommand> commands{kCommandRing};
    rt::TripleBuffer<sync::ClockModel> clocks;
    rt::TripleBuffer<PlayerStats> accounts;
    std::atomic<std::uint64_t> dropped{0};  ///< Packets that found the ring full.
    std::unique_ptr<rt::SpscRing<DecodedBlock>> tap;

    // Device side.
    void take_input() noexcept;
    void render(audio::BlockView out, const audio::DacTime& dac_time) noexcept;

private:
    /// What the mute is waiting for.
    enum class Mode {
        open,
        falling,  ///< To silence, then to the stream that is safe.
        waiting,  ///< Silent until the followed stream is there.
        silent,   ///< Until all clear.
    };

    void obey(const PlayerCommand& command) noexcept;
    void chunk(audio::BlockView out, const audio::DacTime& dac_time, int offset) noexcept;
    void mute_logic() noexcept;
    void tap_decoded(double position) noexcept;
    void account(const DriftCorrector::Stretch& stretch, int frames) noexcept;
    void publish() noexcept;

    DriftCorrector corrector_;
    OutputStage output_;
    LaneSet lanes_;
    StreamMixer mixer_;
    ErrorHistogram errors_;
    sync::ClockModel clock_;
    DecodeCounters decoded_;
    PlayerStats stats_;
    wire::PacketSlot incoming_;
    DecodedBlock tapped_{};
    const LaneSet::Lane* tapped_lane_ = nullptr;
    Epoch tapped_epoch_{};
    std::int64_t tapped_to_ = 0;
    StreamId followed_{};
    StreamId safe_{};  ///< Followed once falling has ended.
    std::uint32_t fade_ms_ = 0;
    Mode mode_ = Mode::open;
    bool following_ = false;  ///< A stream was chosen, by a command or by the first packet.
    int since_account_ = kStatsFrames;
};

void Player::State::take_input() noexcept {
    PlayerCommand command;
    while (commands.try_pop(command)) {
        obey(command);
    }
    const sync::ClockModel& newest = clocks.read();
    if (newest.valid) {  // a reconnection keeps the fit it had
        clock_ = newest;
    }
    const auto heard = [this](const LaneSet::Lane& lane) { return mixer_.hears(lane); };
    for (std::size_t i = 0; i < kPacketRing && packets.try_pop(incoming_); ++i) {
        if (!following_) {
            following_ = true;
            followed_ = incoming_.stamp.stream;
        }
        lanes_.insert(incoming_, followed_, heard);
    }
}

void Player::State::obey(const PlayerCommand& command) noexcept {
    switch (command.kind) {
        case PlayerCommand::Kind::follow:
            following_ = true;
            safe_ = command.stream;
            if (mode_ != Mode::falling) {
                followed_ = command.stream;
            }
            break;
        case PlayerCommand::Kind::panic:
            following_ = true;
            safe_ = command.stream;
            fade_ms_ = command.fade_ms == 0 ? kPanicFadeMs : command.fade_ms;
            mode_ = Mode::falling;
            output_.mute();
            break;
        case PlayerCommand::Kind::silence:
            mode_ = Mode::silent;
            output_.mute();
            break;
        case PlayerCommand::Kind::all_clear:
            following_ = true;
            if (output_.silent()) {
                mixer_.cut();  // not a moment of what was left must come back
            }
            followed_ = command.stream;
            fade_ms_ = std::max<std::uint32_t>(command.fade_ms, 20);
            mode_ = output_.muted() ? Mode::waiting : Mode::open;
            break;
        case PlayerCommand::Kind::volume:
            output_.set_volume(command.value_db);
            break;
        case PlayerCommand::Kind::level_cap:
            output_.set_level_cap(command.value_db);
            break;
    }
}

void Player::State::mute_logic() noexcept {
    if (mode_ == Mode::falling && output_.silent()) {
        mixer_.cut();
        followed_ = safe_;
        mode_ = Mode::waiting;
    } else if (mode_ == Mode::waiting) {
        const LaneSet::Lane* lane = mixer_.lane();
        if (lane != nullptr && lane->stream() == followed_) {
            output_.unmute(static_cast<int>(std::min(fade_ms_, kLongestFadeMs)) * kFramesPerMs);
            mode_ = Mode::open;
        }
    }
}

void Player::State::render(audio::BlockView out, const audio::DacTime& dac_time) noexcept {
    take_input();
    for (int done = 0; done < out.frames(); done += kChunkFrames) {
        const int frames = std::min(kChunkFrames, out.frames() - done);
        chunk(out.part(done, frames), dac_time, done);
    }
}

void Player::State::chunk(audio::BlockView out,
                          const audio::DacTime& dac_time,
                          int offset) noexcept {
    const int frames = out.frames();
    if (corrector_.ready(clock_, dac_time)) {
        DriftCorrector::Stretch stretch =
            corrector_.plan(clock_, dac_time, offset, frames, mixer_.sounds());
        if (stretch.reanchor) {
            corrector_.reanchor(stretch, frames);
            mixer_.reanchor();
            ++stats_.reanchors;
        }
        const double must = stretch.position + frames * 1.001 + 2.0 * StreamMixer::kReach;
        lanes_.advance({.followed = followed_,
                        .position = stretch.position,
                        .must = must,
                        .want = must + kDecodeAhead,
                        .budget = kDecodeBudget},
                       decoded_, [this](const LaneSet::Lane& lane) { return mixer_.hears(lane); });
        mute_logic();
        mixer_.mix(lanes_, followed_, out, stretch.position, stretch.step_first, stretch.step_last);
        tap_decoded(stretch.position + frames);
        account(stretch, frames);
    } else {
        audio::clear(out);
    }
    output_.process(out);
    since_account_ += frames;
    if (since_account_ >= kStatsFrames) {
        since_account_ = 0;
        publish();
    }
}

void Player::State::tap_decoded(double position) noexcept {
    const LaneSet::Lane* lane = mixer_.lane();
    if (tap == nullptr || lane == nullptr) {
        return;
    }
    const DecodedTimeline& timeline = lane->timeline();
    if (lane != tapped_lane_ || lane->epoch() != tapped_epoch_) {
        tapped_lane_ = lane;
        tapped_epoch_ = lane->epoch();
        // Where it took over is a packet's start or within the last chunk.
        tapped_to_ = std::max(lane->switch_media(), lane->audible_from());
        const double played = position - 2.0 * kChunkFrames - static_cast<double>(tapped_to_);
        if (played > 0.0) {
            tapped_to_ += static_cast<std::int64_t>(played / DecodedTimeline::kBlockFrames) *
                          DecodedTimeline::kBlockFrames;
        }
    }
    for (int i = 0; i < timeline.blocks(); ++i) {
        const std::int64_t media = timeline.block_media(i);
        if (media < tapped_to_ || static_cast<double>(media) >= position) {
            continue;
        }
        const DecodedTimeline::BlockInfo& info = timeline.info(i);
        tapped_.stamp = info.stamp;
        tapped_.concealed = info.concealed;
        for (int c = 0; c < audio::kListenerChannels; ++c) {
            const auto from = timeline.block(i).channel(c);
            std::copy(from.begin(), from.end(), tapped_.samples[c]);
        }
        tapped_to_ = media + DecodedTimeline::kBlockFrames;
        if (!tap->try_push(tapped_)) {
            return;  // nobody takes them out: the recording has a hole
        }
    }
}

void Player::State::account(const DriftCorrector::Stretch& stretch, int frames) noexcept {
    const LaneSet::Lane* lane = mixer_.lane();
    stats_.playing =
        lane != nullptr && !output_.muted() && std::abs(stretch.error_s) <= kInStepSeconds;
    if (lane != nullptr) {
        errors_.add(stretch.error_s, frames);
    }
    const double at = stretch.position - OutputStage::kDelay;
    stats_.media = MediaTime{Frames{std::llround(at)}};
    const LaneSet::Lane* shown =
        lane != nullptr ? lane : lanes_.expected(followed_, stretch.position);
    stats_.buffer_ms =
        shown == nullptr ? 0.0F
                         : static_cast<float>(shown->held_frames(stretch.position) / kFramesPerMs);
    if (lane == nullptr) {
        return;
    }
    stats_.epoch = lane->epoch();
    const DecodedTimeline& timeline = lane->timeline();
    const std::int64_t media = stats_.media.time_since_epoch().count();
    for (int i = 0; i + 1 < timeline.blocks(); ++i) {
        const std::int64_t into = media - timeline.block_media(i);
        if (into >= 0 && into < DecodedTimeline::kBlockFrames) {
            // Paused programmes repeat one programme time.
            const ProgrammeTime here = timeline.info(i).stamp.programme;
            const Frames step = timeline.info(i + 1).stamp.programme - here;
            stats_.programme = here + (step > Frames{0} ? Frames{into} : Frames{0});
            return;
        }
    }
}

void Player::State::publish() noexcept {
    const ArrivalCounters& arrivals = lanes_.arrivals();
    const std::uint64_t lost_in_ring = dropped.load(std::memory_order_relaxed);
    stats_.packets_received = arrivals.received + lost_in_ring;
    stats_.packets_late = arrivals.late;
    stats_.packets_duplicate = arrivals.duplicate;
    stats_.packets_lost = decoded_.packets_lost;
    stats_.frames_concealed = decoded_.frames_concealed;
    stats_.correction_ppm = static_cast<float>(corrector_.correction_ppm());
    const ErrorHistogram::Quantiles q = errors_.quantiles();
    stats_.error_p50_us = q.p50_us;
    stats_.error_p99_us = q.p99_us;
    stats_.error_max_us = q.max_us;
    stats_.error_mean_us = q.mean_us;
    accounts.write(stats_);
}

Player::Player(const PlayerConfig& config) : state_(std::make_unique<State>(config)) {}

Player::~Player() = default;

bool Player::push_packet(const wire::PacketSlot& packet) noexcept {
    if (state_->packets.try_push(packet)) {
        return true;
    }
    state_->dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
}

void Player::set_clock(const sync::ClockModel& model) noexcept {
    state_->clocks.write(model);
}

bool Player::post(const PlayerCommand& command) noexcept {
    return state_->commands.try_push(command);
}

PlayerStats Player::stats() noexcept {
    return state_->accounts.read();
}

bool Player::pop_decoded(DecodedBlock& block) noexcept {
    return state_->tap != nullptr && state_->tap->try_pop(block);
}

void Player::enable_decoded_tap() {
    state_->tap = std::make_unique<rt::SpscRing<DecodedBlock>>(kTapRing);
}

void Player::render(audio::BlockView out, const audio::DacTime& dac_time) noexcept {
    const rt::RealtimeScope realtime;
    const rt::ScopedFlushDenormals flush;
    state_->render(out, dac_time);
}

}  // namespace earshot::client
