#include "server/evidence/packet_digests.hpp"

#include "common/wire/second_checksum.hpp"
#include "tests/support/rt_guard.hpp"

#include <gtest/gtest.h>

namespace earshot::evidence {
namespace {

wire::PacketSlot packet(StreamId stream, std::uint32_t sequence) {
    wire::PacketSlot slot;
    slot.stamp.stream = stream;
    slot.stamp.epoch = Epoch{2};
    slot.stamp.sequence = sequence;
    slot.size = 3;
    slot.payload[2] = std::byte{9};
    return slot;
}

TEST(PacketDigests, KeepThePacketsOfPerspectivesInOrder) {
    PacketDigests digests;
    digests.push(packet(StreamId{0}, 7));
    digests.push(packet(wire::tactile_stream(StreamId{0}), 8));
    digests.push(packet(wire::haptic_stream(StreamId{0}), 8));
    digests.push(packet(StreamId{7}, 9));
    PacketDigest digest;
    ASSERT_TRUE(digests.pop(digest));
    EXPECT_EQ(digest.sequence, 7U);
    const wire::PacketSlot first = packet(StreamId{0}, 7);
    EXPECT_EQ(digest.checksum, wire::packet_checksum(first.stamp, first.bytes()));
    ASSERT_TRUE(digests.pop(digest));
    EXPECT_EQ(digest.stream, StreamId{7});
    EXPECT_FALSE(digests.pop(digest));
}

TEST(PacketDigests, CountWhatThereIsNoRoomFor) {
    PacketDigests digests;
    wire::PacketSlot slot = packet(StreamId{0}, 0);
    earshot::test::rt_guard::expect_realtime_safe([&] {
        for (std::uint32_t n = 0; n < 10'000; ++n) {
            slot.stamp.sequence = n;
            digests.push(slot);
        }
    });
    PacketDigest digest;
    std::uint64_t kept = 0;
    while (digests.pop(digest)) ++kept;
    EXPECT_EQ(kept + digests.dropped(), 10'000U);
    EXPECT_GT(digests.dropped(), 0U);
}

}  // namespace
}  // namespace earshot::evidence
