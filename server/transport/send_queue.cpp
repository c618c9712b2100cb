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
    if (audio_.size() >= limits_.audio_packets) {
        audio_.pop_front();
        ++dropped_;
    }
    audio_.push_back(std::move(packet));
}

NextWrite SendQueue::next(MediaInstant now, int bundle_packets, bool flush) {
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
        return write;
    }
    drop_late(now);
    if (audio_.empty() || (!flush && !audio_ready(now, bundle_packets))) return write;
    write.what = NextWrite::What::bundle;
    const StreamId stream = audio_.front()->stamp.stream;
    while (!audio_.empty() && write.packet_count < wire::kMaxBundlePackets &&
           audio_.front()->stamp.stream == stream) {
        last_epoch_ = audio_.front()->stamp.epoch;
        write.packets[static_cast<std::size_t>(write.packet_count++)] = std::move(audio_.front());
        audio_.pop_front();
    }
    any_sent_ = true;
    return write;
}

void SendQueue::drop_late(MediaInstant now) {
    // Not only at the front: after a relocation, packets of two epochs wait in no order of time.
    const auto late = [&](const PacketPtr& packet) {
        return to_instant(packet->stamp.media) - now < limits_.late_margin;
    };
    const auto kept = std::remove_if(audio_.begin(), audio_.end(), late);
    dropped_ += static_cast<std::uint64_t>(audio_.end() - kept);
    audio_.erase(kept, audio_.end());
}

bool SendQueue::audio_ready(MediaInstant now, int bundle_packets) const {
    const wire::PacketStamp& newest = audio_.back()->stamp;
    const auto wanted = static_cast<std::uint32_t>(std::max(bundle_packets, 1));
    return audio_.size() >= wanted || (newest.sequence + phase_) % wanted == wanted - 1 ||
           !any_sent_ || newest.epoch != last_epoch_ ||
           to_instant(audio_.front()->stamp.media) - now < limits_.urgent;
}

}  // namespace earshot::transport
