#pragma once

#include "client/core/backoff.hpp"
#include "client/core/client_session.hpp"
#include "client/core/connection.hpp"
#include "client/core/udp_link.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace earshot::client {

/// What a link tells its owner. Thread: the io_context's.
class ListenerLinkEvents {
public:
    virtual ~ListenerLinkEvents() = default;
    /// Welcomed, the first time or again.
    virtual void on_live() = 0;
    /// The connection, or the attempt at one, ended; the next attempt comes after `wait`.
    virtual void on_lost(std::string_view reason, std::chrono::milliseconds wait) = 0;
    /// Refused for good. No attempt follows.
    virtual void on_refused(std::string_view reason) = 0;
};

/// Keeps a listener connected: one connection after the other, with jittered back-off between them,
/// and one session across them all; beside each connection a socket for datagrams.
/// Thread: one, that of the io_context.
class ListenerLink final : private ConnectionEvents, private UdpLinkEvents {
public:
    /// A connection that was live for this long makes the next failure the first again.
    static constexpr std::chrono::seconds kStable{5};

    /// @param seed  Of the back-off's jitter; different for every listener.
    /// The references outlive the link. @param trust  May be null for http.
    ListenerLink(boost::asio::io_context& io,
                 ServerUrl url,
                 TlsTrust* trust,
                 const LocalClockSource& clock,
                 ClientSession& session,
                 ListenerLinkEvents& events,
                 std::uint64_t seed);
    ~ListenerLink() override;
    ListenerLink(const ListenerLink&) = delete;
    ListenerLink& operator=(const ListenerLink&) = delete;

    void start();
    /// Says good-bye and closes; no event follows. The io_context needs up to half a second more.
    void stop(std::string_view reason);
    /// Connections that ended after they had been live.
    [[nodiscard]] std::uint64_t disconnects() const noexcept { return disconnects_; }
    [[nodiscard]] DatagramCounters datagrams() const noexcept { return udp_.counters(); }

private:
    void on_open(LocalInstant now) override;
    void on_envelope(std::span<const std::byte> bytes, LocalInstant received) override;
    void on_closed(std::string_view reason) override;
    void on_datagram(wire::DatagramType type,
                     std::span<const std::byte> body,
                     LocalInstant received) override;
    void on_datagrams_read() override;
    [[nodiscard]] std::optional<boost::asio::ip::udp::endpoint> datagram_peer() const override;
    void schedule_tick();
    void retime_tick();

    boost::asio::io_context& io_;
    ServerUrl url_;
    TlsTrust* trust_;
    const LocalClockSource& clock_;
    ClientSession& session_;
    ListenerLinkEvents& events_;
    Backoff backoff_;
    boost::asio::steady_timer retry_;
    boost::asio::steady_timer tick_;
    LocalInstant tick_at_ = LocalInstant::max();  ///< What tick_ waits for.
    std::shared_ptr<Connection> connection_;
    UdpLink udp_;
    LocalInstant live_since_{};
    bool was_live_ = false;
    bool stopped_ = false;
    std::uint64_t disconnects_ = 0;
};

}  // namespace earshot::client
