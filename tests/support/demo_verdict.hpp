#pragma once

#include <filesystem>
#include <string>

namespace earshot::test {

struct VerdictSettings {
    std::filesystem::path
        folder;  ///< start.json, status.json, journal.packets, NAME.wav, NAME.wav.json.
    std::filesystem::path show;
    std::string picture_of = "subjective";  ///< The first listener of this perspective is drawn.
};

/// The demo's bounds. What listeners say of themselves counts only for what they lost.
inline constexpr double kErrorBoundUs = 1'000.0;
inline constexpr double kSpreadBoundUs = 1'000.0;

/// Judges a finished demo by its recordings: prints the tables and draws the picture.
/// @return true if every figure is within its bound; else it has printed which are not.
/// @throws std::runtime_error  if something that should be there is missing.
[[nodiscard]] bool judge_demo(const VerdictSettings& settings);

}  // namespace earshot::test
