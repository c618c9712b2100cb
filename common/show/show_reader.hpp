#pragma once

#include "common/show/show.hpp"

#include <filesystem>
#include <memory>
#include <string_view>

namespace earshot::show {

/// What a show file is checked against, beyond its own text.
struct ReadRules {
    std::string_view name;         ///< Stands for the file in errors.
    std::filesystem::path folder;  ///< Resolves relative paths.
    /// States that come with the program; null: read anew, some milliseconds.
    std::shared_ptr<const StateLibrary> presets = nullptr;
    bool files_must_exist = false;  ///< Check `file:` sources and layers on disk, read state files.
};

/// Reads and validates; see parse_show() for what callers use.
[[nodiscard]] Expected<Show> read_show(std::string_view toml, const ReadRules& rules);

}  // namespace earshot::show
