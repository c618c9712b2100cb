#include "client/core/jitter_buffer.hpp"

#include <algorithm>

namespace earshot::client {

JitterBuffer::JitterBuffer() : slots_(kCapacity) {}

void JitterBuffer::reset() noexcept {
    marks_.fill({});
    base_media_ = 0;
    next_ = 0;
    highest_ = 0;
    waiting_ = 0;
    based_ = false;
    flowing_ = false;
}

Arrival JitterBuffer::insert(const wire::PacketSlot& packet) noexcept {
    const std::uint32_t sequence = packet.stamp.sequence;
    const std::int64_t media = packet.stamp.media.time_since_epoch().count();
    // Far from any overflow, whatever a peer writes.
    constexpr std::int64_t kFarthest = std::int64_t{1} << 50;
    const std::int64_t programme = packet.stamp.programme.time_since_epoch().count();
    if (packet.size > wire::kMaxPayloadBytes || media > kFarthest || media < -kFarthest ||
        programme > kFarthest || programme < -kFarthest) {
        return Arrival::refused;
    }
    if (based_ && media != media_of(sequence)) {
        return Arrival::refused;
    }
    Mark& mark = marks_[index(sequence)];
    if (mark.sequence == sequence && (mark.place == Place::stored || mark.place == Place::played)) {
        return Arrival::duplicate;
    }
    if (sequence < next_) {
        return Arrival::late;
    }
    if (!based_) {
        based_ = true;
        base_media_ = media - std::int64_t{sequence} * kPacketFrames.count();
        highest_ = sequence;
    } else if (flowing_ && sequence - next_ >= kCapacity) {
        return Arrival::refused;
    } else if (!flowing_ && sequence < highest_ && highest_ - sequence >= kCapacity) {
        return Arrival::late;
    } else if (!flowing_ && sequence > highest_ && sequence - highest_ < kCapacity) {
        drop_below(sequence >= kCapacity ? sequence - kCapacity + 1 : 0);
    } else if (!flowing_ && sequence > highest_) {
        drop_below(sequence);  // a jump over the whole window: nothing of it stays
    }
    slots_[index(sequence)] = packet;
    mark = {sequence, Place::stored};
    ++waiting_;
    highest_ = std::max(highest_, sequence);
    return Arrival::stored;
}

std::optional<std::uint32_t> JitterBuffer::lowest() const noexcept {
    std::optional<std::uint32_t> found;
    if (waiting_ == 0) {
        return found;
    }
    for (const Mark& mark : marks_) {
        if (mark.place == Place::stored && (!found || mark.sequence < *found)) {
            found = mark.sequence;
        }
    }
    return found;
}

void JitterBuffer::drop_below(std::uint32_t sequence) noexcept {
    for (Mark& mark : marks_) {
        if (mark.place == Place::stored && mark.sequence < sequence) {
            mark.place = Place::empty;
            --waiting_;
        }
    }
    next_ = std::max(next_, sequence);
}

void JitterBuffer::flow_from(std::uint32_t sequence) noexcept {
    drop_below(sequence);
    next_ = sequence;
    flowing_ = true;
}

const wire::PacketSlot* JitterBuffer::peek() const noexcept {
    const Mark& mark = marks_[index(next_)];
    return mark.place == Place::stored && mark.sequence == next_ ? &slots_[index(next_)] : nullptr;
}

void JitterBuffer::pass() noexcept {
    Mark& mark = marks_[index(next_)];
    if (mark.place == Place::stored && mark.sequence == next_) {
        mark.place = Place::played;
        --waiting_;
    } else {
        mark = {next_, Place::missed};
    }
    ++next_;
}

}  // namespace earshot::client
