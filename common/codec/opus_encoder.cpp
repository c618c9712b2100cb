#include "common/codec/opus_encoder.hpp"

#include "common/audio/interleave.hpp"
#include "common/base/time.hpp"

#include <opus.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace earshot::codec {
namespace {

constexpr int kPacketsPerSecond = kSampleRateHz / kOpusFrames;

void must(int result) {
    if (result != OPUS_OK) {
        throw std::runtime_error(std::string{"the Opus encoder refused a setting: "} +
                                 opus_strerror(result));
    }
}

}  // namespace

void OpusEncoder::Free::operator()(::OpusEncoder* encoder) const noexcept {
    opus_encoder_destroy(encoder);
}

OpusEncoder::OpusEncoder(const EncoderSettings& settings)
    : channels_(settings.channels),
      // Rounded as libopus rounds.
      packet_bytes_(
          (static_cast<std::size_t>(std::max(settings.bitrate_bps, 0)) + 4U * kPacketsPerSecond) /
          (8U * kPacketsPerSecond)) {
    if (settings.bitrate_bps < 6'000 || settings.bitrate_bps > 256'000) {
        throw std::invalid_argument("an Opus bit rate is 6000 to 256000 bit/s");
    }
    if (settings.complexity < 0 || settings.complexity > 10) {
        throw std::invalid_argument("an Opus complexity is 0 to 10");
    }
    if (settings.channels < 1 || settings.channels > 2) {
        throw std::invalid_argument("an Opus stream has 1 or 2 channels");
    }
    int error = OPUS_OK;
    encoder_.reset(opus_encoder_create(kSampleRateHz, channels_,
                                       OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error));
    must(error);
    ::OpusEncoder* encoder = encoder_.get();
    must(opus_encoder_ctl(encoder, OPUS_SET_BITRATE(settings.bitrate_bps)));
    must(opus_encoder_ctl(encoder, OPUS_SET_VBR(0)));
    must(opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(settings.complexity)));
    must(opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(0)));
    must(opus_encoder_ctl(encoder, OPUS_SET_DTX(0)));
    must(opus_encoder_ctl(encoder, OPUS_SET_FORCE_CHANNELS(channels_)));
    must(opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_MUSIC)));
    must(opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_FULLBAND)));
    must(opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(&lookahead_frames_)));
}

Result<std::size_t> OpusEncoder::encode(audio::ConstBlockView in,
                                        std::span<std::byte> out) noexcept {
    EARSHOT_ASSERT(in.channels() == channels_ && in.frames() == kOpusFrames);
    audio::interleave(
        in, std::span(interleaved_).first(static_cast<std::size_t>(channels_) * kOpusFrames));
    const auto room = static_cast<opus_int32>(std::min<std::size_t>(out.size(), kMaxOpusBytes));
    const opus_int32 bytes = opus_encode_float(encoder_.get(), interleaved_.data(), kOpusFrames,
                                               reinterpret_cast<unsigned char*>(out.data()), room);
    // A payload cut to the room given would be decodable but poor: never let it pass as one.
    if (bytes < 0 || static_cast<std::size_t>(bytes) != packet_bytes_) {
        return Errc::codec_failed;
    }
    return static_cast<std::size_t>(bytes);
}

void OpusEncoder::reset() noexcept {
    opus_encoder_ctl(encoder_.get(), OPUS_RESET_STATE);
}

}  // namespace earshot::codec
