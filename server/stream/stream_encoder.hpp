#pragma once

#include "common/audio/ports.hpp"
#include "common/codec/opus_encoder.hpp"
#include "common/wire/packet.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace earshot::stream {

/// Counted since start, for all streams. Thread: any.
struct StreamCounters {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t codec_errors =
        0;  ///< Blocks that could not be encoded; nothing was sent for them.
};

/// Encodes every rendering once, stamps the packets and hands them on (DESIGN 2: AUDIO, "stream").
/// A fresh encoder for each epoch: listeners begin it with a fresh decoder, and equal sound gives
/// equal payloads whatever played before.
///
/// Thread: engine; counters() any. Real-time: begin(), block().
class StreamEncoder final : public audio::RenderSink {
public:
    /// @param streams      1 to show::kMaxStreams.
    /// @param bitrate_bps  Per stream, 6 000 to 256 000.
    /// @param sinks        Take each packet, in this order; outlive the encoder.
    StreamEncoder(int streams, int lanes, int bitrate_bps, std::vector<wire::PacketSink*> sinks);

    void begin(int lane, StreamId stream, Epoch epoch) noexcept override;
    void block(int lane,
               StreamId stream,
               MediaTime media,
               ProgrammeTime programme,
               audio::ConstBlockView block) noexcept override;
    void flush() noexcept override;

    [[nodiscard]] StreamCounters counters() const noexcept;

private:
    struct Voice {
        explicit Voice(const codec::EncoderSettings& settings) : encoder(settings) {}
        codec::OpusEncoder encoder;
        Epoch epoch{};
        std::uint32_t sequence = 0;
    };
    [[nodiscard]] Voice& voice(int lane, StreamId stream) noexcept;

    int streams_;
    std::vector<std::unique_ptr<Voice>> voices_;  ///< [lane][stream]
    std::vector<wire::PacketSink*> sinks_;
    wire::PacketSlot packet_;
    std::atomic<std::uint64_t> packets_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> codec_errors_{0};
};

}  // namespace earshot::stream
