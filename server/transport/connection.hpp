#pragma once

#include "common/base/strong_id.hpp"
#include "common/wire/ports.hpp"
#include "server/transport/shared_packet.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace earshot::transport {

/// Anything of a shard that holds a socket and must let go when the shard stops.
class Stoppable {
public:
    virtual ~Stoppable() = default;
    /// Closes the socket without another word.
    virtual void abort() = 0;
};

/// One upgraded socket, as its shard sees it.
/// Thread: the owning shard.
class Connection : public Stoppable {
public:
    /// Queues an envelope; hangs up on a peer that lets too many pile up.
    virtual void send(wire::SharedEnvelope envelope) = 0;
    /// Queues a packet; pump() writes it.
    virtual void enqueue(const PacketPtr& packet) = 0;
    virtual void forget_audio() = 0;
    /// Writes what may go now, if no write is under way.
    /// @param flush  Do not wait for a bundle to fill.
    virtual void pump(bool flush) = 0;
    /// Writes what is queued as control, then closes; after a second without mercy.
    virtual void close(const std::string& reason) = 0;

    /// Offers media by UDP to a listener that can take it so.
    virtual void offer_datagrams() = 0;

    /// A stream that it is sent.
    struct Subscription {
        std::optional<StreamId> stream;
        std::size_t index = 0;  ///< In the shard's list for the stream.
    };
    /// What the shard remembers of it.
    struct Place {
        ConnectionId id;
        bool accepted = false;
        wire::Companions companions;
        Subscription sound;
        Subscription tactile;
        Subscription haptics;

        /// The one that a stream belongs to.
        [[nodiscard]] Subscription& of(StreamId stream) noexcept {
            const int kind = stream.value / wire::kMaxPerspectives;
            return kind == 0 ? sound : (kind == 1 ? tactile : haptics);
        }
        [[nodiscard]] bool is_sent(StreamId wanted) const noexcept {
            return sound.stream == wanted || tactile.stream == wanted || haptics.stream == wanted;
        }
    };
    Place place;
};

}  // namespace earshot::transport
