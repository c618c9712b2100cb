#pragma once

#include "common/wire/bundle.hpp"
#include "common/wire/packet.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace earshot::transport {

/// One packet as a shard keeps it: serialised once, shared by all of the shard's connections.
/// Immutable.
struct SharedPacket {
    wire::PacketStamp stamp;
    std::vector<std::byte> bytes;  ///< Packet header and payload, as inside a bundle.
};
using PacketPtr = std::shared_ptr<const SharedPacket>;

[[nodiscard]] inline PacketPtr share_packet(const wire::PacketSlot& slot) {
    auto packet = std::make_shared<SharedPacket>();
    packet->stamp = slot.stamp;
    packet->bytes.reserve(wire::kPacketHeaderBytes + slot.size);
    wire::append_packet(slot, packet->bytes);
    return packet;
}

}  // namespace earshot::transport
