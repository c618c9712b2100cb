#include "common/audio/audio_file.hpp"

#include "common/audio/interleave.hpp"

#include <sndfile.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace earshot::audio {
namespace {

constexpr int kPieceFrames = 4096;
constexpr std::int64_t kLargestDataBytes = 0xffff'0000;  // A RIFF length has 32 bits.

struct Close {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
using File = std::unique_ptr<SNDFILE, Close>;

Speaker speaker_of(int place) {
    switch (place) {
        case SF_CHANNEL_MAP_MONO:
            return Speaker::mono;
        case SF_CHANNEL_MAP_LEFT:
        case SF_CHANNEL_MAP_FRONT_LEFT:
            return Speaker::left;
        case SF_CHANNEL_MAP_RIGHT:
        case SF_CHANNEL_MAP_FRONT_RIGHT:
            return Speaker::right;
        case SF_CHANNEL_MAP_CENTER:
        case SF_CHANNEL_MAP_FRONT_CENTER:
            return Speaker::centre;
        case SF_CHANNEL_MAP_LFE:
            return Speaker::lfe;
        case SF_CHANNEL_MAP_SIDE_LEFT:
            return Speaker::side_left;
        case SF_CHANNEL_MAP_SIDE_RIGHT:
            return Speaker::side_right;
        case SF_CHANNEL_MAP_REAR_LEFT:
            return Speaker::back_left;
        case SF_CHANNEL_MAP_REAR_RIGHT:
            return Speaker::back_right;
        case SF_CHANNEL_MAP_REAR_CENTER:
            return Speaker::back_centre;
        default:
            return Speaker::unknown;
    }
}

std::vector<Speaker> layout_of(SNDFILE* file, int channels) {
    std::vector<int> places(static_cast<std::size_t>(channels));
    const int bytes = channels * static_cast<int>(sizeof(int));
    // One channel is mono, wherever the file claims to place it.
    if (channels == 1 ||
        sf_command(file, SFC_GET_CHANNEL_MAP_INFO, places.data(), bytes) == SF_FALSE) {
        return default_layout(channels);
    }
    std::vector<Speaker> layout;
    std::transform(places.begin(), places.end(), std::back_inserter(layout), speaker_of);
    const bool placed = std::any_of(layout.begin(), layout.end(), [](Speaker speaker) {
        return speaker != Speaker::unknown && speaker != Speaker::lfe;
    });
    return placed ? layout : default_layout(channels);
}

std::string format_of(int format) {
    SF_FORMAT_INFO info{};
    info.format = format & SF_FORMAT_TYPEMASK;
    if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr) {
        return "sound file";
    }
    const std::string name = info.name;  // "WAV (Microsoft)"
    return name.substr(0, name.find(" ("));
}

}  // namespace

struct AudioFile::Handle {
    File file;
};

AudioFile::AudioFile(const std::filesystem::path& path) {
    const std::string name = path.string();
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        throw std::runtime_error("no file " + name);
    }
    if (std::filesystem::is_directory(path, error)) {
        throw std::runtime_error(name + " is a folder, not a sound file");
    }
    SF_INFO info{};
    File file{sf_open(name.c_str(), SFM_READ, &info)};
    if (!file) {
        throw std::runtime_error("cannot read " + name + " as sound: " + sf_strerror(nullptr));
    }
    if (info.channels < 1 || info.channels > kMaxChannels) {
        throw std::runtime_error(name + " has " + std::to_string(info.channels) +
                                 " channels; 1 to 8 can be played");
    }
    if (info.seekable == 0) {
        throw std::runtime_error(name +
                                 " cannot be read from any position; convert it to FLAC or WAV");
    }
    if (info.samplerate < 1000 || info.samplerate > 768'000) {
        throw std::runtime_error(name + " has an impossible sample rate of " +
                                 std::to_string(info.samplerate) + " Hz");
    }
    // Lossy decoders may exceed full scale; floats keep that.
    sf_command(file.get(), SFC_SET_NORM_FLOAT, nullptr, SF_TRUE);
    facts_ = {.sample_rate_hz = info.samplerate,
              .frames = info.frames,
              .layout = layout_of(file.get(), info.channels),
              .format = format_of(info.format)};
    handle_ = std::make_unique<Handle>(Handle{std::move(file)});
}

AudioFile::~AudioFile() = default;
AudioFile::AudioFile(AudioFile&&) noexcept = default;
AudioFile& AudioFile::operator=(AudioFile&&) noexcept = default;

bool AudioFile::read(std::int64_t first_frame, std::span<float> out) {
    const auto channels = static_cast<std::int64_t>(facts_.layout.size());
    EARSHOT_ASSERT(static_cast<std::int64_t>(out.size()) % channels == 0);
    std::fill(out.begin(), out.end(), 0.0F);
    const auto frames = static_cast<std::int64_t>(out.size()) / channels;
    const std::int64_t begin = std::clamp<std::int64_t>(first_frame, 0, facts_.frames);
    const std::int64_t end = std::clamp<std::int64_t>(first_frame + frames, 0, facts_.frames);
    if (begin >= end) {
        return true;
    }
    SNDFILE* file = handle_->file.get();
    if (begin != next_frame_ && sf_seek(file, begin, SEEK_SET) != begin) {
        next_frame_ = -1;
        return false;
    }
    float* to = out.data() + (begin - first_frame) * channels;
    const sf_count_t got = sf_readf_float(file, to, end - begin);
    next_frame_ = got == end - begin ? end : -1;
    if (got != end - begin) {
        std::fill(out.begin(), out.end(), 0.0F);
        return false;
    }
    return true;
}

struct WavWriter::Handle {
    File file;
    TpdfDither dither{0};
};

WavWriter::WavWriter(const std::filesystem::path& path,
                     int sample_rate_hz,
                     int channels,
                     WavFormat format)
    : format_(format),
      sample_rate_hz_(sample_rate_hz),
      channels_(channels),
      floats_(std::size_t{kPieceFrames} *
              static_cast<std::size_t>(std::clamp(channels, 1, kMaxChannels))) {
    int samples = SF_FORMAT_FLOAT;
    if (format == WavFormat::s16) {
        samples = SF_FORMAT_PCM_16;
        steps_s16_.resize(floats_.size());
    } else if (format == WavFormat::s24) {
        samples = SF_FORMAT_PCM_24;
        steps_s24_.resize(floats_.size());
    }
    SF_INFO info{};
    info.samplerate = sample_rate_hz;
    info.channels = channels;
    info.format = SF_FORMAT_WAV | samples;
    const std::string name = path.string();
    if (channels < 1 || channels > kMaxChannels || sf_format_check(&info) == 0) {
        throw std::runtime_error("cannot write " + name + ": no such WAV format");
    }
    File file{sf_open(name.c_str(), SFM_WRITE, &info)};
    if (!file) {
        throw std::runtime_error("cannot write " + name + ": " + sf_strerror(nullptr));
    }
    sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    // The peak chunk carries the time of writing; without it the same sound gives the same file.
    sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
    sf_command(file.get(), SFC_UPDATE_HEADER_NOW, nullptr, 0);
    handle_ = std::make_unique<Handle>(Handle{.file = std::move(file)});
}

WavWriter::~WavWriter() = default;
WavWriter::WavWriter(WavWriter&&) noexcept = default;
WavWriter& WavWriter::operator=(WavWriter&&) noexcept = default;

bool WavWriter::write(ConstBlockView in) {
    EARSHOT_ASSERT(in.channels() == channels_);
    for (int done = 0; done < in.frames();) {
        const int frames = std::min(kPieceFrames, in.frames() - done);
        if (!write_piece(in.part(done, frames))) {
            return false;
        }
        done += frames;
    }
    return true;
}

bool WavWriter::write_piece(ConstBlockView in) {
    const int bytes_per_sample =
        format_ == WavFormat::s16 ? 2 : (format_ == WavFormat::s24 ? 3 : 4);
    if (!handle_ || (frames_ + in.frames()) * channels_ * bytes_per_sample > kLargestDataBytes) {
        return false;
    }
    SNDFILE* file = handle_->file.get();
    const std::size_t samples =
        static_cast<std::size_t>(in.frames()) * static_cast<std::size_t>(channels_);
    sf_count_t written = 0;
    if (format_ == WavFormat::s16) {
        const std::span<std::int16_t> steps{steps_s16_.data(), samples};
        handle_->dither.interleave_s16(in, frames_, steps);
        written = sf_writef_short(file, steps.data(), in.frames());
    } else if (format_ == WavFormat::s24) {
        const std::span<std::int32_t> steps{steps_s24_.data(), samples};
        handle_->dither.interleave_s24(in, frames_, steps);
        written = sf_writef_int(file, steps.data(), in.frames());
    } else {
        interleave(in, {floats_.data(), samples});
        written = sf_writef_float(file, floats_.data(), in.frames());
    }
    frames_ += written;
    if (frames_ - header_frames_ >= sample_rate_hz_) {
        sf_command(file, SFC_UPDATE_HEADER_NOW, nullptr, 0);
        header_frames_ = frames_;
    }
    return written == in.frames();
}

bool WavWriter::close() noexcept {
    if (!handle_) {
        return true;
    }
    const bool ok = sf_close(handle_->file.release()) == 0;
    handle_.reset();
    return ok;
}

}  // namespace earshot::audio
