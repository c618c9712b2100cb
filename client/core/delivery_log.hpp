#pragma once

#include "common/base/time.hpp"
#include "common/wire/packet.hpp"
#include "common/wire/second_checksum.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

namespace earshot::client {

/// Checksums of what has been delivered, second by second, for the server to compare with what it
/// sent. Order and repetition of packets make no difference.
/// Thread: one owner (network). Time is what the caller says it is.
class DeliveryLog {
public:
    /// A second is told of when nothing more of it, nor of one before it, has come for this long.
    static constexpr std::chrono::seconds kSettles{2};
    /// Seconds told of at once, at most.
    static constexpr std::size_t kMostAtOnce = 8;

    void add(const wire::PacketSlot& packet, LocalInstant now) noexcept;
    /// Seconds that are settled and have not been taken yet; those of an epoch in order.
    [[nodiscard]] std::vector<wire::SecondChecksum> take_settled(LocalInstant now);
    void clear() noexcept { seconds_ = {}; }

private:
    /// What of two streams and two epochs can be under way between two reports.
    static constexpr std::size_t kSeconds = 24;
    struct Entry {
        wire::SecondChecksum second;
        LocalInstant changed{};
        std::uint64_t number = 0;  ///< In the order they began; 0: free.
    };
    [[nodiscard]] bool is_settled(const Entry& entry, LocalInstant now) const noexcept;
    [[nodiscard]] Entry& entry_of(const wire::PacketStamp& stamp) noexcept;

    std::array<Entry, kSeconds> seconds_{};
    std::uint64_t last_number_ = 0;
};

}  // namespace earshot::client
