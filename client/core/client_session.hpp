#pragma once

#include "client/core/delivery_log.hpp"
#include "client/core/haptic_watch.hpp"
#include "client/core/media_path.hpp"
#include "client/core/programme_map.hpp"
#include "client/core/session_clock.hpp"
#include "client/core/session_ports.hpp"
#include "client/core/state_watch.hpp"
#include "common/wire/envelope.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace earshot::v1 {
class Refusal;
class StateChange;
class Streams;
class Timeline;
class Welcome;
}  // namespace earshot::v1

namespace earshot::client {

/// Who this listener says it is.
struct SessionConfig {
    std::string client = "earshot-client";  ///< Program and version, for people.
    std::string name;                       ///< Of the receiver, not of a person.
    std::string group;
    std::string perspective;
    std::string join_code;
    std::string resume_token;  ///< From an earlier run; empty: a new listener.
    TransportChoice transport = TransportChoice::ws;
    double level_cap_dbfs = 0.0;  ///< The listener's own; the session's may only lower it.
    double device_latency_ms = 0.0;
    bool decodes_audio = true;
    bool haptics = false;  ///< Wants haptic points.
};

/// One stream of the session, as a listener knows it.
struct StreamInfo {
    StreamId id;
    std::string perspective;
    std::string title;
};

/// A stream that goes along with another, for the skin.
struct CompanionInfo {
    StreamId id;
    StreamId of;
    bool haptic = false;  ///< Points for motors; else sound for shakers.
};

/// What the server has told this listener about itself.
struct SessionInfo {
    std::uint32_t listener_id = 0;
    std::string session_id;
    std::string badge;
    std::string server;
    std::string show_title;
    std::uint32_t lead_ms = 0;
    std::vector<StreamInfo> streams;
    std::vector<CompanionInfo> companions;
    StreamId objective{};
    std::uint32_t phase = 0;  ///< earshot.v1.SessionPhase.
};

/// The server said no.
struct SessionRefusal {
    std::string text;    ///< One line for people.
    bool final = false;  ///< Trying again would not help.
};

/// A listener's side of the protocol: handshake, clock, streams, states, telemetry; all but
/// sockets, files and time itself. Lives across connections, so that clock and states survive a
/// reconnect.
///
/// Thread: one owner (network). Time is what the caller says it is.
class ClientSession {
public:
    static constexpr std::chrono::seconds kIdleLimit{6};
    static constexpr std::chrono::seconds kTelemetryPeriod{2};
    /// While all else goes by UDP, the connection is asked so often whether it is there.
    static constexpr std::chrono::seconds kHeartbeatPeriod{2};

    enum class State {
        closed,   ///< No connection.
        greeted,  ///< Hello is out.
        live,     ///< Welcomed.
        refused,  ///< See refusal().
    };

    /// @param tactile  Plays the sound for shakers; null: it is not asked for. In a panic it is
    ///                 silent until all is clear.
    /// Both outlive this.
    ClientSession(SessionConfig config, ListenerAudio& audio, ListenerAudio* tactile = nullptr);

    /// A WebSocket stands: says hello. @param link, datagrams  Live until on_closed().
    /// @param datagrams  May be null: then all goes by the WebSocket.
    void on_open(SessionLink& link, LocalInstant now, DatagramLink* datagrams = nullptr);
    /// @param bytes     One whole envelope.
    /// @param received  Read right after it had come in: the t4 of a sync reply.
    void on_envelope(std::span<const std::byte> bytes, LocalInstant received);
    /// @param body      Of a datagram that only this server can have sent.
    /// @param received  When it came, as well as is known: the t4 of a sync reply.
    void on_datagram(wire::DatagramType type,
                     std::span<const std::byte> body,
                     LocalInstant received);
    /// The connection is gone. What plays goes on.
    void on_closed() noexcept;
    /// Sends what is due. Call it at next_due(), or more often.
    void tick(LocalInstant now);
    [[nodiscard]] LocalInstant next_due() const noexcept;
    /// Says good-bye, if there is somebody to say it to.
    void leave(std::string_view reason);

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] bool live() const noexcept { return state_ == State::live; }
    [[nodiscard]] const SessionInfo& info() const noexcept { return info_; }
    /// Identifies this listener to the server across connections; empty before the first welcome.
    [[nodiscard]] const std::string& resume_token() const noexcept { return config_.resume_token; }
    /// Set while state() is refused.
    [[nodiscard]] const SessionRefusal& refusal() const noexcept { return refusal_; }
    /// What the server's Bye asked for, once; then zero.
    [[nodiscard]] std::chrono::milliseconds take_come_back_after() noexcept;

    [[nodiscard]] const sync::ClockModel& clock() const noexcept { return clock_.model(); }
    [[nodiscard]] std::chrono::nanoseconds round_trip() const noexcept {
        return clock_.round_trip();
    }
    /// How media comes now, and what was repaired.
    [[nodiscard]] const MediaPath& media_path() const noexcept { return path_; }
    [[nodiscard]] const ProgrammeMap& programme() const noexcept { return programme_; }
    /// The listener advances it by the media time at the DAC.
    [[nodiscard]] StateWatch& states() noexcept { return states_; }
    [[nodiscard]] const StateWatch& states() const noexcept { return states_; }
    /// Likewise, what is to be felt.
    [[nodiscard]] HapticWatch& haptics() noexcept { return haptics_; }
    [[nodiscard]] const HapticWatch& haptics() const noexcept { return haptics_; }
    /// The stream that is heard: the listener's own, or the objective one in a panic.
    [[nodiscard]] StreamId heard_stream() const noexcept;
    /// Envelopes that could not be read (unknown kinds are not counted).
    [[nodiscard]] std::uint64_t malformed() const noexcept { return malformed_; }

private:
    enum class Local { own, panic, silence };

    void on_welcome(const v1::Welcome& welcome, LocalInstant now);
    void on_refusal(const v1::Refusal& refusal);
    void on_bundle(std::span<const std::byte> body, LossRepair::Way way, LocalInstant received);
    void on_sync_reply(std::span<const std::byte> body, LocalInstant received);
    bool take_reply(const ClockReply& reply, LocalInstant received);
    void on_media_offer(std::span<const std::byte> body, LocalInstant now);
    void on_local_control(std::span<const std::byte> body, LocalInstant now);
    void on_streams(const v1::Streams& streams);
    void on_timeline(const v1::Timeline& timeline);
    void on_state_change(const v1::StateChange& change);
    void packet_of(StreamId stream, LocalInstant now);
    void give_companion(const CompanionInfo& companion,
                        const wire::PacketSlot& packet,
                        LocalInstant received);
    void follow(StreamId stream);
    void command(const PlayerCommand& command);
    void enter(Local mode, std::uint32_t fade_ms, LocalInstant now);
    void post_level_cap(float session_cap_dbfs);
    void refuse(std::string text, bool final);
    void send_telemetry(LocalInstant now);

    SessionConfig config_;
    ListenerAudio& audio_;
    ListenerAudio* tactile_;
    SessionLink* link_ = nullptr;
    State state_ = State::closed;
    SessionInfo info_;
    SessionRefusal refusal_;
    std::chrono::milliseconds come_back_after_{0};

    SessionClock clock_;
    MediaPath path_;

    ProgrammeMap programme_;
    StateWatch states_;
    HapticWatch haptics_;
    DeliveryLog delivered_;
    StreamId own_stream_{};
    Local local_ = Local::own;
    LocalInstant all_clear_at_{};

    LocalInstant last_heard_{};
    LocalInstant telemetry_due_{};
    LocalInstant heartbeat_due_{};
    std::uint64_t malformed_ = 0;
};

}  // namespace earshot::client
