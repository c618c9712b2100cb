#pragma once

#include "common/base/errc.hpp"
#include "common/base/time.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::show {

/// Largest caption file, and most of what one may hold.
inline constexpr std::size_t kMaxWebVttBytes = 2 * 1024 * 1024;
inline constexpr std::size_t kMaxCaptions = 20'000;
inline constexpr std::size_t kMaxCaptionBytes = 600;

/// What is read along with the sound from one programme time to another.
struct Caption {
    ProgrammeTime from;
    ProgrammeTime to;     ///< After from; captions may overlap.
    std::string speaker;  ///< Of the first voice named; one line, may be empty.
    std::string text;     ///< Plain text, lines parted by \n; never empty.

    [[nodiscard]] friend bool operator==(const Caption&, const Caption&) = default;
};

/// Reads WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"): times and texts. Styling,
/// positions, regions and notes are left out; markup is taken off.
/// @param name  Stands for the file in errors, which name file, line and what was expected.
/// @return by start; captions without text are not among them.
[[nodiscard]] Expected<std::vector<Caption>> read_webvtt(std::string_view vtt,
                                                         std::string_view name);
/// The same from a file.
[[nodiscard]] Expected<std::vector<Caption>> load_webvtt(const std::filesystem::path& file);

}  // namespace earshot::show
