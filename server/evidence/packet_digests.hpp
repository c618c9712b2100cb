#pragma once

#include "common/rt/spsc_ring.hpp"
#include "common/wire/packet.hpp"

#include <atomic>
#include <cstdint>

namespace earshot::evidence {

/// A packet as it was sent, as far as it is compared.
struct PacketDigest {
    StreamId stream;
    Epoch epoch;
    std::uint32_t sequence = 0;
    std::uint32_t checksum = 0;  ///< wire::packet_checksum
};

/// Takes the checksum of every packet of a perspective on its way out, and hands it to whoever
/// compares. Companions are let by.
/// Thread: push() and flush() engine, pop() control, dropped() any.
class PacketDigests final : public wire::PacketSink {
public:
    PacketDigests();

    void push(const wire::PacketSlot& packet) noexcept override;
    void flush() noexcept override {}
    /// The oldest that waits. @return false if there is none.
    [[nodiscard]] bool pop(PacketDigest& digest) noexcept { return ring_.try_pop(digest); }
    /// There was no room for these: they cannot be compared.
    [[nodiscard]] std::uint64_t dropped() const noexcept {
        return dropped_.load(std::memory_order_relaxed);
    }

private:
    rt::SpscRing<PacketDigest> ring_;
    std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace earshot::evidence
