#include "common/codec/opus_decoder.hpp"

#include "common/audio/interleave.hpp"
#include "common/base/time.hpp"

#include <opus.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace earshot::codec {
namespace {

constexpr int kChannels = 2;

}  // namespace

void OpusDecoder::Free::operator()(::OpusDecoder* decoder) const noexcept {
    opus_decoder_destroy(decoder);
}

OpusDecoder::OpusDecoder() {
    int error = OPUS_OK;
    decoder_.reset(opus_decoder_create(kSampleRateHz, kChannels, &error));
    if (error != OPUS_OK) {
        throw std::runtime_error(std::string{"no Opus decoder: "} + opus_strerror(error));
    }
}

Result<void> OpusDecoder::decode(std::span<const std::byte> payload,
                                 audio::BlockView out) noexcept {
    EARSHOT_ASSERT(out.channels() == kChannels && out.frames() == kOpusFrames);
    const auto* bytes = reinterpret_cast<const unsigned char*>(payload.data());
    const auto size = static_cast<opus_int32>(std::min<std::size_t>(payload.size(), 1U << 16U));
    // Checked before decoding: a refused payload must not have moved the decoder's state.
    const bool whole = !payload.empty() && payload.size() <= std::size_t{kMaxOpusBytes} + 1 &&
                       opus_packet_get_nb_samples(bytes, size, kSampleRateHz) == kOpusFrames;
    if (!whole || opus_decode_float(decoder_.get(), bytes, size, interleaved_.data(), kOpusFrames,
                                    0) != kOpusFrames) {
        conceal(out);
        return Errc::codec_failed;
    }
    audio::deinterleave(interleaved_, out);
    return {};
}

void OpusDecoder::conceal(audio::BlockView out) noexcept {
    EARSHOT_ASSERT(out.channels() == kChannels && out.frames() == kOpusFrames);
    if (opus_decode_float(decoder_.get(), nullptr, 0, interleaved_.data(), kOpusFrames, 0) !=
        kOpusFrames) {
        audio::clear(out);
        return;
    }
    audio::deinterleave(interleaved_, out);
}

void OpusDecoder::reset() noexcept {
    opus_decoder_ctl(decoder_.get(), OPUS_RESET_STATE);
}

}  // namespace earshot::codec
