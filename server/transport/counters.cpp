#include "server/transport/counters.hpp"

namespace earshot::transport {

std::string_view name_of(Refused reason) noexcept {
    switch (reason) {
        case Refused::total_limit:
            return "total_limit";
        case Refused::address_limit:
            return "address_limit";
        case Refused::handshake_timeout:
            return "handshake_timeout";
        case Refused::tls_failed:
            return "tls_failed";
        case Refused::bad_request:
            return "bad_request";
        case Refused::no_subprotocol:
            return "no_subprotocol";
        case Refused::bad_message:
            return "bad_message";
        case Refused::oversized:
            return "oversized";
        case Refused::rate:
            return "rate";
        case Refused::hello_timeout:
            return "hello_timeout";
        case Refused::slow:
            return "slow";
        case Refused::not_local:
            return "not_local";
    }
    return "unknown";
}

std::string_view name_of(DatagramDrop reason) noexcept {
    switch (reason) {
        case DatagramDrop::malformed:
            return "malformed";
        case DatagramDrop::route:
            return "route";
        case DatagramDrop::address:
            return "address";
        case DatagramDrop::cookie:
            return "cookie";
        case DatagramDrop::replay:
            return "replay";
        case DatagramDrop::seal:
            return "seal";
        case DatagramDrop::rate:
            return "rate";
    }
    return "unknown";
}

void ShardCounters::add_to(TransportCounters& sum) const {
    const auto read = [](const auto& atomic) { return atomic.load(std::memory_order_relaxed); };
    sum.connections_http += read(connections_http);
    sum.connections_handshake += read(connections_handshake);
    sum.listeners += read(listeners);
    sum.listeners_per_shard.push_back(read(listeners));
    sum.connections_accepted += read(connections_accepted);
    sum.http_requests += read(http_requests);
    sum.envelopes_received += read(envelopes_received);
    sum.sync_replies += read(sync_replies);
    sum.packets_sent += read(packets_sent);
    sum.packets_dropped_late += read(packets_dropped_late);
    sum.bundles_sent += read(bundles_sent);
    sum.bytes_sent += read(bytes_sent);
    sum.ring_drops += read(ring_drops);
    for (std::size_t i = 0; i < kRefusedReasons; ++i) sum.refused[i] += read(refused[i]);
    sum.listeners_udp += read(listeners_udp);
    sum.datagrams_received += read(datagrams_received);
    sum.datagrams_sent += read(datagrams_sent);
    sum.datagrams_unsent += read(datagrams_unsent);
    sum.repairs_asked += read(repairs_asked);
    sum.repairs_sent += read(repairs_sent);
    sum.packets_repeated += read(packets_repeated);
    sum.udp_fallbacks += read(udp_fallbacks);
    for (std::size_t i = 0; i < kDatagramDrops; ++i) {
        sum.datagrams_dropped[i] += read(datagrams_dropped[i]);
    }
}

}  // namespace earshot::transport
