#pragma once

#include "common/wire/packet.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::wire {

/// Packets in one second of a stream and epoch: sequences 50 n to 50 n + 49.
inline constexpr std::uint32_t kSecondPackets = 50;

/// What is compared of a packet: FNV-1a of 32 bits over epoch, sequence, media time, programme time
/// (each little-endian, as in a bundle) and payload, its bits then mixed. Neither a sum nor an
/// exclusive or of several hides that two packets have changed places.
/// Real-time: yes. Source: draft-eastlake-fnv; the mixing is MurmurHash3's fmix32.
[[nodiscard]] std::uint32_t packet_checksum(const PacketStamp& stamp,
                                            std::span<const std::byte> payload) noexcept;

/// Which packets of a second there are, and the sum of their checksums modulo 2^32. In any order.
struct SecondChecksum {
    StreamId stream;
    Epoch epoch;
    std::uint32_t second = 0;   ///< Sequence / kSecondPackets.
    std::uint64_t packets = 0;  ///< Bit n: sequence kSecondPackets * second + n.
    std::uint32_t sum = 0;

    [[nodiscard]] int count() const noexcept { return std::popcount(packets); }
    /// Lowest and highest sequence that is there. @pre packets != 0
    [[nodiscard]] std::uint32_t first() const noexcept {
        return second * kSecondPackets + static_cast<std::uint32_t>(std::countr_zero(packets));
    }
    [[nodiscard]] std::uint32_t last() const noexcept {
        return second * kSecondPackets + 63U -
               static_cast<std::uint32_t>(std::countl_zero(packets));
    }
};

}  // namespace earshot::wire
