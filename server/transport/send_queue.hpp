#pragma once

#include "common/wire/packet.hpp"
#include "common/wire/ports.hpp"
#include "server/transport/shared_packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace earshot::transport {

/// What a connection may have waiting. Audio and clock lose their oldest; a full control queue
/// means that the peer is too slow to be kept.
struct SendLimits {
    std::size_t control_envelopes = 256;
    std::size_t control_bytes = 512 * 1024;
    std::size_t audio_packets = 512;  ///< Of each kind: sound, haptic points, tactile sound.
    std::size_t sync_replies = 32;
    /// A packet that is heard sooner than this cannot arrive in time any more.
    std::chrono::nanoseconds late_margin{5'000'000};
    /// A packet that is heard sooner than this does not wait to be bundled.
    std::chrono::nanoseconds urgent{100'000'000};
};

/// An answered sync_request whose t3 is not known before the write.
struct PendingSyncReply {
    std::uint64_t t1_local_ns = 0;
    std::uint32_t sequence = 0;
    MediaInstant t2{};
};

/// What goes to the socket next: exactly one WebSocket message, or nothing.
struct NextWrite {
    enum class What : std::uint8_t { nothing, sync_reply, envelope, bundle };
    What what = What::nothing;
    PendingSyncReply sync;
    wire::SharedEnvelope envelope;
    std::array<PacketPtr, wire::kMaxBundlePackets> packets;  ///< Of one stream.
    int packet_count = 0;
};

/// The one queue in front of a connection's socket. Clock replies go first, then control, then
/// audio: sound, haptic points, tactile sound; within each, in the order queued. Audio whose time
/// has passed is never written.
/// Thread: the owning shard. Pure: the time is given to it.
class SendQueue {
public:
    /// @param phase  Spreads bundled connections over the packets of a bundle, so that they do not
    ///               all write on the same tick.
    explicit SendQueue(std::uint32_t phase = 0, const SendLimits& limits = {});

    void push_sync(const PendingSyncReply& reply);
    /// @return false if that is more than the peer may have waiting: close it as slow.
    [[nodiscard]] bool push_control(wire::SharedEnvelope envelope);
    void push_audio(PacketPtr packet);

    /// Forgets waiting audio (another stream was subscribed to); not counted as late.
    void clear_audio() noexcept;

    /// Takes the next message. Audio is held back until bundle_packets are there, unless it is
    /// urgent, is the first of its epoch, or flush is set. What waits because the peer lags is
    /// bundled up to kMaxBundlePackets.
    [[nodiscard]] NextWrite next(MediaInstant now, int bundle_packets, bool flush);
    /// The same, but no audio.
    [[nodiscard]] NextWrite next_message();
    /// The same, but audio only.
    [[nodiscard]] NextWrite next_audio(MediaInstant now, int bundle_packets, bool flush);

    [[nodiscard]] bool control_empty() const noexcept { return control_.empty(); }
    /// Packets of all kinds.
    [[nodiscard]] std::size_t audio_waiting() const noexcept;
    /// Packets that were given up because they were late or did not fit.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    // Kinds of packets, as stream ids are numbered.
    static constexpr std::size_t kSound = 0;
    static constexpr std::size_t kTactile = 1;
    static constexpr std::size_t kHaptics = 2;
    /// Packets of one kind, and what went of them.
    struct Packets {
        std::deque<PacketPtr> waiting;
        bool any_sent = false;
        Epoch last_epoch{};
    };
    void drop_late(Packets& packets, MediaInstant now);
    [[nodiscard]] bool ready(const Packets& packets, MediaInstant now, int bundle_packets) const;
    static void take_bundle(Packets& packets, NextWrite& write);

    SendLimits limits_;
    std::uint32_t phase_;
    std::vector<PendingSyncReply> sync_;
    std::deque<wire::SharedEnvelope> control_;
    std::size_t control_bytes_ = 0;
    std::array<Packets, 3> audio_;  ///< By kind.
    std::uint64_t dropped_ = 0;
};

}  // namespace earshot::transport
