#pragma once

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/show/show.hpp"
#include "common/wire/ports.hpp"
#include "server/evidence/lockstep_report.hpp"
#include "server/session/listener_registry.hpp"
#include "server/session/playback.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::v1 {
class SessionState;
}

namespace earshot::session {

struct SessionSettings {
    std::string id;  ///< Random; every token belongs to it.
    std::size_t seats = 4'000;
    double level_cap_dbfs = 0.0;
    Frames lead{19'200};
    int start_at_listeners = 0;  ///< Begins by itself when so many listen; 0: does not.
    /// After the last of them has come: what listeners take to learn their clocks and devices.
    std::chrono::milliseconds start_after{2'000};
    std::string server_name;  ///< "earshot-server 0.1.0"
    int bitrate_bps = 96'000;
    int tactile_bitrate_bps = 48'000;  ///< Of the sound for shakers; 0: there are no companions.
};

/// One run of a show: who listens, what each hears, and what all are told.
/// Thread: control.
class Session final : public wire::ListenerEvents, public PlaybackEvents {
public:
    /// @param show, clock, log  Outlive the session.
    Session(SessionSettings settings,
            const show::Show& show,
            const MediaClockSource& clock,
            Log& log);
    /// Names what the session works with; call once, before the first connection.
    void attach(wire::ListenerGateway& gateway, Playback& playback);

    void on_envelope(ConnectionId connection,
                     wire::Kind kind,
                     std::span<const std::byte> body) override;
    void on_closed(ConnectionId connection, const wire::ConnectionCounters& counters) override;

    void on_timeline() override;
    void on_state(const StateNotice& notice) override;
    void on_phase() override;
    void on_postponed(Frames by) override;

    /// Begins the programme if enough have listened for long enough. Call it every few ms.
    void tick(MediaInstant now);
    /// All listeners: silence within 50 ms, then objective at the cap.
    void panic();
    /// All listeners: silence, and stay.
    void silence();
    /// Back to where everyone was.
    void all_clear();
    [[nodiscard]] bool in_panic() const noexcept { return panic_; }
    /// Sends packets so far ahead from now on, and tells everyone. @pre as Playback::set_lead()
    Playback::Outcome set_lead(Frames lead);

    [[nodiscard]] const ListenerRegistry& listeners() const noexcept { return registry_; }
    [[nodiscard]] const show::Show& show() const noexcept { return show_; }
    [[nodiscard]] const SessionSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const Playback& playback() const noexcept { return *playback_; }
    [[nodiscard]] Playback& playback() noexcept { return *playback_; }
    /// The stream of a perspective, or nothing.
    [[nodiscard]] std::optional<StreamId> stream_of(std::string_view perspective) const noexcept;
    /// Listeners whose last report says: playing, and 99 % of errors under 1 ms.
    [[nodiscard]] std::size_t in_step() const noexcept;
    /// Whether a listener is about to have a gap; Risk::none if it is not connected.
    [[nodiscard]] Risk risk_of(const Listener& listener) const noexcept;
    /// How much earlier than due packets leave: the lead, of live sound less its own wait.
    [[nodiscard]] Frames ahead() const noexcept;
    /// Connected listeners that are given a stream.
    [[nodiscard]] std::size_t listeners_of(StreamId stream) const noexcept;
    /// It plays, and 99 % of its last errors are under 1 ms.
    [[nodiscard]] static bool is_in_step(const Listener& listener) noexcept;
    /// What listeners have reported since the last call; at most 10 000.
    [[nodiscard]] std::vector<ListenerReport> take_reports() noexcept {
        return std::exchange(reports_, {});
    }
    [[nodiscard]] const evidence::LockstepReport& lockstep() const noexcept { return lockstep_; }
    /// A packet has left the encoder.
    void sent(const evidence::PacketDigest& digest) noexcept { lockstep_.sent(digest); }

private:
    void hello(ConnectionId connection, std::span<const std::byte> body);
    void subscribe(ConnectionId connection, std::span<const std::byte> body);
    void telemetry(ConnectionId connection, std::span<const std::byte> body);
    void leave_or_return(ConnectionId connection, std::span<const std::byte> body);
    void refuse(ConnectionId connection, int code, const std::string& text);
    [[nodiscard]] wire::SharedEnvelope welcome(const Listener& listener) const;
    [[nodiscard]] bool is_led_away(const Listener& listener) const noexcept;
    /// The stream that is routed to a listener.
    [[nodiscard]] StreamId sent_to(const Listener& listener) const noexcept;
    void route(const Listener& listener);
    void broadcast_control(int action, std::uint32_t fade_ms);
    void broadcast_phase();
    void fill_state(v1::SessionState& out) const;
    [[nodiscard]] MediaTime recent() const noexcept;

    SessionSettings settings_;
    const show::Show& show_;
    const MediaClockSource& clock_;
    Log& log_;
    wire::ListenerGateway* gateway_ = nullptr;
    Playback* playback_ = nullptr;
    ListenerRegistry registry_;
    bool panic_ = false;
    std::optional<MediaInstant> enough_since_;  ///< Listeners for start_at_listeners.
    bool begun_ = false;                        ///< By itself: only once.
    Frames longest_lead_;  ///< Of the session so far: what was sent with it is still to be heard.
    std::vector<ListenerReport> reports_;
    evidence::LockstepReport lockstep_;
};

}  // namespace earshot::session
