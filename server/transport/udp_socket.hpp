#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace earshot::transport {

/// One of the UDP sockets that share the server's port, each for its shard. What it sends is marked
/// urgent (DSCP EF, RFC 3246) and never cut into fragments.
/// Thread: one owner, that of the io_context. Neither sending nor receiving waits or allocates.
class UdpSocket {
public:
    /// Binds, together with the others of the port; "::" takes IPv4 too.
    /// @param io  Outlives this object.
    /// @throws boost::system::system_error
    UdpSocket(boost::asio::io_context& io, const boost::asio::ip::udp::endpoint& local);

    /// What receive() found.
    struct Received {
        std::span<std::byte> bytes;  ///< Until the next receive(). Empty: longer than any may be.
        boost::asio::ip::udp::endpoint from;
        std::int64_t realtime_ns = 0;  ///< CLOCK_REALTIME of its arrival, 0 if not known.
    };
    enum class Outcome : std::uint8_t { done, nothing, failed };
    /// Takes one datagram. `nothing`: none waits. `failed`: something else was taken instead.
    [[nodiscard]] Outcome receive(Received& into) noexcept;
    /// Sends one datagram. `nothing`: the buffer is full; it is lost.
    /// @param from  The address to send from, if the socket is bound to all.
    [[nodiscard]] Outcome send(std::span<const std::byte> bytes,
                               const boost::asio::ip::udp::endpoint& to,
                               const boost::asio::ip::address& from) noexcept;

    /// Calls back once something can be received; not if the socket is closed before.
    void wait(std::function<void()> ready);
    void close() noexcept;

private:
    friend std::vector<std::unique_ptr<UdpSocket>> open_udp_group(
        const std::vector<boost::asio::io_context*>& shards,
        const boost::asio::ip::udp::endpoint& local);
    void set_options(bool v6) noexcept;

    static constexpr std::size_t kBufferBytes = 2048;
    boost::asio::ip::udp::socket socket_;
    bool v6_ = false;
    bool any_ = false;
    std::array<std::byte, kBufferBytes> buffer_{};
};

/// Opens a socket for each shard on one address and port. A datagram goes to the shard whose number
/// is the lowest byte of its route.
/// @throws std::runtime_error  one line that says what is wrong.
[[nodiscard]] std::vector<std::unique_ptr<UdpSocket>> open_udp_group(
    const std::vector<boost::asio::io_context*>& shards,
    const boost::asio::ip::udp::endpoint& local);

}  // namespace earshot::transport
