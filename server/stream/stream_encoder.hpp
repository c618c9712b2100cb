#pragma once

#include "common/audio/ports.hpp"
#include "common/codec/opus_encoder.hpp"
#include "common/wire/packet.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace earshot::stream {

/// Whether companions of perspectives are made (docs/protocol.md).
enum class Feel { nothing, tactile_and_haptics };

/// Counted since start, for all streams, companions included. Thread: any.
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
/// What is felt goes the same way: the sound for shakers as a mono stream, haptic points as packets
/// of a stream of their own. Both are made whether anybody asks for them or not: nothing that a
/// listener says reaches an encoder.
///
/// Thread: engine; counters() any. Real-time: begin(), block().
class StreamEncoder final : public audio::RenderSink {
public:
    /// @param streams      1 to show::kMaxStreams.
    /// @param bitrate_bps  Per perspective, 6 000 to 256 000; sound for shakers has its own.
    /// @param sinks        Take each packet, in this order; outlive the encoder.
    StreamEncoder(int streams,
                  int lanes,
                  int bitrate_bps,
                  std::vector<wire::PacketSink*> sinks,
                  Feel feel = Feel::tactile_and_haptics);
    /// Of the sound for shakers.
    static constexpr int kTactileBitrate = 48'000;

    void begin(int lane, StreamId stream, Epoch epoch) noexcept override;
    void block(int lane,
               StreamId stream,
               MediaTime media,
               ProgrammeTime programme,
               audio::ConstBlockView block) noexcept override;
    void felt(int lane,
              StreamId stream,
              MediaTime media,
              ProgrammeTime programme,
              const audio::FeltBlock& block) noexcept override;
    void flush() noexcept override;

    [[nodiscard]] StreamCounters counters() const noexcept;

private:
    struct Voice {
        Voice(const codec::EncoderSettings& sound, const codec::EncoderSettings& tactile)
            : encoder(sound), tactile_encoder(tactile) {}
        codec::OpusEncoder encoder;
        codec::OpusEncoder tactile_encoder;
        Epoch epoch{};
        std::uint32_t sequence = 0;
        std::uint32_t tactile_sequence = 0;
        std::uint32_t haptic_sequence = 0;
    };
    [[nodiscard]] Voice& voice(int lane, StreamId stream) noexcept;
    void encode(codec::OpusEncoder& encoder, audio::ConstBlockView block) noexcept;
    void push() noexcept;

    int streams_;
    Feel feel_;
    std::vector<std::unique_ptr<Voice>> voices_;  ///< [lane][stream]
    std::vector<wire::PacketSink*> sinks_;
    wire::PacketSlot packet_;
    std::atomic<std::uint64_t> packets_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> codec_errors_{0};
};

}  // namespace earshot::stream
