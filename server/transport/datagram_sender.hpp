#pragma once

#include "server/transport/datagram_port.hpp"
#include "server/transport/send_queue.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace earshot::transport {

/// Sends one connection's audio as datagrams; where many are lost, each packet goes again with the
/// next of its kind, so that both are seldom lost.
/// Thread: the shard's.
class DatagramSender {
public:
    /// Both outlive the sender.
    DatagramSender(DatagramPort& port, MediaRoute& route) noexcept : port_(port), route_(route) {}

    /// Sends a bundle. @pre all fit
    void send(const NextWrite& bundle) noexcept;
    /// Sends packets that have gone by another way before. @pre all fit
    void send_again(const NextWrite& bundle) noexcept;
    /// Begins anew: nothing sent before is repeated.
    void forget() noexcept { previous_ = {}; }
    /// Packets sent a second time because of loss, since the last call.
    [[nodiscard]] std::uint64_t take_repeated() noexcept { return std::exchange(repeated_, 0); }

private:
    struct Previous {
        std::array<PacketPtr, wire::kMaxBundlePackets> packets;
        std::size_t count = 0;
    };
    [[nodiscard]] static std::span<const PacketPtr> packets_of(const NextWrite& bundle) noexcept {
        return std::span{bundle.packets}.first(static_cast<std::size_t>(bundle.packet_count));
    }

    DatagramPort& port_;
    MediaRoute& route_;
    std::array<Previous, 3> previous_;  ///< By kind, as stream ids are numbered.
    std::uint64_t repeated_ = 0;
};

}  // namespace earshot::transport
