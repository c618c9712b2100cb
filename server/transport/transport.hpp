#pragma once

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/wire/http.hpp"
#include "common/wire/packet.hpp"
#include "common/wire/ports.hpp"
#include "server/transport/counters.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace earshot::transport {

struct TransportConfig {
    std::string listen_address = "::";
    std::uint16_t port = 7800;  ///< 0: any free one.
    int shards = 0;             ///< Network threads, 1 to 64; 0: one less than there are cores.
    std::string web_dir;        ///< Empty: no pages but the handler's.
    std::string tls_cert;       ///< Both or none.
    std::string tls_key;
    bool udp = true;  ///< Offers media by UDP, if the port can be had.
    std::size_t max_connections = 4000;
    std::size_t max_connections_per_address = 1000;
    /// Whether a peer may listen without a join code (see is_local()); null: everyone may. Pages
    /// and API are not asked about.
    bool (*may_listen)(const boost::asio::ip::address& peer) = nullptr;
};

/// All of the server's sockets: one TCP port for pages, API and listeners, plain or TLS, and the
/// UDP port of the same number for their media, served by shards.
///
/// Thread: control, but for sink() (its use: engine) and counters() (any). What is asked of a
/// connection is posted to its shard.
class Transport final : public wire::ListenerGateway {
public:
    /// Binds the port; nothing is accepted before start().
    /// @param control  Runs the handler and the events; outlives this object, as do clock, log
    ///       and events.
    /// @throws std::runtime_error  one line: port in use, certificate unreadable, folder missing,
    ///       ...
    Transport(boost::asio::io_context& control,
              const TransportConfig& config,
              const MediaClockSource& clock,
              Log& log,
              wire::HttpHandler handler,
              wire::ListenerEvents& events);
    ~Transport() override;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    void start();
    /// Says Bye to everybody, closes and joins the threads, within a second. No event comes after
    /// it. Whoever pushes into sink() has stopped before.
    void stop();

    /// Where the engine's packets go. Lives as long as this object.
    [[nodiscard]] wire::PacketSink& sink() noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] bool secure() const noexcept;
    [[nodiscard]] int shards() const noexcept;
    /// Media is offered by UDP.
    [[nodiscard]] bool udp() const noexcept;

    /// Reads certificate and key again, for new connections; logs what came of it.
    /// @return false if they cannot be used; the old ones stay then.
    bool reload_tls();

    [[nodiscard]] TransportCounters counters() const;

    void send(ConnectionId connection, wire::SharedEnvelope envelope) override;
    void broadcast(wire::SharedEnvelope envelope) override;
    void accept(ConnectionId connection) override;
    void subscribe(ConnectionId connection, StreamId stream) override;
    void accompany(ConnectionId connection, wire::Companions companions) override;
    void offer_datagrams(ConnectionId connection) override;
    void close(ConnectionId connection, std::string reason) override;
    void set_bundle_packets(int packets) override;
    void set_lead(Frames lead) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace earshot::transport
