#pragma once

#include "common/base/time.hpp"
#include "server/transport/shared_packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace earshot::transport {

/// Streams that a server can have at once: 8 perspectives (DESIGN 5) and their companions.
inline constexpr std::size_t kMaxStreams = wire::kMaxStreamIds;

/// The packets that were sent ahead and are still to be heard, so that somebody who joins or
/// changes stream gets them at once. Thread: the owning shard. Pure: the time is given to it.
class PacketHistory {
public:
    /// @param lead  How far ahead packets are sent; see set_lead().
    explicit PacketHistory(Frames lead) noexcept : lead_(lead) {}

    /// Packets sent longer ago than this are dropped.
    void set_lead(Frames lead) noexcept { lead_ = lead; }

    /// @pre packet->stamp.stream is below kMaxStreams
    void append(PacketPtr packet, MediaInstant now);

    /// The packets of a stream that are heard at `from` or later, in order of media time, epoch and
    /// sequence: of a relocation both epochs, so that the listener can cross-fade.
    [[nodiscard]] std::vector<PacketPtr> due(StreamId stream, MediaInstant from) const;

    /// The packet of that name; null if it is not kept.
    [[nodiscard]] PacketPtr find(StreamId stream,
                                 Epoch epoch,
                                 std::uint32_t sequence) const noexcept;

    [[nodiscard]] std::size_t size(StreamId stream) const noexcept;

private:
    struct Entry {
        PacketPtr packet;
        MediaInstant appended;
    };
    Frames lead_;
    std::array<std::deque<Entry>, kMaxStreams> streams_;
};

}  // namespace earshot::transport
