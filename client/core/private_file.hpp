#pragma once

#include "common/base/errc.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::client {

/// Makes a directory (0700) if there is none. @throws std::runtime_error  one line that names it.
void make_state_directory(const std::filesystem::path& directory);

/// The whole of a small file; empty if there is none, or if it is longer: then it is none of ours.
[[nodiscard]] std::string read_small_file(const std::filesystem::path& path, std::size_t most);

/// Writes a file for its owner's eyes only. Atomic: after a crash there is the old one or the new.
/// @param what  Stands in the text of a failure: "the resume token".
[[nodiscard]] Expected<bool> write_private_file(const std::filesystem::path& path,
                                                std::string_view bytes,
                                                const std::string& what);

}  // namespace earshot::client
