#pragma once

#include "common/base/result.hpp"
#include "common/wire/packet.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::wire {

// A bundle, little-endian, following the envelope's kind byte (docs/protocol.md):
//   u8  stream   u8 packet count (1..8)   u16 reserved, 0 when sent, ignored when received
//   per packet, 28 bytes + payload:
//   u32 epoch   u32 sequence   i64 media frames   i64 programme frames
//   u16 flags (0)   u16 payload size
inline constexpr std::size_t kBundleHeaderBytes = 4;
inline constexpr std::size_t kPacketHeaderBytes = 28;
/// Stamps further than this from zero (186 years) are refused, so that whoever adds to them or
/// turns them into nanoseconds cannot overflow.
inline constexpr Frames kFarthestStamp{std::int64_t{1} << 48};

/// One packet of a received bundle; borrows the bytes it was parsed from.
struct PacketView {
    PacketStamp stamp;
    std::span<const std::byte> payload;
};

/// The packets of one bundle, in the order they were sent.
struct BundleView {
    std::array<PacketView, kMaxBundlePackets> packets;
    int count = 0;
};

/// Parses a bundle (without its kind byte). Reads nothing outside bytes; the view borrows them.
/// Fails with Errc::truncated, bad_value (count, stamps, trailing bytes) or payload_too_large.
/// Thread: any. Real-time: yes.
[[nodiscard]] Result<BundleView> parse_bundle(std::span<const std::byte> bytes) noexcept;

/// Appends a bundle (without kind byte) to out.
/// @pre 1 to kMaxBundlePackets packets, all of one stream.
void append_bundle(std::span<const PacketSlot* const> packets, std::vector<std::byte>& out);

/// Appends one packet's header and payload, as inside a bundle.
void append_packet(const PacketSlot& packet, std::vector<std::byte>& out);

}  // namespace earshot::wire
