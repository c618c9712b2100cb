#pragma once

#include "common/audio/block.hpp"
#include "common/audio/downmix.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace earshot::audio {

/// What a sound file is.
struct AudioFileFacts {
    int sample_rate_hz = 0;
    std::int64_t frames = 0;      ///< At sample_rate_hz.
    std::vector<Speaker> layout;  ///< One per channel.
    std::string format;           ///< For people: "FLAC", "WAV".
};

/// A sound file of any format libsndfile knows, read from any frame.
/// Thread: one owner. Real-time: no.
class AudioFile {
public:
    /// @throws std::runtime_error  one line that names the file and what is wrong with it.
    explicit AudioFile(const std::filesystem::path& path);
    ~AudioFile();
    AudioFile(AudioFile&&) noexcept;
    AudioFile& operator=(AudioFile&&) noexcept;

    [[nodiscard]] const AudioFileFacts& facts() const noexcept { return facts_; }
    [[nodiscard]] int channels() const noexcept { return static_cast<int>(facts_.layout.size()); }

    /// Frames from first_frame on; frames outside the file are silence.
    /// @param out  Shape [frames][channels()], full scale 1.0.
    /// @return false if the file could not be read; out is then silence.
    bool read(std::int64_t first_frame, std::span<float> out);

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
    AudioFileFacts facts_;
    std::int64_t next_frame_ = 0;  ///< Where the decoder stands; -1: unknown.
};

/// How a WAV file holds its samples.
enum class WavFormat {
    float32,
    s16,  ///< With triangular dither, the same at every run.
    s24,  ///< The same.
};

/// Writes a WAV file as it comes. The header is brought up to date every second of sound, so that a
/// file stays readable if the process dies.
/// Thread: one owner. Real-time: no.
class WavWriter {
public:
    /// @throws std::runtime_error  one line that names the file and what is wrong with it.
    WavWriter(const std::filesystem::path& path,
              int sample_rate_hz,
              int channels,
              WavFormat format);
    /// Completes the file.
    ~WavWriter();
    WavWriter(WavWriter&&) noexcept;
    WavWriter& operator=(WavWriter&&) noexcept;

    /// @param in  Shape [channels][frames], full scale 1.0; integer formats clip.
    /// @return false if the medium is full or the file would pass 4 GB; nothing more is written
    /// then.
    [[nodiscard]] bool write(ConstBlockView in);

    /// Completes the file; write() is refused afterwards. @return false if that failed.
    bool close() noexcept;

    [[nodiscard]] std::int64_t frames() const noexcept { return frames_; }

private:
    struct Handle;
    [[nodiscard]] bool write_piece(ConstBlockView in);

    std::unique_ptr<Handle> handle_;
    WavFormat format_;
    int sample_rate_hz_;
    int channels_;
    std::int64_t frames_ = 0;
    std::int64_t header_frames_ = 0;  ///< What the header on the medium says.
    std::vector<float> floats_;       ///< Shape [frames][channels], one piece.
    std::vector<std::int16_t> steps_s16_;
    std::vector<std::int32_t> steps_s24_;
};

}  // namespace earshot::audio
