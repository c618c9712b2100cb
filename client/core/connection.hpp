#pragma once

#include "client/core/session_ports.hpp"
#include "client/core/url.hpp"
#include "common/base/clock.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace earshot::client {

class TlsTrust;

/// What a connection tells its owner. Thread: the io_context's.
class ConnectionEvents {
public:
    virtual ~ConnectionEvents() = default;
    /// The WebSocket stands.
    virtual void on_open(LocalInstant now) = 0;
    /// @param bytes     One envelope; lives only during the call.
    /// @param received  Read right after the socket had given it.
    virtual void on_envelope(std::span<const std::byte> bytes, LocalInstant received) = 0;
    /// The end, whatever ended it, told once and never from inside a call on the connection.
    /// @param reason  One line for people.
    virtual void on_closed(std::string_view reason) = 0;
};

/// One WebSocket to a server's /stream, plain or TLS.
///
/// Writes are prioritised: a clock exchange goes ahead of everything that waits and carries the
/// time at which it is really written. One write is under way at a time.
/// Thread: one, that of the io_context, for every call and every event.
class Connection : public SessionLink {
public:
    /// Starts to connect; an event follows, never from inside this call.
    /// @param url     http or https decides between ws and wss.
    /// @param trust   May be null for http.
    /// @param clock   Stamps exchanges; outlives the connection, like io, trust and events.
    [[nodiscard]] static std::shared_ptr<Connection> open(boost::asio::io_context& io,
                                                          const ServerUrl& url,
                                                          TlsTrust* trust,
                                                          const LocalClockSource& clock,
                                                          ConnectionEvents& events);

    /// Where it goes, for datagrams beside it; nothing unless it is open.
    [[nodiscard]] virtual std::optional<boost::asio::ip::udp::endpoint> peer() const = 0;
    /// No event follows, and the events' owner may go. What was queued is still
    /// written; the socket closes when the server closes its end, or after half a second.
    virtual void abandon() = 0;
};

}  // namespace earshot::client
