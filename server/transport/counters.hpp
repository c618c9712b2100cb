#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace earshot::transport {

/// Why a connection was turned away or hung up on.
enum class Refused : std::uint8_t {
    total_limit,
    address_limit,
    handshake_timeout,
    tls_failed,
    bad_request,
    no_subprotocol,
    bad_message,
    oversized,
    rate,
    hello_timeout,
    slow,
    not_local,
};
inline constexpr std::size_t kRefusedReasons = 12;

/// Why a datagram was not listened to.
enum class DatagramDrop : std::uint8_t {
    malformed,  ///< No datagram of a listener's, or a body that cannot be read.
    route,      ///< Of no connection.
    address,    ///< Not from where the connection comes from.
    cookie,
    replay,  ///< Came before, or too long ago to tell.
    seal,    ///< Forged or damaged.
    rate,
};
inline constexpr std::size_t kDatagramDrops = 7;

/// The reason as metrics and logs name it: "total_limit".
[[nodiscard]] std::string_view name_of(Refused reason) noexcept;
[[nodiscard]] std::string_view name_of(DatagramDrop reason) noexcept;

/// What a transport has counted, at one moment.
struct TransportCounters {
    std::int64_t connections_http = 0;       ///< Open now: before or without an upgrade.
    std::int64_t connections_handshake = 0;  ///< Open now: upgraded, not accepted by the session.
    std::int64_t listeners = 0;              ///< Open now: accepted.
    std::vector<std::int64_t> listeners_per_shard;
    std::uint64_t connections_accepted = 0;
    std::uint64_t http_requests = 0;
    std::uint64_t envelopes_received = 0;
    std::uint64_t sync_replies = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_dropped_late = 0;
    std::uint64_t bundles_sent = 0;
    std::uint64_t bytes_sent = 0;  ///< WebSocket messages without their framing, and datagrams.
    std::uint64_t ring_drops = 0;  ///< Packets that found a shard's ring full.
    std::array<std::uint64_t, kRefusedReasons> refused{};  ///< By Refused.
    std::int64_t listeners_udp = 0;                        ///< Of the listeners: media by UDP.
    std::uint64_t datagrams_received = 0;                  ///< Genuine ones.
    std::uint64_t datagrams_sent = 0;
    std::uint64_t datagrams_unsent = 0;  ///< The socket's buffer was full, or the network is down.
    std::uint64_t repairs_asked = 0;     ///< Packets that listeners asked for again.
    std::uint64_t repairs_sent = 0;      ///< Of them, those sent.
    std::uint64_t packets_repeated = 0;  ///< Sent twice without being asked for, because of loss.
    std::uint64_t udp_fallbacks = 0;     ///< Listeners led back to the WebSocket by the server.
    std::array<std::uint64_t, kDatagramDrops> datagrams_dropped{};  ///< By DatagramDrop.
};

/// One shard's counts. Written by its thread (ring_drops: by the engine), read by any.
/// Real-time: yes.
struct ShardCounters {
    using Count = std::atomic<std::uint64_t>;
    using Gauge = std::atomic<std::int64_t>;
    Gauge connections_http{0};
    Gauge connections_handshake{0};
    Gauge listeners{0};
    Count connections_accepted{0};
    Count http_requests{0};
    Count envelopes_received{0};
    Count sync_replies{0};
    Count packets_sent{0};
    Count packets_dropped_late{0};
    Count bundles_sent{0};
    Count bytes_sent{0};
    Count ring_drops{0};
    std::array<Count, kRefusedReasons> refused{};
    Gauge listeners_udp{0};
    Count datagrams_received{0};
    Count datagrams_sent{0};
    Count datagrams_unsent{0};
    Count repairs_asked{0};
    Count repairs_sent{0};
    Count packets_repeated{0};
    Count udp_fallbacks{0};
    std::array<Count, kDatagramDrops> datagrams_dropped{};

    static void add(Count& count, std::uint64_t n = 1) noexcept {
        count.fetch_add(n, std::memory_order_relaxed);
    }
    static void move(Gauge& gauge, std::int64_t by) noexcept {
        gauge.fetch_add(by, std::memory_order_relaxed);
    }
    void refuse(Refused reason) noexcept { add(refused[static_cast<std::size_t>(reason)]); }
    void drop(DatagramDrop why) noexcept { add(datagrams_dropped[static_cast<std::size_t>(why)]); }
    void add_to(TransportCounters& sum) const;
};

}  // namespace earshot::transport
