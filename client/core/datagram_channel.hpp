#pragma once

#include "client/core/session_ports.hpp"
#include "common/wire/datagram.hpp"
#include "common/wire/datagram_seal.hpp"
#include "common/wire/datagram_writer.hpp"
#include "common/wire/replay_window.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace earshot::client {

/// A listener's end of one offered way, without a socket: makes datagrams, and takes those that
/// only the server can have sent, each once.
/// Thread: one owner. Allocates in the constructor only.
class DatagramChannel {
public:
    /// One that was taken; borrows the bytes it came in.
    struct Datagram {
        wire::DatagramType type{};
        std::span<const std::byte> body;
    };

    /// @pre both keys empty, or of wire::kDatagramKeyBytes
    /// @throws std::runtime_error  if OpenSSL cannot.
    explicit DatagramChannel(const DatagramOffer& offer);

    /// A datagram to send. @return its bytes until the next call; none if it cannot be made.
    [[nodiscard]] std::span<const std::byte> pack(wire::DatagramType type,
                                                  std::span<const std::byte> body) noexcept;
    /// Opens one that came, in place; nothing if it is damaged, forged, of another route, or came
    /// before.
    [[nodiscard]] std::optional<Datagram> unpack(std::span<std::byte> bytes) noexcept;

    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
    std::uint32_t route_;
    std::uint64_t cookie_;
    std::optional<wire::DatagramSealer> sealer_;
    std::optional<wire::DatagramOpener> opener_;
    wire::DatagramWriter writer_;
    wire::ReplayWindow window_;
    std::uint64_t counter_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace earshot::client
