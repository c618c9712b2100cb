#include "server/transport/shard.hpp"

#include "common/base/assert.hpp"

#include <boost/asio/post.hpp>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

namespace earshot::transport {
namespace {

using boost::system::error_code;
using namespace std::chrono_literals;

/// 8 perspectives and their companions, 24 packets every 20 ms: 2.5 s; or their prefill at 2.5 s
/// lead.
constexpr std::size_t kRingPackets = 3072;
/// Connections written between two looks at the sockets: about a third of a millisecond, so that
/// clock requests never wait for a whole audience.
constexpr std::size_t kPumpBatch = 64;
/// A packet heard sooner than this is of no use to somebody who joins now.
constexpr auto kJoinMargin = 60ms;
/// A packet heard sooner than this is of no use to anybody.
constexpr auto kLateMargin = 5ms;
constexpr auto kStopPatience = 600ms;
constexpr Frames kDefaultLead = 400ms;

int make_event_fd() {
    const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return fd;
}

}  // namespace

Shard::Shard(int index, const ShardSurroundings& surroundings)
    : index_(index),
      surroundings_(surroundings),
      ring_(kRingPackets),
      context_(std::make_shared<boost::asio::io_context>(1)),
      work_(context_->get_executor()),
      event_fd_(make_event_fd()),
      event_(*context_, event_fd_),
      flush_timer_(*context_),
      stop_timer_(*context_),
      history_(kDefaultLead) {
    EARSHOT_ASSERT(index >= 0 && index < 64);
}

Shard::~Shard() {
    if (thread_.joinable()) {
        context_->stop();
        thread_.join();
    }
    // Answers on their way may keep the context longer than this object: its handlers, and with
    // them the sessions that refer to it, must go now.
    for (Stoppable* socket : std::vector<Stoppable*>(sockets_.begin(), sockets_.end())) {
        socket->abort();
    }
    for (const auto& [id, connection] : connections_) connection->abort();
    flush_timer_.cancel();
    stop_timer_.cancel();
    error_code ignored;
    event_.close(ignored);
    if (datagrams_) datagrams_->close();
    context_->restart();
    while (context_->poll() > 0) {
    }
    to_pump_.clear();
    connections_.clear();
}

void Shard::use_datagrams(std::unique_ptr<UdpSocket> socket) {
    datagrams_ = std::make_unique<DatagramPort>(
        index_, DatagramPort::Surroundings{surroundings_.clock, counters_, history_},
        std::move(socket));
}

void Shard::start() {
    thread_ = std::thread([this] { run(); });
}

void Shard::run() {
    ::pthread_setname_np(::pthread_self(), ("net-" + std::to_string(index_)).c_str());
    await_packets();
    if (datagrams_) datagrams_->start();
    for (;;) {
        try {
            context_->run();
            return;
        } catch (const std::exception& error) {
            // One connection's trouble (out of memory, say) must not end the others'.
            surroundings_.log.warning_limited(
                "transport", "handler", std::string("a network task failed: ") + error.what());
        }
    }
}

void Shard::begin_stop(wire::SharedEnvelope bye, std::string reason) {
    post([this, bye = std::move(bye), reason = std::move(reason)] {
        stopping_ = true;
        const std::vector<Stoppable*> sockets(sockets_.begin(), sockets_.end());
        for (Stoppable* socket : sockets) socket->abort();
        std::vector<std::shared_ptr<Connection>> all;
        for (const auto& [id, connection] : connections_) all.push_back(connection);
        for (const auto& connection : all) {
            connection->forget_audio();
            connection->send(bye);
            connection->close(reason);
        }
        if (connections_.empty()) return finish_stop();
        stop_timer_.expires_after(kStopPatience);
        stop_timer_.async_wait([this](error_code error) {
            if (error) return;
            std::vector<std::shared_ptr<Connection>> left;
            for (const auto& [id, connection] : connections_) left.push_back(connection);
            for (const auto& connection : left) connection->abort();
        });
    });
}

void Shard::finish_stop() {
    flush_timer_.cancel();
    stop_timer_.cancel();
    error_code ignored;
    event_.close(ignored);
    if (datagrams_) datagrams_->close();
    work_.reset();
    // Two rounds, so that handlers of the sockets that were just closed see their error.
    boost::asio::post(*context_,
                      [this] { boost::asio::post(*context_, [this] { context_->stop(); }); });
}

void Shard::join() {
    if (thread_.joinable()) thread_.join();
}

void Shard::push(const wire::PacketSlot& packet) noexcept {
    if (!ring_.try_push(packet)) ShardCounters::add(counters_.ring_drops);
}

void Shard::wake() const noexcept {
    const std::uint64_t one = 1;
    // A full counter means that the shard is awake already.
    [[maybe_unused]] const auto written = ::write(event_fd_, &one, sizeof one);
}

void Shard::post(std::function<void()> task) {
    boost::asio::post(*context_, std::move(task));
}

void Shard::await_packets() {
    event_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](error_code error) {
        if (error) return;
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(event_fd_, &count, sizeof count);
        drain();
        await_packets();
    });
}

void Shard::drain() {
    const MediaInstant time = now();
    unsigned touched = 0;
    // Bounded: an engine that catches up must not keep the sockets from being served.
    for (std::size_t i = 0; i < kRingPackets && ring_.try_pop(slot_); ++i) {
        const std::size_t stream = slot_.stamp.stream.value;
        EARSHOT_ASSERT(stream < kMaxStreams);
        const PacketPtr packet = share_packet(slot_);
        history_.append(packet, time);
        for (Connection* connection : subscribers_[stream]) connection->enqueue(packet);
        touched |= 1U << stream;
    }
    const bool idle = to_pump_.empty();
    ++rotation_;
    for (std::size_t stream = 0; stream < kMaxStreams; ++stream) {
        const auto& list = subscribers_[stream];
        if ((touched >> stream & 1U) == 0 || list.empty()) continue;
        // Somebody else comes first every time: the last of a large audience waits the longest.
        const std::size_t first = rotation_ * kPumpBatch % list.size();
        for (std::size_t i = 0; i < list.size(); ++i) {
            const Connection& connection = *list[(first + i) % list.size()];
            to_pump_.push_back(connections_.at(connection.place.id));
        }
    }
    if (idle) pump_some();
    if (bundle_packets_ > 1) arm_flush();
}

void Shard::pump_some() {
    const std::size_t end = std::min(pumped_ + kPumpBatch, to_pump_.size());
    for (; pumped_ < end; ++pumped_) to_pump_[pumped_]->pump(false);
    if (pumped_ < to_pump_.size()) {
        boost::asio::post(*context_, [this] { pump_some(); });
        return;
    }
    to_pump_.clear();
    pumped_ = 0;
}

void Shard::arm_flush() {
    // If the packet that would fill the bundles does not come, what waits goes alone.
    flush_timer_.expires_after(20ms * bundle_packets_);
    flush_timer_.async_wait([this](error_code error) {
        if (error) return;
        for (const auto& list : subscribers_) {
            for (Connection* connection : list) {
                to_pump_.push_back(connections_.at(connection->place.id));
            }
        }
        const auto all = std::exchange(to_pump_, {});
        pumped_ = 0;
        for (const auto& connection : all) connection->pump(true);
    });
}

void Shard::add(std::shared_ptr<Connection> connection) {
    connection->place.id = ConnectionId{next_serial_++ << 8U | static_cast<std::uint64_t>(index_)};
    ShardCounters::move(counters_.connections_handshake, 1);
    connections_.emplace(connection->place.id, std::move(connection));
}

void Shard::remove(Connection& connection) {
    leave_stream(connection.place.sound);
    leave_stream(connection.place.tactile);
    leave_stream(connection.place.haptics);
    ShardCounters::move(
        connection.place.accepted ? counters_.listeners : counters_.connections_handshake, -1);
    connections_.erase(connection.place.id);
    if (stopping_ && connections_.empty()) finish_stop();
}

Connection* Shard::find(ConnectionId id) const {
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.get();
}

void Shard::send(ConnectionId id, const wire::SharedEnvelope& envelope) {
    if (Connection* connection = find(id)) connection->send(envelope);
}

void Shard::broadcast(const wire::SharedEnvelope& envelope) {
    std::vector<std::shared_ptr<Connection>> accepted;
    for (const auto& [id, connection] : connections_) {
        if (connection->place.accepted) accepted.push_back(connection);
    }
    for (const auto& connection : accepted) connection->send(envelope);
}

void Shard::accept(ConnectionId id) {
    Connection* connection = find(id);
    if (connection == nullptr || connection->place.accepted) return;
    connection->place.accepted = true;
    ShardCounters::move(counters_.connections_handshake, -1);
    ShardCounters::move(counters_.listeners, 1);
}

void Shard::subscribe(ConnectionId id, StreamId stream) {
    Connection* connection = find(id);
    if (connection == nullptr || stream.value >= wire::kMaxPerspectives ||
        connection->place.sound.stream == stream) {
        return;
    }
    connection->forget_audio();
    join_stream(*connection, stream);
    join_companions(*connection);
    connection->pump(true);
}

void Shard::accompany(ConnectionId id, wire::Companions companions) {
    Connection* connection = find(id);
    if (connection == nullptr || connection->place.companions == companions) return;
    connection->place.companions = companions;
    join_companions(*connection);
    connection->pump(true);
}

void Shard::offer_datagrams(ConnectionId id) {
    Connection* connection = find(id);
    if (connection == nullptr || !connection->place.accepted || !datagrams_) return;
    connection->offer_datagrams();
}

std::vector<PacketPtr> Shard::still_due(const Connection& connection) const {
    std::vector<PacketPtr> packets;
    const Connection::Place& place = connection.place;
    for (const auto* subscription : {&place.sound, &place.tactile, &place.haptics}) {
        if (!subscription->stream) continue;
        const auto due = history_.due(*subscription->stream, now() + kLateMargin);
        packets.insert(packets.end(), due.begin(), due.end());
    }
    return packets;
}

void Shard::join_companions(Connection& connection) {
    Connection::Place& place = connection.place;
    if (!place.sound.stream) return;
    const auto follow = [&](Connection::Subscription& subscription, bool wanted, StreamId stream) {
        if (wanted && subscription.stream != stream) join_stream(connection, stream);
        if (!wanted) leave_stream(subscription);
    };
    follow(place.tactile, place.companions.tactile, wire::tactile_stream(*place.sound.stream));
    follow(place.haptics, place.companions.haptics, wire::haptic_stream(*place.sound.stream));
}

void Shard::join_stream(Connection& connection, StreamId stream) {
    Connection::Subscription& subscription = connection.place.of(stream);
    leave_stream(subscription);
    auto& list = subscribers_[stream.value];
    subscription = {stream, list.size()};
    list.push_back(&connection);
    for (const PacketPtr& packet : history_.due(stream, now() + kJoinMargin)) {
        connection.enqueue(packet);
    }
}

void Shard::close(ConnectionId id, const std::string& reason) {
    if (Connection* connection = find(id)) connection->close(reason);
}

void Shard::leave_stream(Connection::Subscription& subscription) noexcept {
    if (!subscription.stream) return;
    auto& list = subscribers_[subscription.stream->value];
    Connection* last = list.back();
    list[subscription.index] = last;
    last->place.of(*subscription.stream).index = subscription.index;
    list.pop_back();
    subscription.stream.reset();
}

void Shard::refused(Refused reason, const std::string& peer, const std::string& text) {
    counters_.refuse(reason);
    surroundings_.log.warning_limited("transport", name_of(reason), peer + ": " + text);
}

void ShardFanout::flush() noexcept {
    // Somebody else is woken first every time.
    ++first_;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        shards_[(first_ + i) % shards_.size()]->wake();
    }
}

}  // namespace earshot::transport
