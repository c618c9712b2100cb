#pragma once

#include "common/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::wire {

// A datagram, little-endian (docs/protocol.md, section 5):
//   u8 type   u8 flags (0)   u16 reserved (0)   u32 route   u64 counter
//   listener's only: u64 cookie
//   body; sealed, if the connection is TLS, with a tag of 16 bytes at its end

/// Longest datagram that is sent or taken: passes every path that IPv6 does (RFC 8200, section 5).
inline constexpr std::size_t kMaxDatagramBytes = 1200;
inline constexpr std::size_t kDatagramHeaderBytes = 16;
inline constexpr std::size_t kDatagramCookieBytes = 8;
inline constexpr std::size_t kDatagramTagBytes = 16;
inline constexpr std::size_t kDatagramKeyBytes = 32;

/// First byte of every datagram. Numbers are part of the protocol.
enum class DatagramType : std::uint8_t {
    probe = 0x01,         ///< listener -> server: does this way pass? (datagram_bodies.hpp)
    probe_ack = 0x02,     ///< server -> listener: it does
    sync_request = 0x03,  ///< listener -> server: clock
    sync_reply = 0x04,    ///< server -> listener
    audio = 0x05,         ///< server -> listener: a bundle (bundle.hpp)
    nack = 0x06,          ///< listener -> server: packets to send again
    audio_again = 0x07,   ///< server -> listener: a bundle of packets sent before
};

/// Who sends it.
enum class DatagramWay : std::uint8_t {
    up,    ///< Listener -> server: with a cookie.
    down,  ///< Server -> listener.
};

/// The part that is never sealed.
struct DatagramHead {
    DatagramType type{};
    std::uint32_t route = 0;    ///< The lowest byte is the shard's number.
    std::uint64_t counter = 0;  ///< Of one way of one route, from 1; never used twice.
    std::uint64_t cookie = 0;   ///< Up only.
    friend bool operator==(const DatagramHead&, const DatagramHead&) = default;
};

/// Bytes of the head.
[[nodiscard]] constexpr std::size_t clear_bytes(DatagramWay way) noexcept {
    return kDatagramHeaderBytes + (way == DatagramWay::up ? kDatagramCookieBytes : 0);
}

/// Reads the head; what follows, from clear_bytes(way) on, is the body, sealed or not.
/// Fails with Errc::truncated, payload_too_large, bad_kind (unknown, or of the other way) or
/// bad_value (counter 0).
/// Thread: any. Real-time: yes.
[[nodiscard]] Result<DatagramHead> parse_datagram_head(std::span<const std::byte> datagram,
                                                       DatagramWay way) noexcept;

/// Writes the head to the front of a datagram.
/// @pre datagram.size() >= clear_bytes(way)
void write_datagram_head(const DatagramHead& head,
                         DatagramWay way,
                         std::span<std::byte> datagram) noexcept;

}  // namespace earshot::wire
