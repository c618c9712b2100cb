#pragma once

#include "common/base/errc.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::show {

/// Errors quote files, and what they quote may hold a line's end: control characters to spaces.
[[nodiscard]] std::string one_line(std::string_view text);

/// A word as errors quote it.
[[nodiscard]] std::string in_quotes(std::string_view word);

/// "0.5", "20000": a bound as people write it, to six decimals.
[[nodiscard]] std::string plain_number(double value);

/// The whole of a text file.
/// @param what  What it should be, for errors: "a show file".
/// Fails with Errc::not_found, io_failed or payload_too_large.
[[nodiscard]] Expected<std::string> read_text_file(const std::filesystem::path& file,
                                                   std::size_t max_bytes,
                                                   std::string_view what);

}  // namespace earshot::show
