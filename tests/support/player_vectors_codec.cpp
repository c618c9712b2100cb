// Stands in for common/codec/opus_decoder.cpp in earshot-player-vectors: "packets" are a tone and
// where it is, so that every language decodes them alike, to the bit. Defining all of the class
// here keeps the library's own from being linked.
#include "common/audio/block.hpp"
#include "common/codec/opus_decoder.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>

/// What a decoder remembers: the tone, and the frame that would be next.
struct OpusDecoder {
    int tone = 0;
    std::int32_t next = 0;
};

namespace earshot::codec {
namespace {

constexpr double kTonesHz[] = {441.7, 313.3, 587.9, 1'931.1};

/// 0.4 of full scale on the left, half of it inverted on the right; concealed, half of both.
void sound(::OpusDecoder& decoder, double gain, audio::BlockView out) noexcept {
    for (std::size_t n = 0; n < std::size_t{kOpusFrames}; ++n) {
        const double frame = decoder.next + static_cast<double>(n);
        const double angle = 2.0 * std::numbers::pi * kTonesHz[decoder.tone] * frame / 48e3;
        const auto left = static_cast<float>(gain * std::sin(angle));
        out.channel(0)[n] = left;
        out.channel(1)[n] = -0.5F * left;
    }
    decoder.next += kOpusFrames;
}

}  // namespace

void OpusDecoder::Free::operator()(::OpusDecoder* decoder) const noexcept {
    delete decoder;
}

OpusDecoder::OpusDecoder() : decoder_(new ::OpusDecoder) {}

/// Five bytes: the tone, and its frame as little-endian.
Result<void> OpusDecoder::decode(std::span<const std::byte> payload,
                                 audio::BlockView out) noexcept {
    if (payload.size() != 5) {
        conceal(out);
        return Errc::codec_failed;
    }
    decoder_->tone = static_cast<int>(payload[0]) % 4;
    std::memcpy(&decoder_->next, payload.data() + 1, sizeof(decoder_->next));
    sound(*decoder_, 0.4, out);
    return {};
}

void OpusDecoder::conceal(audio::BlockView out) noexcept {
    sound(*decoder_, 0.2, out);
}

void OpusDecoder::reset() noexcept {
    *decoder_ = {};
}

}  // namespace earshot::codec
