#include "server/evidence/packet_digests.hpp"

#include "common/wire/second_checksum.hpp"

namespace earshot::evidence {
namespace {

/// Eight perspectives in two epochs, for 5 s in which nobody reads.
constexpr std::size_t kRing = 4'096;

}  // namespace

PacketDigests::PacketDigests() : ring_(kRing) {}

void PacketDigests::push(const wire::PacketSlot& packet) noexcept {
    if (packet.stamp.stream.value >= wire::kMaxPerspectives) return;
    const PacketDigest digest{.stream = packet.stamp.stream,
                              .epoch = packet.stamp.epoch,
                              .sequence = packet.stamp.sequence,
                              .checksum = wire::packet_checksum(packet.stamp, packet.bytes())};
    if (!ring_.try_push(digest)) dropped_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace earshot::evidence
