#pragma once

#include "common/wire/second_checksum.hpp"
#include "server/evidence/packet_digests.hpp"

#include <cstdint>

namespace earshot::evidence::test {

/// The checksum that packet n of a stream and epoch has in these tests.
inline std::uint32_t checksum_of(StreamId stream, Epoch epoch, std::uint32_t sequence) {
    return 0x9E3779B9U * (sequence + 1000U * epoch.value + 77'777U * stream.value + 1U);
}

/// Sends packets [from, to) of a stream and epoch.
template <class Proof>
void send(Proof& proof, StreamId stream, Epoch epoch, std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t n = from; n < to; ++n) {
        proof.sent(PacketDigest{.stream = stream,
                                .epoch = epoch,
                                .sequence = n,
                                .checksum = checksum_of(stream, epoch, n)});
    }
}

/// What a listener tells of a second when packets [from, to) of it have come, but one.
/// @param without  A sequence that has not come.
inline wire::SecondChecksum told(StreamId stream,
                                 Epoch epoch,
                                 std::uint32_t from,
                                 std::uint32_t to,
                                 std::uint32_t without = UINT32_MAX) {
    wire::SecondChecksum second{
        .stream = stream, .epoch = epoch, .second = from / wire::kSecondPackets};
    for (std::uint32_t n = from; n < to; ++n) {
        if (n == without) continue;
        second.packets |= std::uint64_t{1} << (n % wire::kSecondPackets);
        second.sum += checksum_of(stream, epoch, n);
    }
    return second;
}

}  // namespace earshot::evidence::test
