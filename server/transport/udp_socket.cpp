#include "server/transport/udp_socket.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <utility>

namespace earshot::transport {
namespace {

using boost::asio::ip::udp;
using boost::system::error_code;
namespace ip = boost::asio::ip;

constexpr int kBufferSize = 1024 * 1024;
/// Expedited forwarding, in the upper six bits.
constexpr int kUrgent = 46 << 2;
/// Where a datagram has the lowest byte of its route.
constexpr std::uint32_t kShardAt = 4;

void set(int fd, int level, int name, int value) noexcept {
    // A system that cannot goes on without.
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

/// Room for the one control message that goes along with a datagram.
union Control {
    cmsghdr aligned;
    std::array<char, CMSG_SPACE(sizeof(timespec))> stamp;
    std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> source;
};

template <class Info>
void add_source(msghdr& message, Control& control, int level, int type, const Info& info) noexcept {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof info);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

/// On a machine with several addresses, answers come from the one that was asked.
void send_from(msghdr& message, Control& control, const ip::address& from, bool v6) noexcept {
    if (v6 && from.is_v6()) {
        in6_pktinfo info{};
        const auto bytes = from.to_v6().to_bytes();
        std::memcpy(&info.ipi6_addr, bytes.data(), bytes.size());
        info.ipi6_ifindex = static_cast<unsigned>(from.to_v6().scope_id());
        add_source(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    } else if (!v6 && from.is_v4()) {
        in_pktinfo info{};
        const auto bytes = from.to_v4().to_bytes();
        std::memcpy(&info.ipi_spec_dst, bytes.data(), bytes.size());
        add_source(message, control, IPPROTO_IP, IP_PKTINFO, info);
    }
}

std::int64_t stamp_of(msghdr& message) noexcept {
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_TIMESTAMPNS &&
            each->cmsg_len >= CMSG_LEN(sizeof(timespec))) {
            timespec stamp{};
            std::memcpy(&stamp, CMSG_DATA(each), sizeof stamp);
            return std::int64_t{stamp.tv_sec} * 1'000'000'000 + stamp.tv_nsec;
        }
    }
    return 0;
}

void steer_by_route(int fd) {
    std::array<sock_filter, 2> program{
        {{BPF_LD | BPF_B | BPF_ABS, 0, 0, kShardAt}, {BPF_RET | BPF_A, 0, 0, 0}}};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter) != 0) {
        throw boost::system::system_error(error_code(errno, boost::system::system_category()));
    }
}

}  // namespace

UdpSocket::UdpSocket(boost::asio::io_context& io, const udp::endpoint& local)
    : socket_(io), v6_(local.address().is_v6()), any_(local.address().is_unspecified()) {
    socket_.open(local.protocol());
    if (v6_) socket_.set_option(ip::v6_only(!any_));
    set_options(v6_);
    socket_.bind(local);
    socket_.non_blocking(true);
}

void UdpSocket::set_options(bool v6) noexcept {
    const int fd = socket_.native_handle();
    set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    set(fd, SOL_SOCKET, SO_RCVBUF, kBufferSize);
    set(fd, SOL_SOCKET, SO_SNDBUF, kBufferSize);
    // Of an IPv6 socket, too: for the IPv4 that it takes along.
    set(fd, IPPROTO_IP, IP_TOS, kUrgent);
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    if (!v6) return;
    set(fd, IPPROTO_IPV6, IPV6_TCLASS, kUrgent);
    set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
}

UdpSocket::Outcome UdpSocket::receive(Received& into) noexcept {
    iovec place{buffer_.data(), buffer_.size()};
    Control control{};
    msghdr message{};
    message.msg_name = into.from.data();
    message.msg_namelen = static_cast<socklen_t>(into.from.capacity());
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    const auto got = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::nothing : Outcome::failed;
    const bool whole = (message.msg_flags & MSG_TRUNC) == 0;
    into.bytes = std::span{buffer_}.first(whole ? static_cast<std::size_t>(got) : 0);
    into.realtime_ns = stamp_of(message);
    return Outcome::done;
}

UdpSocket::Outcome UdpSocket::send(std::span<const std::byte> bytes,
                                   const udp::endpoint& to,
                                   const ip::address& from) noexcept {
    udp::endpoint peer = to;
    // sendmsg() reads it only.
    iovec place{const_cast<std::byte*>(bytes.data()), bytes.size()};
    Control control{};
    msghdr message{};
    message.msg_name = peer.data();
    message.msg_namelen = static_cast<socklen_t>(peer.size());
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    if (any_) send_from(message, control, from, v6_);
    if (::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
        return Outcome::done;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? Outcome::nothing
                                                                       : Outcome::failed;
}

void UdpSocket::wait(std::function<void()> ready) {
    socket_.async_wait(udp::socket::wait_read, [ready = std::move(ready)](error_code error) {
        if (!error) ready();
    });
}

void UdpSocket::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

std::vector<std::unique_ptr<UdpSocket>> open_udp_group(
    const std::vector<boost::asio::io_context*>& shards, const udp::endpoint& local) {
    try {
        std::vector<std::unique_ptr<UdpSocket>> sockets;
        sockets.reserve(shards.size());
        for (boost::asio::io_context* io : shards) {
            sockets.push_back(std::make_unique<UdpSocket>(*io, local));
        }
        // The kernel numbers them in the order they were bound.
        if (sockets.size() > 1) steer_by_route(sockets.front()->socket_.native_handle());
        return sockets;
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("no UDP on port " + std::to_string(local.port()) + ": " +
                                 error.code().message());
    }
}

}  // namespace earshot::transport
