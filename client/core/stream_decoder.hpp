#pragma once

#include "client/core/decoded_timeline.hpp"
#include "client/core/jitter_buffer.hpp"
#include "common/base/strong_id.hpp"
#include "common/codec/opus_decoder.hpp"

#include <cstdint>
#include <limits>

namespace earshot::client {

/// What a lane's decoding has cost; added to by every lane of a player.
struct DecodeCounters {
    std::uint64_t packets_lost = 0;
    std::uint64_t frames_concealed = 0;
};

/// One lane: the packets of one stream and epoch, their decoder, and the audio decoded so far.
///
/// A packet that is not there when its first frame must go to the corrector is concealed; after
/// five in a row (fading) the lane runs dry and starts anew with the next packet that comes.
/// Thread: one owner (the device thread). Real-time: everything but the constructor.
class StreamDecoder {
public:
    /// Concealed packets in a row before silence.
    static constexpr int kMaxConcealed = 5;

    StreamDecoder() = default;

    /// Takes up a stream and epoch; nothing of the last one stays.
    void open(StreamId stream, Epoch epoch) noexcept;
    void close() noexcept { open_ = false; }
    [[nodiscard]] bool is_open() const noexcept { return open_; }
    [[nodiscard]] StreamId stream() const noexcept { return stream_; }
    [[nodiscard]] Epoch epoch() const noexcept { return epoch_; }

    [[nodiscard]] Arrival insert(const wire::PacketSlot& packet) noexcept;

    /// Decodes what is due.
    /// @param position  Media frame read now: audio well before it is of no use.
    /// @param must      Media frame up to which audio is needed now: what is missing before it is
    ///                  concealed.
    /// @param want      Media frame up to which packets that are here are decoded ahead, >= must.
    /// @param budget    Opus frames that may still be decoded in this call; counted down.
    void advance(
        double position, double must, double want, int& budget, DecodeCounters& counters) noexcept;
    /// Nobody listens for now: decoding stops, old packets fall out uncounted.
    void rest(double position) noexcept;
    /// Nothing is decoded or concealed from this media frame on (another epoch has taken over).
    void end_at(std::int64_t media) noexcept { end_at_ = media; }

    /// True while audio comes out of it, in media order without a gap.
    [[nodiscard]] bool flowing() const noexcept { return jitter_.flowing(); }
    /// Media frame at which its programme starts: the epoch's switch. Known from any packet.
    /// @pre at least one packet came
    [[nodiscard]] std::int64_t switch_media() const noexcept {
        return jitter_.media_of(0) + kEpochPreroll.count();
    }
    /// First media frame with settled audio. @pre flowing()
    [[nodiscard]] std::int64_t audible_from() const noexcept { return audible_from_; }
    [[nodiscard]] const DecodedTimeline& timeline() const noexcept { return timeline_; }
    [[nodiscard]] const JitterBuffer& packets() const noexcept { return jitter_; }
    /// Audio held from a position on, decoded or not.
    [[nodiscard]] double held_frames(double position) const noexcept;

private:
    void start(double position, double want, DecodeCounters& counters) noexcept;
    void decode_one(const wire::PacketSlot& packet, DecodeCounters& counters) noexcept;
    void conceal_one(DecodeCounters& counters) noexcept;

    JitterBuffer jitter_;
    codec::OpusDecoder decoder_;
    DecodedTimeline timeline_;
    StreamId stream_{};
    Epoch epoch_{};
    wire::PacketStamp last_stamp_{};
    std::int64_t audible_from_ = 0;
    std::int64_t end_at_ = std::numeric_limits<std::int64_t>::max();
    std::int64_t programme_step_ =
        0;  ///< Programme frames from packet to packet: 960, or 0 paused.
    int concealed_run_ = 0;
    bool open_ = false;
    bool ran_dry_ = false;  ///< Stopped for want of packets: what is missing since is a loss.
};

}  // namespace earshot::client
