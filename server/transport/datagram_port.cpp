#include "server/transport/datagram_port.hpp"

#include "server/transport/receive_age.hpp"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <vector>

namespace earshot::transport {
namespace {

using namespace std::chrono_literals;
using wire::DatagramType;
using wire::DatagramWay;

/// Read at one wake; then the connections have their turn.
constexpr int kReadAtOnce = 64;
/// A packet that is heard sooner than this cannot arrive in time any more.
constexpr auto kLateMargin = 5ms;
constexpr int kShardBits = 8;

bool fill_random(void* into, std::size_t size) noexcept {
    // Up to 256 bytes come whole.
    return ::getrandom(into, size, 0) == static_cast<ssize_t>(size);
}

/// @param taken  Says whether a route has this number already.
template <class Taken>
std::optional<RouteSecrets> make_secrets(std::uint32_t index, bool sealed, const Taken& taken) {
    RouteSecrets secrets;
    secrets.sealed = sealed;
    if (!fill_random(&secrets.cookie, sizeof secrets.cookie) ||
        !fill_random(secrets.key_up.data(), secrets.key_up.size()) ||
        !fill_random(secrets.key_down.data(), secrets.key_down.size())) {
        return std::nullopt;
    }
    do {
        if (!fill_random(&secrets.route, sizeof secrets.route)) return std::nullopt;
        secrets.route = secrets.route << kShardBits | index;
    } while (taken(secrets.route));
    return secrets;
}

std::int64_t realtime_ns() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t ns(MediaInstant instant) noexcept {
    return instant.time_since_epoch().count();
}

}  // namespace

DatagramPort::DatagramPort(int index,
                           const Surroundings& surroundings,
                           std::unique_ptr<UdpSocket> socket)
    : index_(static_cast<std::uint32_t>(index)),
      surroundings_(surroundings),
      socket_(std::move(socket)) {}

MediaRoute* DatagramPort::add(const Connection& owner,
                              const boost::asio::ip::address& peer,
                              const boost::asio::ip::address& local,
                              bool sealed) {
    const auto secrets = make_secrets(
        index_, sealed, [this](std::uint32_t route) { return routes_.count(route) != 0; });
    if (!secrets) return nullptr;
    const auto added =
        routes_.try_emplace(secrets->route, Entry{MediaRoute(*secrets, peer, local), owner}).first;
    return &added->second.route;
}

void DatagramPort::await() {
    socket_->wait([this] {
        UdpSocket::Received datagram;
        for (int i = 0; i < kReadAtOnce; ++i) {
            const auto outcome = socket_->receive(datagram);
            if (outcome == UdpSocket::Outcome::nothing) break;
            if (outcome == UdpSocket::Outcome::done) receive(datagram);
        }
        await();
    });
}

void DatagramPort::receive(UdpSocket::Received& datagram) {
    const MediaInstant time = now();
    const auto head = wire::parse_datagram_head(datagram.bytes, DatagramWay::up);
    if (!head) return drop(DatagramDrop::malformed);
    const auto found = routes_.find(head->route);
    if (found == routes_.end()) return drop(DatagramDrop::route);
    Entry& entry = found->second;
    const auto taken = entry.route.take(*head, datagram.bytes, datagram.from, time);
    if (taken.dropped) return drop(*taken.dropped);
    ShardCounters::add(counters().datagrams_received);
    answer(entry, taken, arrival_of(datagram.realtime_ns, realtime_ns(), time));
}

void DatagramPort::answer(Entry& entry, const MediaRoute::Taken& taken, MediaInstant received) {
    switch (taken.type) {
        case DatagramType::probe: {
            const auto nonce = wire::parse_probe(taken.body);
            // Never more than was asked with.
            if (!nonce || taken.body.size() < wire::kProbeBodyBytes) break;
            return send(entry.route, DatagramType::probe_ack, wire::probe_ack_body(*nonce));
        }
        case DatagramType::sync_request: {
            const auto request = wire::parse_sync_request(taken.body);
            if (!request) break;
            ShardCounters::add(counters().sync_replies);
            return send(
                entry.route, DatagramType::sync_reply,
                wire::sync_reply_body({request->t1, ns(received), ns(now()), request->sequence}));
        }
        case DatagramType::nack: {
            const auto names = wire::parse_nack(taken.body);
            if (!names) break;
            return repair(entry, *names);
        }
        default:
            break;
    }
    drop(DatagramDrop::malformed);
}

void DatagramPort::repair(Entry& entry, const wire::PacketNames& names) {
    ShardCounters::add(counters().repairs_asked, names.size());
    const MediaInstant time = now();
    std::array<PacketPtr, wire::kMaxNackNames> packets;
    std::size_t count = 0;
    for (const wire::PacketName& name : names) {
        if (!entry.owner.place.is_sent(name.stream)) continue;
        if (!entry.route.may_repair(time)) break;
        PacketPtr packet = surroundings_.history.find(name.stream, name.epoch, name.sequence);
        if (packet == nullptr || to_instant(packet->stamp.media) - time < kLateMargin) continue;
        if (fits(*packet)) packets[count++] = std::move(packet);
    }
    ShardCounters::add(counters().repairs_sent, count);
    send_audio(entry.route, std::span{packets}.first(count), DatagramType::audio_again);
}

bool DatagramPort::fits(const SharedPacket& packet) noexcept {
    return wire::clear_bytes(DatagramWay::down) + wire::kBundleHeaderBytes + packet.bytes.size() +
               wire::kDatagramTagBytes <=
           wire::kMaxDatagramBytes;
}

void DatagramPort::send_audio(MediaRoute& route,
                              std::span<const PacketPtr> packets,
                              DatagramType type) noexcept {
    while (!packets.empty()) {
        const StreamId stream = packets.front()->stamp.stream;
        const std::array<std::byte, wire::kBundleHeaderBytes> head{std::byte{stream.value}};
        writer_.begin(route.next_head(type), DatagramWay::down, route.sealer());
        bool room = writer_.append(head);
        std::size_t count = 0;
        while (room && count < packets.size() && count < std::size_t{wire::kMaxBundlePackets} &&
               packets[count]->stamp.stream == stream) {
            room = writer_.append(packets[count]->bytes);
            if (room) ++count;
        }
        if (count == 0) return;
        writer_.put(1, static_cast<std::byte>(count));
        transmit(route);
        packets = packets.subspan(count);
    }
}

void DatagramPort::send(MediaRoute& route,
                        DatagramType type,
                        std::span<const std::byte> body) noexcept {
    writer_.begin(route.next_head(type), DatagramWay::down, route.sealer());
    if (writer_.append(body)) transmit(route);
}

void DatagramPort::transmit(const MediaRoute& route) noexcept {
    const auto bytes = writer_.finish();
    const bool sent = !bytes.empty() && socket_->send(bytes, route.listener(), route.local()) ==
                                            UdpSocket::Outcome::done;
    ShardCounters::add(sent ? counters().datagrams_sent : counters().datagrams_unsent);
    if (sent) ShardCounters::add(counters().bytes_sent, bytes.size());
}

}  // namespace earshot::transport
