#include "tests/support/net_relay.hpp"

#include "tests/support/sim_random.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::test {
namespace {

using Clock = std::chrono::steady_clock;

/// What a stream may have waiting before the relay stops reading: a stall is then felt behind it.
constexpr std::size_t kStreamWaiting = 32 * 1024;
constexpr std::size_t kChunk = 4 * 1024;
/// Datagrams kept to look at.
constexpr std::size_t kSeen = 200;
/// Read at once from one socket.
constexpr int kAtOnce = 64;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// A descriptor that closes itself.
class Socket {
public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    ~Socket() { close(); }
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    void close() noexcept {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

private:
    int fd_ = -1;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

const sockaddr* general(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

Socket make_socket(int type) {
    Socket made(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (made.fd() < 0) {
        fail("socket");
    }
    return made;
}

/// One port number for both.
std::pair<Socket, Socket> bind_both(std::uint16_t& port) {
    for (int attempt = 0; attempt < 50; ++attempt) {
        Socket tcp = make_socket(SOCK_STREAM);
        Socket udp = make_socket(SOCK_DGRAM);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof(address);
        if (::bind(tcp.fd(), general(address), sizeof(address)) != 0 ||
            ::getsockname(tcp.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            fail("bind");
        }
        if (::bind(udp.fd(), general(address), sizeof(address)) == 0 &&
            ::listen(tcp.fd(), 64) == 0) {
            port = ntohs(address.sin_port);
            return {std::move(tcp), std::move(udp)};
        }
    }
    fail("bind of TCP and UDP to one port");
}

/// Decides about the datagrams of one direction.
class Chance {
public:
    explicit Chance(std::uint32_t seed) : random_(seed) {}

    [[nodiscard]] bool loses(const RelayPath& path, Clock::time_point now) {
        if (path.burst_every.count() > 0) {
            while (now >= burst_to_) {
                const double wait =
                    random_.exponential(std::chrono::duration<double>(path.burst_every).count());
                burst_from_ =
                    std::max(burst_to_, now) + std::chrono::duration_cast<Clock::duration>(
                                                   std::chrono::duration<double>(wait));
                burst_to_ = burst_from_ + path.burst;
            }
            if (now >= burst_from_) {
                return true;
            }
        }
        return random_.chance(path.loss);
    }
    void damage(const RelayPath& path, std::vector<char>& bytes) {
        if (!bytes.empty() && random_.chance(path.corrupt)) {
            const std::uint32_t at = random_.seed();
            char& byte = bytes[at % bytes.size()];
            byte = static_cast<char>(byte ^ static_cast<char>(1U << (at >> 29U)));
        }
    }
    [[nodiscard]] Clock::duration delay(const RelayPath& path) {
        const auto held = random_.chance(path.reorder) ? path.reorder_by : path.delay * 0;
        const double queued = path.jitter.count() > 0
                                  ? random_.exponential(static_cast<double>(path.jitter.count()))
                                  : 0.0;
        return path.delay + held + std::chrono::microseconds{std::llround(queued)};
    }

private:
    SimRandom random_;
    Clock::time_point burst_from_{};
    Clock::time_point burst_to_{};
};

/// One way of a TCP connection.
struct Flow {
    struct Piece {
        Clock::time_point due;
        std::vector<char> bytes;
    };
    std::deque<Piece> waiting;
    std::size_t bytes = 0;
    bool ended = false;    ///< The sender has closed its side ...
    bool closed = false;   ///< ... and so have we, behind the last byte.
    bool blocked = false;  ///< The receiver takes no more for the moment.
};

struct Stream {
    Socket listener;
    Socket server;
    Flow up;
    Flow down;
    bool broken = false;
};

/// What a listener's datagrams leave towards the server by.
struct Peer {
    sockaddr_in listener{};
    Socket server;
};

struct Datagram {
    std::vector<char> bytes;
    std::uint64_t peer = 0;
    bool up = false;
};

}  // namespace

class NetRelay::Loop {
public:
    Loop(std::uint16_t server_port, const RelaySettings& settings)
        : server_(loopback(server_port)),
          settings_(settings),
          up_(2 * settings.seed),
          down_(2 * settings.seed + 1),
          wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (wake_.fd() < 0) {
            fail("eventfd");
        }
        std::tie(tcp_, udp_) = bind_both(port_);
        const int bytes = 1 << 20;
        ::setsockopt(udp_.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
        thread_ = std::thread([this] { run(); });
    }
    ~Loop() {
        change([this] { stopped_ = true; });
        thread_.join();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    template <class Change>
    void change(const Change& what) {
        {
            const std::lock_guard lock(mutex_);
            what();
        }
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(wake_.fd(), &one, sizeof(one));
    }
    void set(const RelaySettings& settings) {
        change([&] { settings_ = settings; });
    }
    void set_udp(bool passes) {
        change([&] { settings_.udp = passes; });
    }
    void stall(std::chrono::milliseconds length) {
        change([&] { stalled_to_ = Clock::now() + length; });
    }
    [[nodiscard]] RelayCounters counters() {
        const std::lock_guard lock(mutex_);
        return counters_;
    }
    [[nodiscard]] std::vector<std::string> seen() {
        const std::lock_guard lock(mutex_);
        return {seen_.begin(), seen_.end()};
    }

private:
    /// The loop holds the mutex but while it waits; it guards settings, counters and stalls.
    void run() {
        std::unique_lock lock(mutex_);
        while (!stopped_) {
            prepare();
            lock.unlock();
            wait();
            lock.lock();
            now_ = Clock::now();
            take_all();
            deliver();
        }
    }

    void watch(int fd, short events) { polled_.push_back({fd, events, 0}); }

    void prepare() {
        polled_.clear();
        watch(wake_.fd(), POLLIN);
        watch(tcp_.fd(), POLLIN);
        watch(udp_.fd(), POLLIN);
        for (const auto& [number, peer] : peers_) {
            watch(peer.server.fd(), POLLIN);
        }
        next_ = datagrams_.empty() ? Clock::time_point::max() : datagrams_.begin()->first;
        for (const Stream& stream : streams_) {
            watch(stream.listener.fd(), wanted(stream.up, stream.down));
            watch(stream.server.fd(), wanted(stream.down, stream.up));
            for (const Flow* flow : {&stream.up, &stream.down}) {
                if (!flow->waiting.empty() && !flow->blocked) {
                    next_ = std::min(next_, std::max(flow->waiting.front().due, stalled_to_));
                }
            }
        }
    }

    /// @param from  What is read from the socket. @param to  What is written to it.
    static short wanted(const Flow& from, const Flow& to) {
        int events = 0;
        if (!from.ended && from.bytes < kStreamWaiting) {
            events |= POLLIN;
        }
        if (to.blocked) {
            events |= POLLOUT;
        }
        return static_cast<short>(events);
    }

    void wait() {
        timespec timeout{};
        const bool forever = next_ == Clock::time_point::max();
        if (!forever) {
            const auto left = std::max(Clock::duration::zero(), next_ - Clock::now());
            timeout.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
            timeout.tv_nsec = (left % std::chrono::seconds{1}).count();
        }
        ::ppoll(polled_.data(), polled_.size(), forever ? nullptr : &timeout, nullptr);
    }

    void take_all() {
        std::uint64_t woken = 0;
        [[maybe_unused]] const auto read = ::read(wake_.fd(), &woken, sizeof(woken));
        accept_streams();
        take_datagrams_up();
        for (auto& [number, peer] : peers_) {
            take_datagrams_down(number, peer);
        }
        for (Stream& stream : streams_) {
            take_stream(stream.listener, stream.up, settings_.up, stream.broken);
            take_stream(stream.server, stream.down, settings_.down, stream.broken);
        }
    }

    void accept_streams() {
        for (;;) {
            Socket listener(::accept4(tcp_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (listener.fd() < 0) {
                return;
            }
            // On loopback this connects at once or not at all.
            Socket server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
            if (server.fd() < 0 || ::connect(server.fd(), general(server_), sizeof(server_)) != 0) {
                continue;
            }
            for (const Socket* socket : {&listener, &server}) {
                const int yes = 1;
                ::setsockopt(socket->fd(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
            }
            Stream& stream = streams_.emplace_back();
            stream.listener = std::move(listener);
            stream.server = std::move(server);
        }
    }

    void take_stream(const Socket& from, Flow& flow, const RelayPath& path, bool& broken) {
        while (!flow.ended && flow.bytes < kStreamWaiting) {
            std::array<char, kChunk> chunk{};
            const auto got = ::recv(from.fd(), chunk.data(), chunk.size(), MSG_DONTWAIT);
            if (got < 0) {
                broken = broken || (errno != EAGAIN && errno != EINTR);
                return;
            }
            if (got == 0) {
                flow.ended = true;
                return;
            }
            flow.waiting.push_back({now_ + path.delay, {chunk.begin(), chunk.begin() + got}});
            flow.bytes += static_cast<std::size_t>(got);
            counters_.stream_bytes += static_cast<std::uint64_t>(got);
        }
    }

    void take_datagrams_up() {
        for (int n = 0; n < kAtOnce; ++n) {
            sockaddr_in from{};
            socklen_t size = sizeof(from);
            const auto got = ::recvfrom(udp_.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT,
                                        reinterpret_cast<sockaddr*>(&from), &size);
            if (got < 0) {
                return;
            }
            const std::uint64_t number =
                (std::uint64_t{from.sin_addr.s_addr} << 16U) | from.sin_port;
            Peer& peer = peers_[number];
            if (peer.server.fd() < 0) {
                peer.listener = from;
                peer.server = make_socket(SOCK_DGRAM);
                ::connect(peer.server.fd(), general(server_), sizeof(server_));
            }
            keep(static_cast<std::size_t>(got), number, true);
        }
    }

    void take_datagrams_down(std::uint64_t number, const Peer& peer) {
        for (int n = 0; n < kAtOnce; ++n) {
            const auto got = ::recv(peer.server.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
            if (got < 0) {
                return;
            }
            keep(static_cast<std::size_t>(got), number, false);
        }
    }

    void keep(std::size_t bytes, std::uint64_t peer, bool up) {
        const RelayPath& path = up ? settings_.up : settings_.down;
        Chance& chance = up ? up_ : down_;
        ++counters_.datagrams;
        Datagram one{
            {buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes)}, peer, up};
        if (!up) {
            seen_.emplace_back(one.bytes.begin(), one.bytes.end());
            if (seen_.size() > kSeen) {
                seen_.pop_front();
            }
        }
        const bool lost = chance.loses(path, now_);
        const Clock::time_point due = now_ + chance.delay(path);
        if (lost || !settings_.udp) {
            ++counters_.datagrams_lost;
            return;
        }
        chance.damage(path, one.bytes);
        datagrams_.emplace(due, std::move(one));
    }

    void deliver() {
        while (!datagrams_.empty() && datagrams_.begin()->first <= now_) {
            const Datagram& one = datagrams_.begin()->second;
            const Peer& peer = peers_[one.peer];
            if (one.up) {
                ::send(peer.server.fd(), one.bytes.data(), one.bytes.size(), MSG_DONTWAIT);
            } else {
                ::sendto(udp_.fd(), one.bytes.data(), one.bytes.size(), MSG_DONTWAIT,
                         general(peer.listener), sizeof(peer.listener));
            }
            datagrams_.erase(datagrams_.begin());
        }
        for (Stream& stream : streams_) {
            give_stream(stream.server, stream.up, stream.broken);
            give_stream(stream.listener, stream.down, stream.broken);
        }
        std::erase_if(streams_, [](const Stream& stream) {
            return stream.broken || (stream.up.closed && stream.down.closed);
        });
    }

    void give_stream(const Socket& to, Flow& flow, bool& broken) {
        flow.blocked = false;
        while (!flow.waiting.empty() && flow.waiting.front().due <= now_ && stalled_to_ <= now_) {
            std::vector<char>& bytes = flow.waiting.front().bytes;
            const auto sent =
                ::send(to.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0) {
                flow.blocked = errno == EAGAIN;
                broken = broken || !flow.blocked;
                return;
            }
            flow.bytes -= static_cast<std::size_t>(sent);
            bytes.erase(bytes.begin(), bytes.begin() + sent);
            if (!bytes.empty()) {
                flow.blocked = true;
                return;
            }
            flow.waiting.pop_front();
        }
        if (flow.ended && flow.waiting.empty() && !flow.closed) {
            flow.closed = true;
            ::shutdown(to.fd(), SHUT_WR);
        }
    }

    sockaddr_in server_;
    std::uint16_t port_ = 0;
    Socket tcp_;
    Socket udp_;
    RelaySettings settings_;
    RelayCounters counters_;
    std::deque<std::string> seen_;
    Clock::time_point stalled_to_{};
    bool stopped_ = false;
    std::mutex mutex_;  ///< Guards all but sockets and what is under way; none is taken after it.

    Chance up_;
    Chance down_;
    Socket wake_;
    std::deque<Stream> streams_;
    std::map<std::uint64_t, Peer> peers_;
    std::multimap<Clock::time_point, Datagram> datagrams_;
    std::vector<pollfd> polled_;
    std::array<char, 65'536> buffer_{};
    Clock::time_point now_{};
    Clock::time_point next_{};
    std::thread thread_;
};

NetRelay::NetRelay(std::uint16_t server_port, const RelaySettings& settings)
    : loop_(std::make_unique<Loop>(server_port, settings)) {}

NetRelay::~NetRelay() = default;

std::uint16_t NetRelay::port() const noexcept {
    return loop_->port();
}

void NetRelay::set(const RelaySettings& settings) {
    loop_->set(settings);
}

void NetRelay::set_udp(bool passes) {
    loop_->set_udp(passes);
}

void NetRelay::stall_tcp(std::chrono::milliseconds length) {
    loop_->stall(length);
}

RelayCounters NetRelay::counters() const {
    return loop_->counters();
}

std::vector<std::string> NetRelay::seen_down() const {
    return loop_->seen();
}

}  // namespace earshot::test
