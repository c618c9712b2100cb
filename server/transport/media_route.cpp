#include "server/transport/media_route.hpp"

namespace earshot::transport {
namespace {

namespace ip = boost::asio::ip;

/// IPv4 as such, also where an IPv6 socket sees it; without the interface it came in by.
ip::address plain(const ip::address& address) {
    if (address.is_v4()) return address;
    const ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
    return ip::address_v6(v6.to_bytes());
}

}  // namespace

MediaRoute::MediaRoute(const RouteSecrets& secrets,
                       const ip::address& peer,
                       const ip::address& local)
    : secrets_(secrets), peer_(plain(peer)), local_(local) {
    if (secrets_.sealed) {
        opener_.emplace(secrets_.key_up);
        sealer_.emplace(secrets_.key_down);
    }
}

MediaRoute::Taken MediaRoute::take(const wire::DatagramHead& head,
                                   std::span<std::byte> datagram,
                                   const ip::udp::endpoint& from,
                                   MediaInstant now) noexcept {
    const auto drop = [](DatagramDrop why) {
        return Taken{.dropped = why, .type = {}, .body = {}};
    };
    if (plain(from.address()) != peer_) return drop(DatagramDrop::address);
    if (head.cookie != secrets_.cookie) return drop(DatagramDrop::cookie);
    if (!window_.would_accept(head.counter)) return drop(DatagramDrop::replay);
    std::span<const std::byte> body = datagram.subspan(wire::clear_bytes(wire::DatagramWay::up));
    if (opener_) {
        const auto opened = opener_->open(datagram, wire::DatagramWay::up);
        if (!opened) return drop(DatagramDrop::seal);
        body = *opened;
    }
    if (!rate_.take(now.time_since_epoch())) return drop(DatagramDrop::rate);
    // Behind a NAT the port may change at any time; what was under way before says nothing of it.
    if (head.counter > window_.newest()) listener_ = from;
    window_.accept(head.counter);
    heard_ = now;
    return {.dropped = std::nullopt, .type = head.type, .body = body};
}

}  // namespace earshot::transport
