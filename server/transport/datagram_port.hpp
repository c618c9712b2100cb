#pragma once

#include "common/base/clock.hpp"
#include "common/wire/datagram_bodies.hpp"
#include "common/wire/datagram_writer.hpp"
#include "server/transport/connection.hpp"
#include "server/transport/counters.hpp"
#include "server/transport/media_route.hpp"
#include "server/transport/packet_history.hpp"
#include "server/transport/udp_socket.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>

namespace earshot::transport {

/// A shard's UDP socket and the routes of its connections: answers probes, clock requests and
/// requests for lost packets, and sends audio. What belongs to no route is counted and never
/// answered.
/// Thread: the shard's.
class DatagramPort {
public:
    /// What of the shard it works with; all of it outlives the port.
    struct Surroundings {
        const MediaClockSource& clock;
        ShardCounters& counters;
        const PacketHistory& history;
    };
    /// @param index  The shard's; the lowest byte of every route.
    DatagramPort(int index, const Surroundings& surroundings, std::unique_ptr<UdpSocket> socket);

    void start() { await(); }
    void close() noexcept { socket_->close(); }

    /// Makes a route for a connection, with new secrets.
    /// @param owner   Until forget().
    /// @param sealed  Its connection is TLS.
    /// @return lives until forget(). Null if the system gives no random numbers.
    [[nodiscard]] MediaRoute* add(const Connection& owner,
                                  const boost::asio::ip::address& peer,
                                  const boost::asio::ip::address& local,
                                  bool sealed);
    void forget(const MediaRoute& route) noexcept { routes_.erase(route.secrets().route); }

    /// Whether a packet can go as a datagram at all.
    [[nodiscard]] static bool fits(const SharedPacket& packet) noexcept;
    /// Sends packets in as few datagrams as they need.
    /// @param type  audio or audio_again
    /// @pre all fit; the route has been heard
    void send_audio(MediaRoute& route,
                    std::span<const PacketPtr> packets,
                    wire::DatagramType type) noexcept;
    /// Packets sent a second time because of losses.
    void count_repeated(std::size_t packets) noexcept {
        ShardCounters::add(counters().packets_repeated, packets);
    }

private:
    struct Entry {
        MediaRoute route;
        const Connection& owner;
    };
    void await();
    void receive(UdpSocket::Received& datagram);
    void answer(Entry& entry, const MediaRoute::Taken& taken, MediaInstant received);
    void repair(Entry& entry, const wire::PacketNames& names);
    void send(MediaRoute& route, wire::DatagramType type, std::span<const std::byte> body) noexcept;
    void transmit(const MediaRoute& route) noexcept;
    void drop(DatagramDrop why) noexcept { counters().drop(why); }
    [[nodiscard]] ShardCounters& counters() noexcept { return surroundings_.counters; }
    [[nodiscard]] MediaInstant now() const noexcept { return surroundings_.clock.now(); }

    const std::uint32_t index_;
    const Surroundings surroundings_;
    std::unique_ptr<UdpSocket> socket_;
    wire::DatagramWriter writer_;
    std::unordered_map<std::uint32_t, Entry> routes_;
};

}  // namespace earshot::transport
