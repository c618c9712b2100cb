#include "server/stream/stream_encoder.hpp"

#include "common/base/assert.hpp"

#include <algorithm>

namespace earshot::stream {

StreamEncoder::StreamEncoder(
    int streams, int lanes, int bitrate_bps, std::vector<wire::PacketSink*> sinks, Feel feel)
    : streams_(streams), feel_(feel), sinks_(std::move(sinks)) {
    const codec::EncoderSettings sound{.bitrate_bps = bitrate_bps};
    const codec::EncoderSettings tactile{.bitrate_bps = kTactileBitrate, .channels = 1};
    for (int i = 0; i < streams * lanes; ++i) {
        voices_.push_back(std::make_unique<Voice>(sound, tactile));
    }
}

StreamEncoder::Voice& StreamEncoder::voice(int lane, StreamId stream) noexcept {
    const std::size_t index =
        static_cast<std::size_t>(lane) * static_cast<std::size_t>(streams_) + stream.value;
    EARSHOT_ASSERT(index < voices_.size());
    return *voices_[index];
}

void StreamEncoder::begin(int lane, StreamId stream, Epoch epoch) noexcept {
    Voice& v = voice(lane, stream);
    v.encoder.reset();
    v.tactile_encoder.reset();
    v.epoch = epoch;
    v.sequence = v.tactile_sequence = v.haptic_sequence = 0;
}

void StreamEncoder::block(int lane,
                          StreamId stream,
                          MediaTime media,
                          ProgrammeTime programme,
                          audio::ConstBlockView block) noexcept {
    Voice& v = voice(lane, stream);
    // The decoder gives this block back kCodecDelay frames late: its first frame is that much
    // older.
    packet_.stamp = {.stream = stream,
                     .epoch = v.epoch,
                     .sequence = v.sequence++,
                     .media = media - kCodecDelay,
                     .programme = programme - kCodecDelay};
    encode(v.encoder, block);
}

void StreamEncoder::felt(int lane,
                         StreamId stream,
                         MediaTime media,
                         ProgrammeTime programme,
                         const audio::FeltBlock& block) noexcept {
    if (feel_ == Feel::nothing) return;
    Voice& v = voice(lane, stream);
    packet_.stamp = {.stream = wire::tactile_stream(stream),
                     .epoch = v.epoch,
                     .sequence = v.tactile_sequence++,
                     .media = media - kCodecDelay,
                     .programme = programme - kCodecDelay};
    encode(v.tactile_encoder, block.sound);
    if (block.points.empty()) return;
    EARSHOT_ASSERT(block.points.size() <= packet_.payload.size());
    packet_.stamp = {.stream = wire::haptic_stream(stream),
                     .epoch = v.epoch,
                     .sequence = v.haptic_sequence++,
                     .media = block.points_media,
                     .programme = block.points_programme};
    std::copy(block.points.begin(), block.points.end(), packet_.payload.begin());
    packet_.size = static_cast<std::uint16_t>(block.points.size());
    push();
}

void StreamEncoder::encode(codec::OpusEncoder& encoder, audio::ConstBlockView block) noexcept {
    const auto size = encoder.encode(block, packet_.payload);
    if (!size) {
        codec_errors_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    packet_.size = static_cast<std::uint16_t>(*size);
    push();
}

void StreamEncoder::push() noexcept {
    packets_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(packet_.size, std::memory_order_relaxed);
    for (wire::PacketSink* sink : sinks_) sink->push(packet_);
}

void StreamEncoder::flush() noexcept {
    for (wire::PacketSink* sink : sinks_) sink->flush();
}

StreamCounters StreamEncoder::counters() const noexcept {
    return {.packets = packets_.load(std::memory_order_relaxed),
            .bytes = bytes_.load(std::memory_order_relaxed),
            .codec_errors = codec_errors_.load(std::memory_order_relaxed)};
}

}  // namespace earshot::stream
