#include "server/session/session.hpp"

#include "common/wire/version.hpp"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "server/session/messages.hpp"
#include "server/session/telemetry_report.hpp"

#include <algorithm>

namespace earshot::session {
namespace {

constexpr std::string_view kArea = "session";
/// What a listener can do, as its hello says.
constexpr std::string_view kUdpFeature = "udp";
constexpr double kInStepUs = 1'000.0;
constexpr std::size_t kMaxReports = 10'000;
/// A listener's figures count once in this time, whatever it sends: it weighs as much as others.
/// Counters are told anew by the next report.
constexpr std::chrono::seconds kBetweenReports{1};

wire::SharedEnvelope envelope(wire::Kind kind, const google::protobuf::MessageLite& message) {
    return std::make_shared<const std::vector<std::byte>>(wire::make_envelope(kind, message));
}

wire::Companions companions_of(const v1::Companions& wanted) {
    return {.tactile = wanted.tactile(), .haptics = wanted.haptics()};
}

}  // namespace

Session::Session(SessionSettings settings,
                 const show::Show& show,
                 const MediaClockSource& clock,
                 Log& log)
    : settings_(std::move(settings)),
      show_(show),
      clock_(clock),
      log_(log),
      registry_(settings_.seats),
      longest_lead_(settings_.lead),
      lockstep_(settings_.seats, clock.now()) {}

void Session::attach(wire::ListenerGateway& gateway, Playback& playback) {
    gateway_ = &gateway;
    playback_ = &playback;
}

std::optional<StreamId> Session::stream_of(std::string_view perspective) const noexcept {
    const int index = index_of(show_, perspective);
    if (index < 0) return std::nullopt;
    return StreamId{static_cast<std::uint8_t>(index)};
}

std::size_t Session::in_step() const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        registry_.all(), [](const auto& entry) { return is_in_step(entry.second); }));
}

bool Session::is_in_step(const Listener& listener) noexcept {
    return listener.connection && listener.report.known && listener.report.playing &&
           listener.report.error_p99_us < kInStepUs;
}

Risk Session::risk_of(const Listener& listener) const noexcept {
    return listener.connection ? listener.risk.at(clock_.now()) : Risk::none;
}

Frames Session::ahead() const noexcept {
    // What a live source's sound spends in its ring, in chain, codec and its own packet.
    constexpr Frames kSpent = kLiveWait + kChainLatency + kCodecDelay + kPacketFrames;
    return playback_->lead_now() - (playback_->live() ? kSpent : Frames{0});
}

std::size_t Session::listeners_of(StreamId stream) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(registry_.all(), [&](const auto& entry) {
        return entry.second.connection && entry.second.stream == stream;
    }));
}

void Session::on_envelope(ConnectionId connection,
                          wire::Kind kind,
                          std::span<const std::byte> body) {
    using wire::Kind;
    if (kind == Kind::hello) return hello(connection, body);
    if (registry_.find(connection) == nullptr) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE, "the first message must be a hello");
    }
    switch (kind) {
        case Kind::subscribe:
            return subscribe(connection, body);
        case Kind::telemetry:
            return telemetry(connection, body);
        case Kind::exit:
            return leave_or_return(connection, body);
        case Kind::bye:
            return gateway_->close(connection, "goodbye");
        default:
            return refuse(connection, v1::REFUSAL_BAD_MESSAGE,
                          "a listener may not send this kind of message");
    }
}

void Session::on_closed(ConnectionId connection, const wire::ConnectionCounters& counters) {
    if (const Listener* listener = registry_.find(connection)) {
        log_.info(kArea, listener->badge + " is gone");
        lockstep_.gone(listener->id, clock_.now());
    }
    registry_.lost(connection, counters, std::chrono::steady_clock::now());
}

void Session::refuse(ConnectionId connection, int code, const std::string& text) {
    v1::Refusal refusal;
    refusal.set_code(static_cast<v1::RefusalCode>(code));
    refusal.set_text(text);
    refusal.mutable_version()->set_major(wire::kVersionMajor);
    refusal.mutable_version()->set_minor(wire::kVersionMinor);
    gateway_->send(connection, envelope(wire::Kind::refusal, refusal));
    gateway_->close(connection, text);
    log_.warning_limited(kArea, "refused " + std::to_string(code), "refused a connection: " + text);
}

void Session::hello(ConnectionId connection, std::span<const std::byte> body) {
    v1::Hello message;
    if (wire::parse_body(body, message).has_error()) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE, "the hello could not be read");
    }
    if (const auto version = wire::agree_version(
            wire::kOwnVersion, {message.version().major(), message.version().minor()}, "listener");
        !version) {
        return refuse(connection, v1::REFUSAL_VERSION, version.failure().text);
    }
    if (message.role() != v1::ROLE_LISTENER && message.role() != v1::ROLE_UNSPECIFIED) {
        return refuse(connection, v1::REFUSAL_ROLE, "only listeners can connect here");
    }
    if (registry_.find(connection) != nullptr) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE, "there was a hello already");
    }
    const std::string wanted =
        message.perspective().empty() ? show_.default_perspective : message.perspective();
    const auto stream = stream_of(wanted);
    if (!stream) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE,
                      "there is no perspective '" + label(wanted) + "' in this show");
    }
    Listener* listener =
        registry_.join(connection, message.resume_token(), std::chrono::steady_clock::now());
    if (listener == nullptr) {
        return refuse(connection, v1::REFUSAL_FULL, "every seat is taken; try again later");
    }
    listener->name = label(message.name());
    listener->group = label(message.group());
    listener->client = label(message.client());
    listener->stream = *stream;
    listener->companions = companions_of(message.companions());
    listener->risk.connected(clock_.now());
    lockstep_.joined(listener->id, listener->badge, sent_to(*listener), clock_.now());
    gateway_->send(connection, welcome(*listener));
    gateway_->accept(connection);
    if (std::ranges::find(message.features(), kUdpFeature) != message.features().end()) {
        gateway_->offer_datagrams(connection);
    }
    route(*listener);
    log_.info(kArea, listener->badge + " listens to " + wanted + " (" +
                         std::to_string(registry_.connected()) + " connected)");
}

void Session::tick(MediaInstant now) {
    if (begun_ || settings_.start_at_listeners == 0 ||
        playback_->phase(now) != timeline::Phase::ready) {
        return;
    }
    if (registry_.connected() < static_cast<std::size_t>(settings_.start_at_listeners)) {
        enough_since_.reset();
        return;
    }
    if (!enough_since_) {
        enough_since_ = now;
        log_.info(kArea, "enough listeners: the programme starts once they know their clocks");
    }
    if (now - *enough_since_ < settings_.start_after) return;
    begun_ = true;
    (void)playback_->go(now);
}

wire::SharedEnvelope Session::welcome(const Listener& listener) const {
    v1::Welcome message;
    message.mutable_version()->set_major(wire::kVersionMajor);
    message.mutable_version()->set_minor(wire::kVersionMinor);
    message.set_server(settings_.server_name);
    message.set_session_id(settings_.id);
    message.set_listener_id(listener.id.value);
    message.set_badge(listener.badge);
    message.set_resume_token(listener.token.data(), listener.token.size());
    message.set_lead_ms(static_cast<std::uint32_t>(settings_.lead / std::chrono::milliseconds{1}));
    message.set_level_cap_dbfs(static_cast<float>(settings_.level_cap_dbfs));
    message.set_stream_id(listener.stream.value);
    fill(*message.mutable_streams(), show_, settings_.bitrate_bps, settings_.tactile_bitrate_bps);
    fill(*message.mutable_show(), show_, playback_->length());
    fill_state(*message.mutable_session());
    fill(*message.mutable_timeline(), playback_->map().since(recent()));
    for (const StateNotice& notice : playback_->states(clock_.now())) {
        fill(*message.add_states(), notice, show_);
    }
    return envelope(wire::Kind::welcome, message);
}

bool Session::is_led_away(const Listener& listener) const noexcept {
    return panic_ || listener.left;
}

StreamId Session::sent_to(const Listener& listener) const noexcept {
    return is_led_away(listener) ? stream_of(show::kObjective).value_or(StreamId{})
                                 : listener.stream;
}

void Session::route(const Listener& listener) {
    if (!listener.connection) return;
    // Who is led away feels nothing until all is clear.
    gateway_->accompany(*listener.connection,
                        is_led_away(listener) ? wire::Companions{} : listener.companions);
    gateway_->subscribe(*listener.connection, sent_to(listener));
}

MediaTime Session::recent() const noexcept {
    return to_frame(clock_.now()) - Frames{kSampleRateHz};
}

void Session::subscribe(ConnectionId connection, std::span<const std::byte> body) {
    v1::Subscribe message;
    Listener* listener = registry_.find(connection);
    if (wire::parse_body(body, message).has_error()) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE, "the subscription could not be read");
    }
    const bool stays = message.perspective().empty() && message.has_companions();
    const std::optional<StreamId> stream =
        stays ? listener->stream : stream_of(message.perspective());
    if (!stream) {
        log_.warning_limited(kArea, "subscribe",
                             "a listener asked for a perspective that is not there");
        return;
    }
    listener->stream = *stream;
    if (message.has_companions()) listener->companions = companions_of(message.companions());
    route(*listener);
}

void Session::telemetry(ConnectionId connection, std::span<const std::byte> body) {
    v1::Telemetry message;
    if (wire::parse_body(body, message).has_error()) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE, "the telemetry could not be read");
    }
    Listener& listener = *registry_.find(connection);
    const MediaInstant now = clock_.now();
    for (const wire::SecondChecksum& second : delivered_of(message)) {
        lockstep_.delivered(listener.id, second, now);
    }
    const auto report = report_of(message);
    if (!report) {
        log_.warning_limited(kArea, "telemetry",
                             listener.badge + " reports figures that cannot be; they are dropped");
        return;
    }
    if (listener.report.known && now - listener.reported < kBetweenReports) return;
    listener.risk.told(*report, ahead(), now);
    listener.report = *report;
    listener.reported = now;
    lockstep_.told(listener.id, sample_of(*report, sent_to(listener), is_in_step(listener)), now);
    if (reports_.size() < kMaxReports) reports_.push_back(*report);
}

void Session::leave_or_return(ConnectionId connection, std::span<const std::byte> body) {
    v1::Exit message;
    if (wire::parse_body(body, message).has_error()) {
        return refuse(connection, v1::REFUSAL_BAD_MESSAGE, "the exit could not be read");
    }
    Listener& listener = *registry_.find(connection);
    listener.left = message.left();
    route(listener);
}

void Session::on_timeline() {
    v1::Timeline message;
    fill(message, playback_->map().since(recent()));
    gateway_->broadcast(envelope(wire::Kind::timeline, message));
}

void Session::on_state(const StateNotice& notice) {
    v1::StateChange message;
    fill(message, notice, show_);
    gateway_->broadcast(envelope(wire::Kind::state_change, message));
    log_.info(kArea, show_.perspectives.at(notice.stream.value).id + " goes to " +
                         notice.state->card.id + " at " +
                         show::format_programme_time(notice.programme));
}

void Session::on_postponed(Frames by) {
    log_.warning(kArea, "the programme could not be read in time; what was asked for comes " +
                            std::to_string(by / std::chrono::milliseconds{1}) + " ms later");
}

void Session::on_phase() {
    log_.info(kArea, "the programme is now " +
                         std::string(timeline::to_string(playback_->phase(clock_.now()))));
    broadcast_phase();
}

void Session::fill_state(v1::SessionState& out) const {
    fill(out, {.phase = playback_->phase(clock_.now()),
               .panic = panic_,
               .listeners = registry_.connected(),
               .lead = settings_.lead});
}

void Session::broadcast_phase() {
    v1::SessionState message;
    fill_state(message);
    gateway_->broadcast(envelope(wire::Kind::session_state, message));
}

void Session::broadcast_control(int action, std::uint32_t fade_ms) {
    v1::LocalControl message;
    message.set_action(static_cast<v1::LocalAction>(action));
    message.set_fade_ms(fade_ms);
    gateway_->broadcast(envelope(wire::Kind::local_control, message));
}

Playback::Outcome Session::set_lead(Frames lead) {
    if (auto outcome = playback_->set_lead(lead); !outcome) return outcome;
    settings_.lead = lead;
    longest_lead_ = std::max(longest_lead_, lead);
    gateway_->set_lead(longest_lead_);
    log_.info(kArea, "the lead is to be " + std::to_string(lead / std::chrono::milliseconds{1}) +
                         " ms" +
                         (playback_->live() ? "; live sound gets there by 4 ms a second" : ""));
    broadcast_phase();
    return true;
}

void Session::panic() {
    panic_ = true;
    broadcast_control(v1::LOCAL_ACTION_PANIC, 0);
    for (const auto& [id, listener] : registry_.all()) route(listener);
    log_.warning(kArea, "panic: everyone hears the objective perspective");
    broadcast_phase();
}

void Session::silence() {
    panic_ = true;
    broadcast_control(v1::LOCAL_ACTION_SILENCE, 0);
    log_.warning(kArea, "panic: everyone hears silence");
    broadcast_phase();
}

void Session::all_clear() {
    constexpr std::uint32_t kFadeMs = 400;
    panic_ = false;
    for (const auto& [id, listener] : registry_.all()) route(listener);
    broadcast_control(v1::LOCAL_ACTION_ALL_CLEAR, kFadeMs);
    log_.info(kArea, "all clear");
    broadcast_phase();
}

}  // namespace earshot::session
