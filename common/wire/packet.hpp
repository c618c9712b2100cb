#pragma once

#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::wire {

/// Largest Opus frame there is (RFC 6716 section 3.4).
inline constexpr std::size_t kMaxPayloadBytes = 1275;
/// Most packets in one bundle.
inline constexpr int kMaxBundlePackets = 8;

/// Most perspectives that are live at once.
inline constexpr std::uint8_t kMaxPerspectives = 8;
/// Of each perspective there are three streams: its sound, and two companions for the skin. A
/// listener is told the numbers (earshot.v1.Streams); only a server counts on how they are made.
inline constexpr std::uint8_t kMaxStreamIds = 3 * kMaxPerspectives;
/// The mono sound for shakers that goes along with a perspective.
[[nodiscard]] constexpr StreamId tactile_stream(StreamId perspective) noexcept {
    return {static_cast<std::uint8_t>(perspective.value + kMaxPerspectives)};
}
/// The haptic points that go along with a perspective.
[[nodiscard]] constexpr StreamId haptic_stream(StreamId perspective) noexcept {
    return {static_cast<std::uint8_t>(perspective.value + 2 * kMaxPerspectives)};
}

/// Which companions of its perspective a listener is sent.
struct Companions {
    bool tactile = false;
    bool haptics = false;
    friend bool operator==(const Companions&, const Companions&) = default;
};

/// What every packet says about the audio that its decoding gives.
struct PacketStamp {
    StreamId stream;
    Epoch epoch;                 ///< The programme segment it was rendered for.
    std::uint32_t sequence = 0;  ///< Counts packets of one stream and epoch, from 0.
    MediaTime media;             ///< When the first decoded frame must be heard.
    ProgrammeTime programme;     ///< The programme frame which that first decoded frame carries.
};
// Of haptic points: when the first of them begins to be felt, and the programme frame it begins at.

/// One packet by value: stamps + one 20 ms Opus frame, or haptic points. What the engine copies
/// into each shard's ring.
struct PacketSlot {
    PacketStamp stamp;
    std::uint16_t size = 0;  ///< Bytes of payload in use, 0 to kMaxPayloadBytes.
    std::array<std::byte, kMaxPayloadBytes> payload{};

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {payload.data(), size};
    }
};

/// Takes packets from the render side; what stands behind it (shards, a bus) is no one's business
/// there (DESIGN 1.10).
class PacketSink {
public:
    virtual ~PacketSink() = default;
    /// Copies one packet. Thread: engine. Real-time: yes; a full ring drops the packet and counts.
    virtual void push(const PacketSlot& packet) noexcept = 0;
    /// Wakes whoever reads, once after a batch of push(). Thread: engine. Real-time: no (a system
    /// call).
    virtual void flush() noexcept = 0;
};

}  // namespace earshot::wire
