#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace earshot::test {

/// Whole sound in memory, planar: channels[channel][frame], full scale 1.0.
struct Audio {
    int sample_rate_hz = 48'000;
    std::vector<std::vector<float>> channels;

    [[nodiscard]] std::size_t frames() const noexcept {
        return channels.empty() ? 0 : channels.front().size();
    }
    [[nodiscard]] std::span<const float> channel(std::size_t index) const {
        return channels.at(index);
    }
};

enum class FileFormat { wav_pcm16, wav_pcm24, wav_float, flac_pcm16, flac_pcm24 };

/// @throws std::runtime_error  naming the file and libsndfile's reason.
[[nodiscard]] Audio read_audio(const std::filesystem::path& file);
/// @throws std::runtime_error  naming the file and libsndfile's reason.
void write_audio(const std::filesystem::path& file, const Audio& audio, FileFormat format);

/// Another sample rate, by libsoxr at its best; the same instants, no delay.
[[nodiscard]] Audio resampled(const Audio& audio, int sample_rate_hz);

}  // namespace earshot::test
