#include "server/transport/transport.hpp"

#include "common/wire/envelope.hpp"
#include "earshot/v1/handshake.pb.h"
#include "server/transport/acceptor.hpp"
#include "server/transport/admission.hpp"
#include "server/transport/control_port.hpp"
#include "server/transport/shard.hpp"
#include "server/transport/static_files.hpp"
#include "server/transport/tls.hpp"
#include "server/transport/udp_socket.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::transport {
namespace {

constexpr int kMaxShards = 64;
constexpr std::uint32_t kComeBackAfterMs = 2000;

int shard_count(int wanted) {
    if (wanted < 0 || wanted > kMaxShards) {
        throw std::runtime_error("--shards must be 1 to 64");
    }
    if (wanted > 0) return wanted;
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    return std::clamp(cores - 1, 1, kMaxShards);
}

std::shared_ptr<const TlsContext> make_tls(const TransportConfig& config) {
    if (config.tls_cert.empty() != config.tls_key.empty()) {
        throw std::runtime_error("--tls-cert and --tls-key must be given together");
    }
    if (config.tls_cert.empty()) return nullptr;
    return std::make_shared<const TlsContext>(config.tls_cert, config.tls_key);
}

std::vector<std::unique_ptr<Shard>> make_shards(int count, const ShardSurroundings& surroundings) {
    std::vector<std::unique_ptr<Shard>> shards;
    shards.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) shards.push_back(std::make_unique<Shard>(i, surroundings));
    return shards;
}

std::vector<Shard*> pointers(const std::vector<std::unique_ptr<Shard>>& shards) {
    std::vector<Shard*> all;
    all.reserve(shards.size());
    for (const auto& shard : shards) all.push_back(shard.get());
    return all;
}

}  // namespace

struct Transport::Parts {
    Parts(boost::asio::io_context& control_context,
          const TransportConfig& wanted,
          const MediaClockSource& clock,
          Log& log_to,
          wire::HttpHandler handler,
          wire::ListenerEvents& events)
        : config(wanted),
          log(log_to),
          files(config.web_dir),
          control(control_context, std::move(handler), events),
          admission({config.max_connections, config.max_connections_per_address}),
          tls(make_tls(config)),
          shards(make_shards(shard_count(config.shards),
                             {clock, log, control, files, config.may_listen})),
          fanout(pointers(shards)),
          acceptor(config.listen_address, config.port, pointers(shards), admission, tls) {
        if (config.udp) open_udp();
    }

    void open_udp() {
        std::vector<boost::asio::io_context*> contexts;
        for (const auto& shard : shards) contexts.push_back(shard->context().get());
        const auto& local = acceptor.local();
        try {
            auto sockets = open_udp_group(contexts, {local.address(), local.port()});
            for (std::size_t i = 0; i < shards.size(); ++i) {
                shards[i]->use_datagrams(std::move(sockets[i]));
            }
            udp = true;
        } catch (const std::runtime_error& error) {
            log.warning("transport",
                        std::string(error.what()) + "; media goes by the connections alone");
        }
    }

    TransportConfig config;
    Log& log;
    StaticFiles files;
    ControlPort control;
    Admission admission;
    std::shared_ptr<const TlsContext> tls;
    std::vector<std::unique_ptr<Shard>> shards;
    ShardFanout fanout;
    Acceptor acceptor;
    bool udp = false;
    bool running = false;

    [[nodiscard]] Shard* owner(ConnectionId connection) const {
        const std::size_t index = connection.value & 0xFFU;
        return index < shards.size() ? shards[index].get() : nullptr;
    }
    template <class Task>
    void on_owner(ConnectionId connection, Task task) const {
        Shard* shard = owner(connection);
        if (shard != nullptr) shard->post([shard, task = std::move(task)] { task(*shard); });
    }
    template <class Task>
    void on_all(const Task& task) const {
        for (const auto& shard : shards) shard->post([to = shard.get(), task] { task(*to); });
    }
};

Transport::Transport(boost::asio::io_context& control,
                     const TransportConfig& config,
                     const MediaClockSource& clock,
                     Log& log,
                     wire::HttpHandler handler,
                     wire::ListenerEvents& events)
    : parts_(std::make_unique<Parts>(control, config, clock, log, std::move(handler), events)) {}

Transport::~Transport() {
    stop();
}

void Transport::start() {
    parts_->running = true;
    parts_->shards.front()->post([this] { parts_->acceptor.start(); });
    for (const auto& shard : parts_->shards) shard->start();
}

void Transport::stop() {
    parts_->control.shut();
    if (!std::exchange(parts_->running, false)) return;
    v1::Bye bye;
    bye.set_reason("the server is going down");
    bye.set_come_back_after_ms(kComeBackAfterMs);
    const auto envelope =
        std::make_shared<const std::vector<std::byte>>(wire::make_envelope(wire::Kind::bye, bye));
    parts_->shards.front()->post([this] { parts_->acceptor.stop(); });
    for (const auto& shard : parts_->shards) shard->begin_stop(envelope, bye.reason());
    for (const auto& shard : parts_->shards) shard->join();
}

wire::PacketSink& Transport::sink() noexcept {
    return parts_->fanout;
}
std::uint16_t Transport::port() const noexcept {
    return parts_->acceptor.port();
}
bool Transport::secure() const noexcept {
    return parts_->tls != nullptr;
}
int Transport::shards() const noexcept {
    return static_cast<int>(parts_->shards.size());
}

bool Transport::udp() const noexcept {
    return parts_->udp;
}

bool Transport::reload_tls() {
    if (!secure()) return true;
    try {
        parts_->tls = make_tls(parts_->config);
    } catch (const std::exception& error) {
        parts_->log.error("transport", std::string(error.what()) + "; the old certificate stays");
        return false;
    }
    parts_->shards.front()->post([this, tls = parts_->tls] { parts_->acceptor.set_tls(tls); });
    parts_->log.info("transport", "new connections use the certificate as it is now");
    return true;
}

TransportCounters Transport::counters() const {
    TransportCounters sum;
    for (const auto& shard : parts_->shards) std::as_const(*shard).counters().add_to(sum);
    return sum;
}

void Transport::send(ConnectionId connection, wire::SharedEnvelope envelope) {
    parts_->on_owner(connection, [connection, envelope = std::move(envelope)](Shard& shard) {
        shard.send(connection, envelope);
    });
}

void Transport::broadcast(wire::SharedEnvelope envelope) {
    parts_->on_all([envelope = std::move(envelope)](Shard& shard) { shard.broadcast(envelope); });
}

void Transport::accept(ConnectionId connection) {
    parts_->on_owner(connection, [connection](Shard& shard) { shard.accept(connection); });
}

void Transport::subscribe(ConnectionId connection, StreamId stream) {
    parts_->on_owner(connection,
                     [connection, stream](Shard& shard) { shard.subscribe(connection, stream); });
}

void Transport::accompany(ConnectionId connection, wire::Companions companions) {
    parts_->on_owner(connection, [connection, companions](Shard& shard) {
        shard.accompany(connection, companions);
    });
}

void Transport::offer_datagrams(ConnectionId connection) {
    parts_->on_owner(connection, [connection](Shard& shard) { shard.offer_datagrams(connection); });
}

void Transport::close(ConnectionId connection, std::string reason) {
    parts_->on_owner(connection, [connection, reason = std::move(reason)](Shard& shard) {
        shard.close(connection, reason);
    });
}

void Transport::set_bundle_packets(int packets) {
    const int allowed = std::clamp(packets, 1, 3);
    parts_->on_all([allowed](Shard& shard) { shard.set_bundle_packets(allowed); });
}

void Transport::set_lead(Frames lead) {
    parts_->on_all([lead](Shard& shard) { shard.set_lead(lead); });
}

}  // namespace earshot::transport
