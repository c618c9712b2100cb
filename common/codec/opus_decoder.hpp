#pragma once

#include "common/audio/block.hpp"
#include "common/base/result.hpp"
#include "common/codec/opus_encoder.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>

struct OpusDecoder;

namespace earshot::codec {

/// Decodes Opus frames of 20 ms to 48 kHz stereo, and invents the ones that are missing.
///
/// Two decoders that were fed differently give the same samples, bit for bit, once both have had
/// the same packets for a while (see the unit test for how long).
/// Source: RFC 6716; libopus.
/// Thread: one owner, no locking inside. Real-time: everything but the constructor.
class OpusDecoder {
public:
    OpusDecoder();

    /// @param payload  One Opus frame, as an OpusEncoder makes it; may come from anywhere.
    /// @param out      Shape [2][kOpusFrames], full scale 1.0; decoded sound may exceed it.
    ///                 Concealed if the payload is refused.
    /// @return Errc::codec_failed if payload is no Opus frame of 20 ms.
    [[nodiscard]] Result<void> decode(std::span<const std::byte> payload,
                                      audio::BlockView out) noexcept;

    /// Continues the sound through one lost packet; if more are lost it falls, within about 100 ms,
    /// to the quiet noise heard before and stays there: silence after a long loss is the caller's
    /// part.
    /// @param out  Shape [2][kOpusFrames].
    void conceal(audio::BlockView out) noexcept;

    /// As newly made.
    void reset() noexcept;

private:
    struct Free {
        void operator()(::OpusDecoder* decoder) const noexcept;
    };
    std::unique_ptr<::OpusDecoder, Free> decoder_;
    std::array<float, std::size_t{2} * kOpusFrames> interleaved_{};
};

}  // namespace earshot::codec
