#include "tests/support/audio_file.hpp"

#include <sndfile.h>
#include <soxr.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

namespace earshot::test {
namespace {

struct CloseFile {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
using File = std::unique_ptr<SNDFILE, CloseFile>;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& reason) {
    throw std::runtime_error(file.string() + ": " + reason);
}

int sndfile_format(FileFormat format) {
    switch (format) {
        case FileFormat::wav_pcm16:
            return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        case FileFormat::wav_pcm24:
            return SF_FORMAT_WAV | SF_FORMAT_PCM_24;
        case FileFormat::wav_float:
            return SF_FORMAT_WAV | SF_FORMAT_FLOAT;
        case FileFormat::flac_pcm16:
            return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
        case FileFormat::flac_pcm24:
            return SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
    }
    return 0;
}

}  // namespace

Audio read_audio(const std::filesystem::path& file) {
    SF_INFO info{};
    const File handle(sf_open(file.c_str(), SFM_READ, &info));
    if (!handle) {
        fail(file, sf_strerror(nullptr));
    }
    const auto channels = static_cast<std::size_t>(info.channels);
    std::vector<float> interleaved(static_cast<std::size_t>(info.frames) * channels);
    const sf_count_t got = sf_readf_float(handle.get(), interleaved.data(), info.frames);
    const auto frames = static_cast<std::size_t>(got);
    Audio audio{info.samplerate, std::vector<std::vector<float>>(channels)};
    for (std::size_t channel = 0; channel < channels; ++channel) {
        std::vector<float>& to = audio.channels[channel];
        to.resize(frames);
        for (std::size_t frame = 0; frame < frames; ++frame) {
            to[frame] = interleaved[frame * channels + channel];
        }
    }
    return audio;
}

void write_audio(const std::filesystem::path& file, const Audio& audio, FileFormat format) {
    SF_INFO info{};
    info.samplerate = audio.sample_rate_hz;
    info.channels = static_cast<int>(audio.channels.size());
    info.format = sndfile_format(format);
    const File handle(sf_open(file.c_str(), SFM_WRITE, &info));
    if (!handle) {
        fail(file, sf_strerror(nullptr));
    }
    sf_command(handle.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    const std::size_t channels = audio.channels.size();
    std::vector<float> interleaved(audio.frames() * channels);
    for (std::size_t frame = 0; frame < audio.frames(); ++frame) {
        for (std::size_t channel = 0; channel < channels; ++channel) {
            interleaved[frame * channels + channel] = audio.channels[channel][frame];
        }
    }
    const auto count = static_cast<sf_count_t>(audio.frames());
    if (sf_writef_float(handle.get(), interleaved.data(), count) != count) {
        fail(file, sf_strerror(handle.get()));
    }
}

Audio resampled(const Audio& audio, int sample_rate_hz) {
    if (audio.sample_rate_hz == sample_rate_hz) {
        return audio;
    }
    const double ratio = static_cast<double>(sample_rate_hz) / audio.sample_rate_hz;
    const auto frames =
        static_cast<std::size_t>(std::floor(static_cast<double>(audio.frames()) * ratio));
    Audio result{sample_rate_hz, {}};
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    for (const std::vector<float>& from : audio.channels) {
        std::vector<float> to(frames);
        std::size_t done = 0;
        const soxr_error_t error =
            soxr_oneshot(audio.sample_rate_hz, sample_rate_hz, 1, from.data(), from.size(), nullptr,
                         to.data(), to.size(), &done, nullptr, &quality, nullptr);
        if (error != nullptr) {
            throw std::runtime_error(std::string("soxr: ") + error);
        }
        to.resize(frames);
        result.channels.push_back(std::move(to));
    }
    return result;
}

}  // namespace earshot::test
