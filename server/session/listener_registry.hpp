#pragma once

#include "common/base/strong_id.hpp"
#include "common/wire/ports.hpp"
#include "server/session/listener_report.hpp"
#include "server/session/risk_watch.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace earshot::session {

using ResumeToken = std::array<std::byte, 16>;

/// One ear-bearing client of the session, connected or expected back.
struct Listener {
    ListenerId id;
    ResumeToken token{};
    std::string badge;
    std::string name;  ///< The receiver's label, as it was sent, at most 64 characters.
    std::string group;
    std::string client;
    StreamId stream{};
    wire::Companions companions;  ///< Wanted along with it.
    bool left = false;            ///< Chose the exit; only counts leave this process.
    std::optional<ConnectionId> connection;
    std::chrono::steady_clock::time_point seen{};
    ListenerReport report;
    MediaInstant reported;  ///< When it came.
    RiskWatch risk;
    wire::ConnectionCounters sent;  ///< Of connections that are gone.
};

/// Everyone who listens or did until lately. Thread: control.
class ListenerRegistry {
public:
    using Now = std::chrono::steady_clock::time_point;
    /// Seats are held for a listener that lost its connection for this long.
    static constexpr std::chrono::hours kKeepFor{24};

    /// @param seats  Listeners at most, connected and expected back; the longest gone make room.
    explicit ListenerRegistry(std::size_t seats);

    /// A listener for a connection: the one whose token this is, or a new one.
    /// @return nothing if all seats are taken by connected listeners.
    [[nodiscard]] Listener* join(ConnectionId connection, const std::string& token, Now now);
    /// @return the listener of a connection, or null.
    [[nodiscard]] Listener* find(ConnectionId connection) noexcept;
    /// The connection is gone; the seat stays for kKeepFor.
    void lost(ConnectionId connection, const wire::ConnectionCounters& counters, Now now);

    [[nodiscard]] std::size_t connected() const noexcept { return by_connection_.size(); }
    [[nodiscard]] const std::map<ListenerId, Listener>& all() const noexcept { return listeners_; }

private:
    [[nodiscard]] Listener* find_token(const std::string& token) noexcept;
    bool make_room(Now now);

    std::size_t seats_;
    std::uint32_t last_id_ = 0;
    std::map<ListenerId, Listener> listeners_;
    std::unordered_map<ConnectionId, ListenerId> by_connection_;
};

}  // namespace earshot::session
