#include "client/core/udp_link.hpp"

#include "client/core/datagram_channel.hpp"
#include "client/core/receive_stamp.hpp"
#include "common/wire/datagram_bodies.hpp"

#include <boost/asio/io_context.hpp>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace earshot::client {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

/// Two seconds of audio and more: what comes while the thread does something else.
constexpr int kReceiveBufferBytes = 256 * 1024;
/// Read at one wake; then others have their turn.
constexpr int kReadAtOnce = 64;
/// Expedited forwarding (RFC 3246), in the upper six bits.
constexpr int kUrgent = 46 << 2;
/// No path carries more at once; what is longer is cut, and then refused.
constexpr std::size_t kLongestDatagram = 2'048;

}  // namespace

/// One socket for one offer. It outlives its link while the system still owes it a call.
class UdpLink::Socket : public std::enable_shared_from_this<Socket> {
public:
    Socket(asio::io_context& io,
           const LocalClockSource& clock,
           UdpLinkEvents& events,
           const DatagramOffer& offer)
        : socket_(io), clock_(clock), events_(&events), channel_(offer) {}

    [[nodiscard]] bool open(const udp::endpoint& peer) {
        error_code error;
        socket_.open(peer.protocol(), error);
        if (error) {
            return false;
        }
        set_options(peer);
        socket_.non_blocking(true, error);
        if (!error) {
            // Nobody else's datagrams come in then, and closed ports are told of.
            socket_.connect(peer, error);
        }
        if (!error) {
            wait();
        }
        return !error;
    }

    void close() noexcept {
        events_ = nullptr;
        error_code ignored;
        socket_.close(ignored);
    }

    void send(wire::DatagramType type, std::span<const std::byte> body) {
        const auto bytes = channel_.pack(type, body);
        if (!bytes.empty() && ::send(socket_.native_handle(), bytes.data(), bytes.size(),
                                     MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
            ++sent_;
        }
    }

    void send_sync(std::uint32_t sequence) {
        const auto t1 = static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
        send(wire::DatagramType::sync_request, wire::sync_request_body(t1, sequence));
    }

    void read() {
        const auto self = shared_from_this();  // a datagram may end the session, and the link
        for (int n = 0; n < kReadAtOnce && events_ != nullptr && read_one(); ++n) {
        }
        if (events_ != nullptr) {
            events_->on_datagrams_read();
        }
    }

    [[nodiscard]] DatagramCounters counters() const noexcept {
        return {sent_, channel_.taken(), channel_.refused()};
    }

private:
    void set_options(const udp::endpoint& peer) {
        error_code ignored;
        socket_.set_option(asio::socket_base::receive_buffer_size(kReceiveBufferBytes), ignored);
        const int fd = socket_.native_handle();
        const int yes = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof(yes));
        // Of a path that is too narrow for a probe, nothing is made use of.
        if (peer.address().is_v6()) {
            const int whole = IPV6_PMTUDISC_DO;
            ::setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &whole, sizeof(whole));
            ::setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &kUrgent, sizeof(kUrgent));
        } else {
            const int whole = IP_PMTUDISC_DO;
            ::setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole));
            ::setsockopt(fd, IPPROTO_IP, IP_TOS, &kUrgent, sizeof(kUrgent));
        }
    }

    void wait() {
        socket_.async_wait(udp::socket::wait_read,
                           [self = this->shared_from_this()](error_code error) {
                               if (error || self->events_ == nullptr) {
                                   return;
                               }
                               self->read();
                               if (self->events_ != nullptr) {
                                   self->wait();
                               }
                           });
    }

    /// @return false if nothing waits.
    bool read_one() {
        iovec place{buffer_.data(), buffer_.size()};
        msghdr message{};
        message.msg_iov = &place;
        message.msg_iovlen = 1;
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control{};
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const auto got = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
        if (got < 0) {
            // Any other error is of a datagram sent before, and has been taken out by this.
            return errno != EAGAIN && errno != EWOULDBLOCK;
        }
        const LocalInstant received = arrival(message);
        const auto size = (message.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<std::size_t>(got);
        if (const auto datagram = channel_.unpack({buffer_.data(), size})) {
            events_->on_datagram(datagram->type, datagram->body, received);
        }
        return true;
    }

    [[nodiscard]] LocalInstant arrival(msghdr& message) const {
        const ClockPair now = read_clock_pair(clock_);
        for (const cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr;
             one = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(one))) {
            if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_TIMESTAMPNS) {
                timespec stamp{};
                std::memcpy(&stamp, CMSG_DATA(one), sizeof(stamp));
                return arrival_of(stamp.tv_sec * std::int64_t{1'000'000'000} + stamp.tv_nsec, now,
                                  clock_);
            }
        }
        return now.local;
    }

    udp::socket socket_;
    const LocalClockSource& clock_;
    UdpLinkEvents* events_;
    DatagramChannel channel_;
    std::array<std::byte, kLongestDatagram> buffer_{};
    std::uint64_t sent_ = 0;
};

UdpLink::UdpLink(asio::io_context& io, const LocalClockSource& clock, UdpLinkEvents& events)
    : io_(io), clock_(clock), events_(events) {}

UdpLink::~UdpLink() {
    close();
}

bool UdpLink::open(const DatagramOffer& offer) {
    close();
    const auto peer = events_.datagram_peer();
    if (!peer) {
        return false;
    }
    std::shared_ptr<Socket> made;
    try {
        made = std::make_shared<Socket>(io_, clock_, events_, offer);
    } catch (const std::runtime_error&) {
        return false;  // an OpenSSL that may not do ChaCha20
    }
    if (!made->open(*peer)) {
        made->close();
        return false;
    }
    socket_ = std::move(made);
    return true;
}

void UdpLink::close() noexcept {
    if (socket_) {
        counters_ = counters();
        socket_->close();
        socket_.reset();
    }
}

void UdpLink::send(wire::DatagramType type, std::span<const std::byte> body) {
    if (socket_) {
        socket_->send(type, body);
    }
}

void UdpLink::send_sync(std::uint32_t sequence) {
    if (socket_) {
        socket_->send_sync(sequence);
    }
}

DatagramCounters UdpLink::counters() const noexcept {
    DatagramCounters all = counters_;
    if (socket_) {
        const DatagramCounters now = socket_->counters();
        all.sent += now.sent;
        all.received += now.received;
        all.refused += now.refused;
    }
    return all;
}

void UdpLink::read_waiting() {
    if (socket_) {
        socket_->read();
    }
}

}  // namespace earshot::client
