#pragma once

#include "client/core/session_ports.hpp"
#include "common/base/clock.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace boost::asio {
class io_context;
}

namespace earshot::client {

/// What a UDP link tells its owner. Thread: the io_context's.
class UdpLinkEvents {
public:
    virtual ~UdpLinkEvents() = default;
    /// @param body  Lives only during the call.
    virtual void on_datagram(wire::DatagramType type,
                             std::span<const std::byte> body,
                             LocalInstant received) = 0;
    /// All that had come has been told of.
    virtual void on_datagrams_read() = 0;
    /// Where the connection goes now; nothing if there is none.
    [[nodiscard]] virtual std::optional<boost::asio::ip::udp::endpoint> datagram_peer() const = 0;
};

/// A listener's UDP socket: seals, opens, stamps, and lets through what only the server can have
/// sent. It marks what it sends as urgent (DSCP EF). What the system reports of it (a port that is
/// closed, a network that is down) is silence, and the path above notices silence.
/// Thread: one, that of the io_context.
class UdpLink final : public DatagramLink {
public:
    /// The references outlive the link.
    UdpLink(boost::asio::io_context& io, const LocalClockSource& clock, UdpLinkEvents& events);
    ~UdpLink() override;
    UdpLink(const UdpLink&) = delete;
    UdpLink& operator=(const UdpLink&) = delete;

    bool open(const DatagramOffer& offer) override;
    void close() noexcept override;
    void send(wire::DatagramType type, std::span<const std::byte> body) override;
    void send_sync(std::uint32_t sequence) override;
    [[nodiscard]] DatagramCounters counters() const noexcept override;
    /// Tells of what has come already, before somebody judges that nothing has.
    void read_waiting();

private:
    class Socket;
    boost::asio::io_context& io_;
    const LocalClockSource& clock_;
    UdpLinkEvents& events_;
    std::shared_ptr<Socket> socket_;
    DatagramCounters counters_;  ///< Of sockets that are gone.
};

}  // namespace earshot::client
