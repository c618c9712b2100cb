#include "server/transport/packet_history.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace earshot::transport {
namespace {

/// Two epochs of 10 s lead; what does not fit is the oldest.
constexpr std::size_t kMaxPacketsPerStream = 1000;

}  // namespace

void PacketHistory::append(PacketPtr packet, MediaInstant now) {
    auto& entries = streams_[packet->stamp.stream.value];
    entries.push_back({std::move(packet), now});
    const auto heard = [&](const Entry& entry) {
        return to_instant(entry.packet->stamp.media + kPacketFrames) <= now;
    };
    // The lead may lie between two packets, and the engine may be a tick early: one packet of
    // grace.
    const auto keep = std::chrono::floor<std::chrono::nanoseconds>(lead_ + kPacketFrames);
    while (!entries.empty() && (heard(entries.front()) || now - entries.front().appended > keep ||
                                entries.size() > kMaxPacketsPerStream)) {
        entries.pop_front();
    }
}

std::vector<PacketPtr> PacketHistory::due(StreamId stream, MediaInstant from) const {
    std::vector<PacketPtr> packets;
    if (stream.value >= kMaxStreams) return packets;
    for (const Entry& entry : streams_[stream.value]) {
        if (to_instant(entry.packet->stamp.media) >= from) packets.push_back(entry.packet);
    }
    const auto order = [](const PacketPtr& packet) {
        const wire::PacketStamp& stamp = packet->stamp;
        return std::tuple(stamp.media, stamp.epoch, stamp.sequence);
    };
    std::sort(packets.begin(), packets.end(),
              [&](const PacketPtr& a, const PacketPtr& b) { return order(a) < order(b); });
    return packets;
}

PacketPtr PacketHistory::find(StreamId stream, Epoch epoch, std::uint32_t sequence) const noexcept {
    if (stream.value >= kMaxStreams) return nullptr;
    const auto& entries = streams_[stream.value];
    const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) {
        const wire::PacketStamp& stamp = entry.packet->stamp;
        return stamp.sequence == sequence && stamp.epoch == epoch;
    });
    return found == entries.rend() ? nullptr : found->packet;
}

std::size_t PacketHistory::size(StreamId stream) const noexcept {
    return stream.value < kMaxStreams ? streams_[stream.value].size() : 0;
}

}  // namespace earshot::transport
