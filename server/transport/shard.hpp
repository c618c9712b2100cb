#pragma once

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/rt/spsc_ring.hpp"
#include "common/wire/packet.hpp"
#include "common/wire/ports.hpp"
#include "server/transport/connection.hpp"
#include "server/transport/control_port.hpp"
#include "server/transport/counters.hpp"
#include "server/transport/datagram_port.hpp"
#include "server/transport/packet_history.hpp"
#include "server/transport/static_files.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace earshot::transport {

/// What every shard shares; all of it outlives the shards.
struct ShardSurroundings {
    const MediaClockSource& clock;
    Log& log;
    ControlPort& control;
    const StaticFiles& files;
    bool (*may_listen)(const boost::asio::ip::address& peer) = nullptr;  ///< TransportConfig's.
};

/// One network thread: its connections, the packets they share, and the ring the engine fills.
///
/// Thread: the public methods say whose; everything else belongs to the shard's own thread.
/// Real-time: push().
class Shard {
public:
    /// @param index  Stands in the low byte of its connections' ids; 0 to 63.
    Shard(int index, const ShardSurroundings& surroundings);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    /// Gives it its UDP socket, before start().
    void use_datagrams(std::unique_ptr<UdpSocket> socket);
    void start();
    /// Says Bye to all, closes, ends the thread; done after join(). Thread: any.
    void begin_stop(wire::SharedEnvelope bye, std::string reason);
    void join();

    /// Thread: engine. Real-time: yes.
    void push(const wire::PacketSlot& packet) noexcept;
    /// Thread: engine. A system call.
    void wake() const noexcept;

    /// Runs a task on the shard. Thread: any.
    void post(std::function<void()> task);
    [[nodiscard]] const std::shared_ptr<boost::asio::io_context>& context() const noexcept {
        return context_;
    }
    [[nodiscard]] const ShardCounters& counters() const noexcept { return counters_; }

    // Everything below: the shard's thread.
    [[nodiscard]] ShardCounters& counters() noexcept { return counters_; }
    [[nodiscard]] const ShardSurroundings& surroundings() const noexcept { return surroundings_; }
    [[nodiscard]] MediaInstant now() const noexcept { return surroundings_.clock.now(); }
    [[nodiscard]] int bundle_packets() const noexcept { return bundle_packets_; }
    /// Differs from one connection to the next.
    [[nodiscard]] std::uint32_t phase() const noexcept {
        return static_cast<std::uint32_t>(next_serial_);
    }
    [[nodiscard]] bool stopping() const noexcept { return stopping_; }

    void enrol(Stoppable& socket) { sockets_.insert(&socket); }
    void strike_off(Stoppable& socket) noexcept { sockets_.erase(&socket); }

    /// Gives a connection its id and keeps it until remove().
    void add(std::shared_ptr<Connection> connection);
    void remove(Connection& connection);

    // ListenerGateway's verbs.
    void send(ConnectionId id, const wire::SharedEnvelope& envelope);
    void broadcast(const wire::SharedEnvelope& envelope);
    void accept(ConnectionId id);
    void subscribe(ConnectionId id, StreamId stream);
    void accompany(ConnectionId id, wire::Companions companions);
    void close(ConnectionId id, const std::string& reason);
    void set_bundle_packets(int packets) { bundle_packets_ = packets; }
    void set_lead(Frames lead) { history_.set_lead(lead); }
    void offer_datagrams(ConnectionId id);

    /// Null without UDP.
    [[nodiscard]] DatagramPort* datagrams() noexcept { return datagrams_.get(); }
    /// What a connection is sent and is still to be heard, each stream in order.
    [[nodiscard]] std::vector<PacketPtr> still_due(const Connection& connection) const;

    /// Logs that a peer was turned away, not more often than warning_limited() does, and counts it.
    void refused(Refused reason, const std::string& peer, const std::string& text);

private:
    void run();
    void await_packets();
    void drain();
    void pump_some();
    void arm_flush();
    void join_stream(Connection& connection, StreamId stream);
    void leave_stream(Connection::Subscription& subscription) noexcept;
    void join_companions(Connection& connection);
    [[nodiscard]] Connection* find(ConnectionId id) const;
    void finish_stop();

    const int index_;
    const ShardSurroundings surroundings_;
    ShardCounters counters_;
    rt::SpscRing<wire::PacketSlot> ring_;
    std::shared_ptr<boost::asio::io_context> context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    const int event_fd_;
    boost::asio::posix::stream_descriptor event_;
    boost::asio::steady_timer flush_timer_;
    boost::asio::steady_timer stop_timer_;
    wire::PacketSlot slot_;
    PacketHistory history_;
    std::unique_ptr<DatagramPort> datagrams_;
    int bundle_packets_ = 1;
    bool stopping_ = false;
    std::uint64_t next_serial_ = 1;
    std::size_t rotation_ = 0;
    std::unordered_map<ConnectionId, std::shared_ptr<Connection>> connections_;
    std::array<std::vector<Connection*>, kMaxStreams> subscribers_;
    std::unordered_set<Stoppable*> sockets_;
    std::vector<std::shared_ptr<Connection>> to_pump_;
    std::size_t pumped_ = 0;
    std::thread thread_;
};

/// The engine's side of all shards.
/// Thread: engine. Real-time: push().
class ShardFanout final : public wire::PacketSink {
public:
    /// @param shards  Outlive this object.
    explicit ShardFanout(std::vector<Shard*> shards) : shards_(std::move(shards)) {}

    void push(const wire::PacketSlot& packet) noexcept override {
        for (Shard* shard : shards_) shard->push(packet);
    }
    void flush() noexcept override;

private:
    std::vector<Shard*> shards_;
    std::size_t first_ = 0;
};

}  // namespace earshot::transport
