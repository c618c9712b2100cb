#pragma once

#include "tests/support/audio_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace earshot::test {

/// What a simulated device played, and its injected clock: when each frame sounded, in truth.
class Recording {
public:
    /// One known instant of the device.
    struct Mark {
        std::int64_t frame = 0;
        std::int64_t raw_ns = 0;  ///< CLOCK_MONOTONIC_RAW when the frame starts to sound.
    };

    /// @param marks  By frame, at least two. @throws std::invalid_argument  otherwise.
    Recording(Audio audio, std::vector<Mark> marks, double ppm = 0.0);

    [[nodiscard]] const Audio& audio() const noexcept { return audio_; }
    [[nodiscard]] std::int64_t frames() const noexcept {
        return static_cast<std::int64_t>(audio_.frames());
    }
    [[nodiscard]] double ppm() const noexcept { return ppm_; }
    /// When a frame sounded; straight lines between the marks and beyond them.
    [[nodiscard]] double raw_ns(double frame) const;
    /// The inverse.
    [[nodiscard]] double frame_at(double raw_ns) const;

private:
    Audio audio_;
    std::vector<Mark> marks_;
    double ppm_;
};

/// Reads the WAV of a file sink and the JSON beside it (`<wav>.json`).
/// @throws std::runtime_error  if one is missing or malformed.
[[nodiscard]] Recording read_recording(const std::filesystem::path& wav);

/// What a listener decoded before its drift corrector, block by block of 960 frames.
struct DecodedTap {
    struct Entry {
        std::int64_t file_frame = 0;
        std::uint32_t epoch = 0;
        std::uint32_t sequence = 0;
        std::int64_t media = 0;
        std::int64_t programme = 0;
        int stream = 0;
        bool concealed = false;
    };
    Audio audio;
    std::vector<Entry> entries;
};

/// Reads a decoded recording and the JSON beside it.
/// @throws std::runtime_error  if one is missing or malformed.
[[nodiscard]] DecodedTap read_decoded_tap(const std::filesystem::path& wav);

}  // namespace earshot::test
