#pragma once

#include "common/audio/block.hpp"
#include "common/base/result.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>

struct OpusEncoder;

namespace earshot::codec {

/// Frames of one Opus frame: 20 ms at 48 kHz.
inline constexpr int kOpusFrames = 960;
/// Most bytes libopus makes of one Opus frame.
inline constexpr int kMaxOpusBytes = 1275;

/// How a stream is encoded.
struct EncoderSettings {
    int bitrate_bps = 96'000;  ///< 6 000 to 256 000; constant: every packet has the same size.
    int complexity = 10;       ///< 0 to 10.
    int channels = 2;          ///< 1 or 2. A decoder gives mono on both of its channels.
};

/// Encodes 48 kHz sound into Opus frames of 20 ms, always CELT, at a constant bit rate, without
/// forward error correction or discontinuous transmission. The same frames give the same bytes.
///
/// Source: RFC 6716; libopus, OPUS_APPLICATION_RESTRICTED_LOWDELAY.
/// Thread: one owner, no locking inside. Real-time: encode() and reset(); not the constructor.
class OpusEncoder {
public:
    /// @throws std::invalid_argument  if a setting is out of range.
    explicit OpusEncoder(const EncoderSettings& settings = {});

    /// @param in   Shape [channels][kOpusFrames], full scale 1.0.
    /// @param out  Room for the payload; packet_bytes() are enough.
    /// @return bytes written, or Errc::codec_failed.
    [[nodiscard]] Result<std::size_t> encode(audio::ConstBlockView in,
                                             std::span<std::byte> out) noexcept;

    /// As newly made: the next frames give the bytes they gave then.
    void reset() noexcept;

    /// Frames by which the decoded sound lags behind the encoder's input.
    [[nodiscard]] int lookahead_frames() const noexcept { return lookahead_frames_; }
    /// Size of every payload at this bit rate.
    [[nodiscard]] std::size_t packet_bytes() const noexcept { return packet_bytes_; }

private:
    struct Free {
        void operator()(::OpusEncoder* encoder) const noexcept;
    };
    std::unique_ptr<::OpusEncoder, Free> encoder_;
    std::array<float, std::size_t{2} * kOpusFrames> interleaved_{};
    int channels_;
    int lookahead_frames_ = 0;
    std::size_t packet_bytes_;
};

}  // namespace earshot::codec
