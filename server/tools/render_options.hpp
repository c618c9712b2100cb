#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace earshot::tools {

/// What the command line of earshot-render says.
struct RenderOptions {
    std::filesystem::path show;
    std::filesystem::path in;
    std::string state;
    std::filesystem::path state_file;
    double intensity = 1.0;
    std::filesystem::path out;
    std::string perspective;  ///< Empty: the show's default.
    std::filesystem::path plot;
    bool as_float = false;
    bool no_limiter = false;
    std::optional<double> calibration_db;  ///< dB SPL of full scale, where a state says nothing.
    std::filesystem::path cards;
};

/// What main() does after reading the options.
struct ParsedRenderOptions {
    RenderOptions options;
    int exit_code = -1;  ///< 0 or 2: all is said (help, version, wrong usage); -1: go on.
};

/// Reads the command line; prints help, version, or in one line what is wrong with the usage.
[[nodiscard]] ParsedRenderOptions parse_render_options(int argc, const char* const* argv);

}  // namespace earshot::tools
