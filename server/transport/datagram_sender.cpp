#include "server/transport/datagram_sender.hpp"

#include <algorithm>

namespace earshot::transport {

void DatagramSender::send(const NextWrite& bundle) noexcept {
    const auto packets = packets_of(bundle);
    if (packets.empty()) return;
    port_.send_audio(route_, packets, wire::DatagramType::audio);
    const StreamId stream = packets.front()->stamp.stream;
    const auto kind = static_cast<std::size_t>(stream.value / wire::kMaxPerspectives);
    Previous& previous = previous_[std::min(kind, previous_.size() - 1)];
    if (!route_.repeats()) {
        previous = {};
        return;
    }
    if (previous.count > 0 && previous.packets[0]->stamp.stream == stream) {
        port_.send_audio(route_, std::span{previous.packets}.first(previous.count),
                         wire::DatagramType::audio_again);
        repeated_ += previous.count;
    }
    previous.packets = bundle.packets;
    previous.count = packets.size();
}

void DatagramSender::send_again(const NextWrite& bundle) noexcept {
    port_.send_audio(route_, packets_of(bundle), wire::DatagramType::audio_again);
}

}  // namespace earshot::transport
