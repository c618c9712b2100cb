#pragma once

#include "server/transport/datagram_port.hpp"
#include "server/transport/media_route.hpp"
#include "server/transport/send_queue.hpp"

#include <array>
#include <cstddef>

namespace earshot::transport {

/// Sends one connection's audio as datagrams; where many are lost, each packet goes again with the
/// next of its kind, so that both are seldom lost.
/// Thread: the shard's.
class DatagramSender {
public:
    /// Both outlive the sender.
    DatagramSender(DatagramPort& port, MediaRoute& route) noexcept : port_(port), route_(route) {}

    /// Whether each of its packets can go as a datagram.
    [[nodiscard]] static bool fits(const NextWrite& bundle) noexcept;
    /// Sends a bundle.
    /// @param again  It has gone by another way before: as audio_again, and not repeated.
    /// @pre fits(bundle)
    void send(const NextWrite& bundle, bool again) noexcept;
    /// Begins anew: nothing sent before is repeated.
    void forget() noexcept { previous_ = {}; }

private:
    DatagramPort& port_;
    MediaRoute& route_;
    std::array<NextWrite, 3> previous_;  ///< By kind, as stream ids are numbered.
};

/// What a listener is told of its route.
[[nodiscard]] wire::SharedEnvelope offer_of(const RouteSecrets& secrets);
/// A bundle as the connection carries it.
[[nodiscard]] wire::SharedEnvelope envelope_of(const NextWrite& bundle);

}  // namespace earshot::transport
