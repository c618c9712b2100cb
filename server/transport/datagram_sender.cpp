#include "server/transport/datagram_sender.hpp"

#include "common/wire/envelope.hpp"
#include "earshot/v1/media.pb.h"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace earshot::transport {
namespace {

std::span<const PacketPtr> packets_of(const NextWrite& bundle) noexcept {
    return std::span{bundle.packets}.first(static_cast<std::size_t>(bundle.packet_count));
}

}  // namespace

bool DatagramSender::fits(const NextWrite& bundle) noexcept {
    const auto packets = packets_of(bundle);
    return std::all_of(packets.begin(), packets.end(),
                       [](const PacketPtr& packet) { return DatagramPort::fits(*packet); });
}

void DatagramSender::send(const NextWrite& bundle, bool again) noexcept {
    const auto packets = packets_of(bundle);
    if (packets.empty()) return;
    if (again) {
        return port_.send_audio(route_, packets, wire::DatagramType::audio_again);
    }
    port_.send_audio(route_, packets, wire::DatagramType::audio);
    const StreamId stream = packets.front()->stamp.stream;
    const auto kind = static_cast<std::size_t>(stream.value / wire::kMaxPerspectives);
    NextWrite& previous = previous_[std::min(kind, previous_.size() - 1)];
    if (!route_.repeats()) {
        previous = {};
        return;
    }
    if (previous.packet_count > 0 && previous.packets[0]->stamp.stream == stream) {
        port_.send_audio(route_, packets_of(previous), wire::DatagramType::audio_again);
        port_.count_repeated(packets_of(previous).size());
    }
    previous = bundle;
}

wire::SharedEnvelope offer_of(const RouteSecrets& secrets) {
    v1::MediaOffer offer;
    offer.set_route(secrets.route);
    offer.set_cookie(secrets.cookie);
    if (secrets.sealed) {
        offer.set_key_up(secrets.key_up.data(), secrets.key_up.size());
        offer.set_key_down(secrets.key_down.data(), secrets.key_down.size());
    }
    offer.set_max_datagram_bytes(wire::kMaxDatagramBytes);
    return std::make_shared<const std::vector<std::byte>>(
        wire::make_envelope(wire::Kind::media_offer, offer));
}

wire::SharedEnvelope envelope_of(const NextWrite& bundle) {
    const auto packets = packets_of(bundle);
    std::vector<std::byte> bytes{static_cast<std::byte>(wire::Kind::bundle),
                                 static_cast<std::byte>(packets.front()->stamp.stream.value),
                                 static_cast<std::byte>(packets.size()), std::byte{0},
                                 std::byte{0}};
    for (const PacketPtr& packet : packets) {
        bytes.insert(bytes.end(), packet->bytes.begin(), packet->bytes.end());
    }
    return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

}  // namespace earshot::transport
