#pragma once

#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace earshot::wire {

/// An envelope that many connections share.
using SharedEnvelope = std::shared_ptr<const std::vector<std::byte>>;

/// What a connection's transport has counted for it so far.
struct ConnectionCounters {
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_dropped_late = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t sync_replies = 0;
};

/// What the transport tells the session. Every call comes on the control thread.
class ListenerEvents {
public:
    virtual ~ListenerEvents() = default;
    /// An envelope other than sync_request, from a connection whose handshake is open or done.
    /// @param body  Lives only during the call.
    virtual void on_envelope(ConnectionId connection,
                             Kind kind,
                             std::span<const std::byte> body) = 0;
    /// The socket is gone; no call for this connection follows.
    virtual void on_closed(ConnectionId connection, const ConnectionCounters& counters) = 0;
};

/// What the session asks of the transport. Thread: control (each call posts to the owning shard).
/// Calls for a connection that is gone do nothing.
class ListenerGateway {
public:
    virtual ~ListenerGateway() = default;
    /// Queues an envelope ahead of all audio.
    virtual void send(ConnectionId connection, SharedEnvelope envelope) = 0;
    /// Queues an envelope for every connection that has been accepted (see accept()).
    virtual void broadcast(SharedEnvelope envelope) = 0;
    /// The handshake succeeded: broadcasts and audio may reach this connection from now on.
    virtual void accept(ConnectionId connection) = 0;
    /// Routes one stream to a connection, in place of the one before: the stream's packets that are
    /// still due (60 ms from now and later) go out at once, then all new ones.
    virtual void subscribe(ConnectionId connection, StreamId stream) = 0;
    /// Which companions go to a connection along with whatever stream is routed to it; none until
    /// this is called.
    virtual void accompany(ConnectionId connection, Companions companions) = 0;
    /// Offers media by UDP, if the transport has it; the listener chooses. Call it after accept(),
    /// for a listener that can take it so.
    virtual void offer_datagrams(ConnectionId connection) = 0;
    /// Sends what is queued as control, then closes with a reason a person can read.
    virtual void close(ConnectionId connection, std::string reason) = 0;
    /// Packets a bundle carries to everyone, 1 to 3.
    virtual void set_bundle_packets(int packets) = 0;
    /// Packets older than this never leave a shard's history, and history is dropped up to here.
    virtual void set_lead(Frames lead) = 0;
};

}  // namespace earshot::wire
