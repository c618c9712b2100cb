#include "server/transport/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace earshot::transport {

SendQueue::SendQueue(std::uint32_t phase, const SendLimits& limits)
    : limits_(limits), phase_(phase) {}

void SendQueue::push_sync(const PendingSyncReply& reply) {
    if (sync_.size() >= limits_.sync_replies) sync_.erase(sync_.begin());
    sync_.push_back(reply);
}

bool SendQueue::push_control(wire::SharedEnvelope envelope) {
    const std::size_t size = envelope->size();
    if (control_.size() >= limits_.control_envelopes ||
        control_bytes_ + size > limits_.control_bytes) {
        return false;
    }
    control_bytes_ += size;
    control_.push_back(std::move(envelope));
    return true;
}

void SendQueue::push_audio(PacketPtr packet) {
    const std::size_t kind = packet->stamp.stream.value / wire::kMaxPerspectives;
    auto& waiting = audio_[std::min(kind, audio_.size() - 1)].waiting;
    if (waiting.size() >= limits_.audio_packets) {
        waiting.pop_front();
        ++dropped_;
    }
    waiting.push_back(std::move(packet));
}

void SendQueue::clear_audio() noexcept {
    for (Packets& packets : audio_) packets.waiting.clear();
}

std::size_t SendQueue::audio_waiting() const noexcept {
    std::size_t sum = 0;
    for (const Packets& packets : audio_) sum += packets.waiting.size();
    return sum;
}

NextWrite SendQueue::next(MediaInstant now, int bundle_packets, bool flush) {
    NextWrite write = next_message();
    if (write.what != NextWrite::What::nothing) return write;
    return next_audio(now, bundle_packets, flush);
}

NextWrite SendQueue::next_message() {
    NextWrite write;
    if (!sync_.empty()) {
        write.what = NextWrite::What::sync_reply;
        write.sync = sync_.front();
        sync_.erase(sync_.begin());
        return write;
    }
    if (!control_.empty()) {
        write.what = NextWrite::What::envelope;
        write.envelope = std::move(control_.front());
        control_.pop_front();
        control_bytes_ -= write.envelope->size();
    }
    return write;
}

NextWrite SendQueue::next_audio(MediaInstant now, int bundle_packets, bool flush) {
    NextWrite write;
    for (const std::size_t kind : {kSound, kHaptics, kTactile}) {
        Packets& packets = audio_[kind];
        drop_late(packets, now);
        if (packets.waiting.empty() || (!flush && !ready(packets, now, bundle_packets))) continue;
        take_bundle(packets, write);
        return write;
    }
    return write;
}

void SendQueue::take_bundle(Packets& packets, NextWrite& write) {
    auto& waiting = packets.waiting;
    write.what = NextWrite::What::bundle;
    const StreamId stream = waiting.front()->stamp.stream;
    while (!waiting.empty() && write.packet_count < wire::kMaxBundlePackets &&
           waiting.front()->stamp.stream == stream) {
        packets.last_epoch = waiting.front()->stamp.epoch;
        write.packets[static_cast<std::size_t>(write.packet_count++)] = std::move(waiting.front());
        waiting.pop_front();
    }
    packets.any_sent = true;
}

void SendQueue::drop_late(Packets& packets, MediaInstant now) {
    // Not only at the front: after a relocation, packets of two epochs wait in no order of time.
    const auto late = [&](const PacketPtr& packet) {
        return to_instant(packet->stamp.media) - now < limits_.late_margin;
    };
    auto& waiting = packets.waiting;
    const auto kept = std::remove_if(waiting.begin(), waiting.end(), late);
    dropped_ += static_cast<std::uint64_t>(waiting.end() - kept);
    waiting.erase(kept, waiting.end());
}

bool SendQueue::ready(const Packets& packets, MediaInstant now, int bundle_packets) const {
    const auto& waiting = packets.waiting;
    const wire::PacketStamp& newest = waiting.back()->stamp;
    const auto wanted = static_cast<std::uint32_t>(std::max(bundle_packets, 1));
    return waiting.size() >= wanted || (newest.sequence + phase_) % wanted == wanted - 1 ||
           !packets.any_sent || newest.epoch != packets.last_epoch ||
           to_instant(waiting.front()->stamp.media) - now < limits_.urgent;
}

}  // namespace earshot::transport
