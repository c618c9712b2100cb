#pragma once

#include "common/base/errc.hpp"
#include "common/dsp/audiogram.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::show {

/// Largest audiogram file.
inline constexpr std::size_t kMaxAudiogramBytes = 64 * 1024;

/// One person's hearing levels, dB HL.
struct EarAudiograms {
    dsp::Audiogram left;
    dsp::Audiogram right;
};

/// Reads lines of frequency in Hz and hearing level in dB of the left and the right ear, separated
/// by commas or semicolons, with a decimal point. A first line of names may put the columns in
/// another order. An empty level was not measured. Lines that begin with # are comments.
/// @param name  Stands for the file in errors, which name file, line and what was expected.
[[nodiscard]] Expected<EarAudiograms> read_audiogram_csv(
    std::string_view csv,
    std::string_view name,
    dsp::Audiogram::Axis axis = dsp::Audiogram::Axis::log_hz);
/// The same from a file.
[[nodiscard]] Expected<EarAudiograms> load_audiogram_csv(
    const std::filesystem::path& file, dsp::Audiogram::Axis axis = dsp::Audiogram::Axis::log_hz);

/// The text that read_audiogram_csv() takes, names first; exact.
[[nodiscard]] std::string format_audiogram_csv(const EarAudiograms& ears);

}  // namespace earshot::show
