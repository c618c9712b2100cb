#include "client/core/client_session.hpp"

#include "client/core/telemetry.hpp"
#include "common/wire/bundle.hpp"
#include "common/wire/datagram_bodies.hpp"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/media.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/stream.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace earshot::client {
namespace {

/// Objective packets that were under way at an all-clear do not route the listener back to them.
constexpr std::chrono::seconds kAllClearSettles{2};
/// Fade of a listener that missed the all-clear while it was away.
constexpr std::uint32_t kLateAllClearFadeMs = 500;

StreamId stream_id(std::uint32_t number) noexcept {
    return StreamId{static_cast<std::uint8_t>(std::min(number, 255U))};
}

/// Text from the server as one printable line.
std::string one_line(std::string_view text) {
    std::string line{text.substr(0, 300)};
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return line;
}

}  // namespace

ClientSession::ClientSession(SessionConfig config, ListenerAudio& audio, ListenerAudio* tactile)
    : config_(std::move(config)), audio_(audio), tactile_(tactile), path_(config_.transport) {}

void ClientSession::on_open(SessionLink& link, LocalInstant now, DatagramLink* datagrams) {
    link_ = &link;
    path_.on_open(link, datagrams);
    state_ = State::greeted;
    last_heard_ = now;
    v1::Hello hello;
    hello.mutable_version()->set_major(wire::kVersionMajor);
    hello.mutable_version()->set_minor(wire::kVersionMinor);
    hello.add_features("resume");
    if (path_.wanted()) {
        hello.add_features("udp");
    }
    hello.set_role(v1::ROLE_LISTENER);
    hello.set_client(config_.client);
    hello.set_name(config_.name);
    hello.set_group(config_.group);
    hello.set_perspective(config_.perspective);
    hello.set_join_code(config_.join_code);
    hello.set_resume_token(config_.resume_token);
    hello.set_decodes_audio(config_.decodes_audio);
    if (tactile_ != nullptr || config_.haptics) {
        hello.mutable_companions()->set_tactile(tactile_ != nullptr);
        hello.mutable_companions()->set_haptics(config_.haptics);
    }
    link.send(wire::make_envelope(wire::Kind::hello, hello));
}

void ClientSession::on_closed() noexcept {
    link_ = nullptr;
    path_.on_closed();
    if (state_ != State::refused) {
        state_ = State::closed;
    }
}

void ClientSession::leave(std::string_view reason) {
    if (link_ != nullptr && state_ == State::live) {
        v1::Bye bye;
        bye.set_reason(std::string{reason});
        link_->send(wire::make_envelope(wire::Kind::bye, bye));
    }
}

std::chrono::milliseconds ClientSession::take_come_back_after() noexcept {
    return std::exchange(come_back_after_, std::chrono::milliseconds{0});
}

StreamId ClientSession::heard_stream() const noexcept {
    return local_ == Local::panic ? info_.objective : own_stream_;
}

void ClientSession::tick(LocalInstant now) {
    if (link_ == nullptr || state_ == State::refused) {
        return;
    }
    if (now - last_heard_ > kIdleLimit) {
        link_->hang_up("the server has said nothing for 6 s");
        return;
    }
    if (state_ != State::live) {
        return;
    }
    path_.tick(now);
    clock_.set_lossy(path_.in_use());
    if (clock_.due(now)) {
        const std::uint32_t sequence = clock_.send(now);
        if (path_.in_use()) {
            path_.send_sync(sequence);
        } else {
            link_->send_sync(sequence);
        }
    }
    if (path_.in_use() && now >= heartbeat_due_) {
        link_->send_sync(clock_.send_extra());
        heartbeat_due_ = now + kHeartbeatPeriod;
    }
    if (now >= telemetry_due_) {
        send_telemetry(now);
        telemetry_due_ = now + kTelemetryPeriod;
    }
}

LocalInstant ClientSession::next_due() const noexcept {
    if (link_ == nullptr || state_ == State::refused) {
        return LocalInstant::max();
    }
    const LocalInstant idle = last_heard_ + kIdleLimit + std::chrono::milliseconds{1};
    if (state_ != State::live) {
        return idle;
    }
    const LocalInstant due = std::min({idle, clock_.next(), telemetry_due_, path_.next_due()});
    return path_.in_use() ? std::min(due, heartbeat_due_) : due;
}

void ClientSession::on_envelope(std::span<const std::byte> bytes, LocalInstant received) {
    last_heard_ = received;
    const auto envelope = wire::parse_envelope(bytes);
    if (!envelope) {
        // Newer servers may send kinds that are not known here.
        malformed_ += envelope.error() == Errc::bad_kind ? 0U : 1U;
        return;
    }
    const auto body = envelope->body;
    const auto read = [&](auto& message) {
        const bool good = wire::parse_body(body, message).has_value();
        malformed_ += good ? 0U : 1U;
        return good;
    };
    if (state_ == State::greeted) {
        if (envelope->kind == wire::Kind::welcome) {
            if (v1::Welcome welcome; read(welcome)) {
                on_welcome(welcome, received);
            }
        } else if (envelope->kind == wire::Kind::refusal) {
            if (v1::Refusal refusal; read(refusal)) {
                on_refusal(refusal);
            }
        }
        return;
    }
    if (state_ != State::live) {
        return;
    }
    switch (envelope->kind) {
        case wire::Kind::bundle:
            if (path_.takes_from_connection()) {
                on_bundle(body, LossRepair::Way::sent, received);
            }
            break;
        case wire::Kind::sync_reply:
            on_sync_reply(body, received);
            break;
        case wire::Kind::media_offer:
            on_media_offer(body, received);
            break;
        case wire::Kind::local_control:
            on_local_control(body, received);
            break;
        case wire::Kind::state_change:
            if (v1::StateChange change; read(change)) {
                on_state_change(change);
            }
            break;
        case wire::Kind::timeline:
            if (v1::Timeline timeline; read(timeline)) {
                on_timeline(timeline);
            }
            break;
        case wire::Kind::streams:
            if (v1::Streams streams; read(streams)) {
                on_streams(streams);
            }
            break;
        case wire::Kind::session_state:
            if (v1::SessionState session; read(session)) {
                info_.phase = static_cast<std::uint32_t>(session.phase());
                if (session.lead_ms() > 0) info_.lead_ms = session.lead_ms();
            }
            break;
        case wire::Kind::refusal:
            if (v1::Refusal refusal; read(refusal)) {
                on_refusal(refusal);
            }
            break;
        case wire::Kind::bye:
            if (v1::Bye bye; read(bye)) {
                come_back_after_ = std::chrono::milliseconds{bye.come_back_after_ms()};
                const std::string reason = one_line(bye.reason());
                link_->hang_up(reason.empty() ? "the server said good-bye" : reason);
            }
            break;
        default:
            break;
    }
}

void ClientSession::on_datagram(wire::DatagramType type,
                                std::span<const std::byte> body,
                                LocalInstant received) {
    if (state_ != State::live || !path_.offered()) {
        return;
    }
    path_.heard(received);
    switch (type) {
        case wire::DatagramType::probe_ack:
            if (const auto nonce = wire::parse_probe(body)) {
                path_.acknowledged(*nonce, received);
            } else {
                ++malformed_;
            }
            break;
        case wire::DatagramType::sync_reply: {
            const auto reply = wire::parse_sync_reply(body);
            if (reply && take_reply({reply->t1, reply->t2, reply->t3, reply->sequence}, received)) {
                path_.add_round_trip(clock_.round_trip());
            } else {
                ++malformed_;
            }
            break;
        }
        case wire::DatagramType::audio:
            on_bundle(body, LossRepair::Way::sent, received);
            break;
        case wire::DatagramType::audio_again:
            on_bundle(body, LossRepair::Way::again, received);
            break;
        default:
            break;
    }
}

void ClientSession::on_media_offer(std::span<const std::byte> body, LocalInstant now) {
    v1::MediaOffer offer;
    if (!wire::parse_body(body, offer) ||
        !path_.on_offer(offer, std::chrono::milliseconds{info_.lead_ms}, now)) {
        ++malformed_;
    }
}

void ClientSession::on_welcome(const v1::Welcome& welcome, LocalInstant now) {
    if (welcome.version().major() != wire::kVersionMajor) {
        refuse("the server speaks protocol " + std::to_string(welcome.version().major()) +
                   ", this client " + std::to_string(wire::kVersionMajor) +
                   ": install the same Earshot release on both",
               true);
        return;
    }
    if (info_.session_id != welcome.session_id()) {
        // Another run of the server: another media clock, and nothing announced before holds.
        states_ = StateWatch{};
        haptics_ = HapticWatch{};
        programme_ = ProgrammeMap{};
        delivered_.clear();
        path_.forget();
        local_ = Local::own;
    }
    clock_.restart(now, info_.session_id == welcome.session_id());
    state_ = State::live;
    telemetry_due_ = now + kTelemetryPeriod;
    info_.session_id = welcome.session_id();
    info_.listener_id = welcome.listener_id();
    info_.badge = one_line(welcome.badge());
    info_.server = one_line(welcome.server());
    info_.show_title = one_line(welcome.show().title());
    info_.lead_ms = welcome.lead_ms();
    info_.phase = static_cast<std::uint32_t>(welcome.session().phase());
    if (!welcome.resume_token().empty()) {
        config_.resume_token = welcome.resume_token();
    }
    on_streams(welcome.streams());
    on_timeline(welcome.timeline());
    for (const v1::StateChange& change : welcome.states()) {
        on_state_change(change);
    }
    post_level_cap(welcome.level_cap_dbfs());
    own_stream_ = stream_id(welcome.stream_id());
    if (welcome.session().panic()) {
        if (local_ == Local::own) {
            enter(Local::panic, 0, now);
        }
    } else if (local_ != Local::own) {
        enter(Local::own, kLateAllClearFadeMs, now);
    } else {
        follow(own_stream_);
    }
    tick(now);
}

void ClientSession::on_refusal(const v1::Refusal& refusal) {
    std::string text = one_line(refusal.text());
    if (refusal.code() == v1::REFUSAL_VERSION) {
        text = "the server refuses protocol " + std::to_string(wire::kVersionMajor) + "." +
               std::to_string(wire::kVersionMinor) + (text.empty() ? "" : ": " + text);
        if (refusal.has_version()) {
            text += " (it speaks " + std::to_string(refusal.version().major()) + "." +
                    std::to_string(refusal.version().minor()) + ")";
        }
    } else {
        text = "the server refuses this listener: " + (text.empty() ? "no reason given" : text);
    }
    const bool passes = refusal.code() == v1::REFUSAL_RATE || refusal.code() == v1::REFUSAL_FULL ||
                        refusal.code() == v1::REFUSAL_TIMEOUT ||
                        refusal.code() == v1::REFUSAL_ENDED;
    refuse(std::move(text), !passes);
}

void ClientSession::refuse(std::string text, bool final) {
    refusal_ = {std::move(text), final};
    state_ = State::refused;
    link_->hang_up("refused");
}

void ClientSession::on_streams(const v1::Streams& streams) {
    info_.streams.clear();
    for (const v1::Stream& stream : streams.streams()) {
        info_.streams.push_back({stream_id(stream.stream_id()), one_line(stream.perspective()),
                                 one_line(stream.title())});
    }
    info_.companions.clear();
    for (const v1::Companion& companion : streams.companions()) {
        if (companion.kind() == v1::COMPANION_KIND_TACTILE ||
            companion.kind() == v1::COMPANION_KIND_HAPTIC) {
            info_.companions.push_back({stream_id(companion.stream_id()),
                                        stream_id(companion.companion_of()),
                                        companion.kind() == v1::COMPANION_KIND_HAPTIC});
        }
    }
    info_.objective = stream_id(streams.objective_stream_id());
}

void ClientSession::on_timeline(const v1::Timeline& timeline) {
    std::vector<ProgrammeSegment> segments;
    for (const v1::Segment& segment : timeline.segments()) {
        segments.push_back({Epoch{segment.epoch()}, MediaTime{Frames{segment.media_time()}},
                            ProgrammeTime{Frames{segment.programme_time()}}, segment.rate()});
    }
    programme_.assign(std::move(segments));
    states_.assign(programme_);
}

void ClientSession::on_state_change(const v1::StateChange& change) {
    states_.announce({stream_id(change.stream_id()), Epoch{change.epoch()},
                      MediaTime{Frames{change.media_time()}},
                      ProgrammeTime{Frames{change.programme_time()}}, one_line(change.state()),
                      one_line(change.label()), one_line(change.caption()), change.intensity(),
                      change.fade_ms(), one_line(change.cue_number())});
}

void ClientSession::on_bundle(std::span<const std::byte> body,
                              LossRepair::Way way,
                              LocalInstant received) {
    const auto bundle = wire::parse_bundle(body);
    if (!bundle) {
        ++malformed_;
        return;
    }
    wire::PacketSlot slot;
    for (int i = 0; i < bundle->count; ++i) {
        const wire::PacketView& view = bundle->packets[static_cast<std::size_t>(i)];
        slot.stamp = view.stamp;
        slot.size = static_cast<std::uint16_t>(view.payload.size());
        if (!view.payload.empty()) {
            std::memcpy(slot.payload.data(), view.payload.data(), view.payload.size());
        }
        path_.packet(slot.stamp, way, received);
        // All packets of a bundle are of one stream.
        const auto companion =
            std::find_if(info_.companions.begin(), info_.companions.end(),
                         [&](const CompanionInfo& one) { return one.id == slot.stamp.stream; });
        if (companion != info_.companions.end()) {
            give_companion(*companion, slot, received);
            continue;
        }
        if (i == 0) {
            packet_of(slot.stamp.stream, received);
        }
        delivered_.add(slot, received);
        audio_.packet(slot, received);
    }
}

void ClientSession::give_companion(const CompanionInfo& companion,
                                   const wire::PacketSlot& packet,
                                   LocalInstant received) {
    if (!companion.haptic) {
        if (tactile_ != nullptr) {
            tactile_->packet(packet, received);
        }
        return;
    }
    const auto points = wire::parse_haptics(packet.bytes());
    if (!points) {
        ++malformed_;
    } else if (companion.of == own_stream_) {
        haptics_.add(packet.stamp, *points);
    }
}

void ClientSession::command(const PlayerCommand& command) {
    audio_.command(command);
    if (tactile_ == nullptr) {
        return;
    }
    PlayerCommand felt = command;
    if (felt.kind == PlayerCommand::Kind::panic) {
        felt.kind = PlayerCommand::Kind::silence;  // and nothing of the objective stream
    }
    for (const CompanionInfo& companion : info_.companions) {
        if (!companion.haptic && companion.of == command.stream) {
            felt.stream = companion.id;
        }
    }
    tactile_->command(felt);
}

void ClientSession::follow(StreamId stream) {
    if (stream != own_stream_) {
        own_stream_ = stream;
        haptics_.clear();
    }
    command({.kind = PlayerCommand::Kind::follow, .stream = stream});
}

// The server routes by sending: packets of another stream mean that this listener was moved there.
void ClientSession::packet_of(StreamId stream, LocalInstant now) {
    if (local_ != Local::own || stream == own_stream_) {
        return;
    }
    if (stream == info_.objective && now - all_clear_at_ < kAllClearSettles) {
        return;
    }
    follow(stream);
}

void ClientSession::on_sync_reply(std::span<const std::byte> body, LocalInstant received) {
    v1::SyncReply reply;
    if (!wire::parse_body(body, reply)) {
        ++malformed_;
        return;
    }
    // While UDP is used, it only says that the connection is there.
    if (!path_.in_use() && !take_reply({reply.t1_local_ns(), reply.t2_media_ns(),
                                        reply.t3_media_ns(), reply.sequence()},
                                       received)) {
        ++malformed_;
    }
}

bool ClientSession::take_reply(const ClockReply& reply, LocalInstant received) {
    if (clock_.take(reply, received) == SessionClock::Verdict::refused) {
        return false;
    }
    const sync::ClockModel& model = clock_.model();
    if (model.valid) {
        path_.set_clock(model);
        audio_.clock(model);
        if (tactile_ != nullptr) {
            tactile_->clock(model);
        }
    }
    return true;
}

void ClientSession::on_local_control(std::span<const std::byte> body, LocalInstant now) {
    v1::LocalControl control;
    if (!wire::parse_body(body, control)) {
        ++malformed_;
        return;
    }
    switch (control.action()) {
        case v1::LOCAL_ACTION_PANIC:
            enter(Local::panic, 0, now);
            break;
        case v1::LOCAL_ACTION_SILENCE:
            enter(Local::silence, 0, now);
            break;
        case v1::LOCAL_ACTION_ALL_CLEAR:
            enter(Local::own, control.fade_ms(), now);
            break;
        case v1::LOCAL_ACTION_LEVEL_CAP:
            post_level_cap(control.level_cap_dbfs());
            break;
        default:
            break;
    }
}

void ClientSession::enter(Local mode, std::uint32_t fade_ms, LocalInstant now) {
    local_ = mode;
    PlayerCommand command;
    command.fade_ms = fade_ms;
    if (mode == Local::own) {
        haptics_.resume();
    } else {
        haptics_.hush();
    }
    switch (mode) {
        case Local::panic:
            command.kind = PlayerCommand::Kind::panic;
            command.stream = info_.objective;
            break;
        case Local::silence:
            command.kind = PlayerCommand::Kind::silence;
            command.stream = own_stream_;
            break;
        case Local::own:
            command.kind = PlayerCommand::Kind::all_clear;
            command.stream = own_stream_;
            all_clear_at_ = now;
            break;
    }
    this->command(command);
}

void ClientSession::post_level_cap(float session_cap_dbfs) {
    const auto own = static_cast<float>(config_.level_cap_dbfs);
    command({.kind = PlayerCommand::Kind::level_cap,
             .stream = {},
             .value_db = std::clamp(std::min(own, session_cap_dbfs), -60.0F, 0.0F)});
}

void ClientSession::send_telemetry(LocalInstant now) {
    v1::Telemetry telemetry;
    const auto& heard = states_.heard();
    fill_telemetry(
        {audio_.stats(), clock_.model(), clock_.round_trip(), config_.device_latency_ms,
         heard ? heard->state : std::string{}, path_.transport(), delivered_.take_settled(now)},
        telemetry);
    link_->send(wire::make_envelope(wire::Kind::telemetry, telemetry));
}

}  // namespace earshot::client
