#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace earshot::test {

struct WatchSettings {
    std::uint16_t port = 0;
    int listeners = 8;
    double seconds = 0.0;                    ///< Of programme; 0: to its end.
    std::string perspective = "subjective";  ///< Whose state is shown.
    std::filesystem::path folder;            ///< start.json and status.json go there.
};

/// Shows a running demo in the terminal until the programme ends: one line that changes, or, where
/// the output is no terminal, a line now and then. Keeps the server's account for the verdict.
/// @throws std::runtime_error  if the server goes away or never starts to play.
void watch_demo(const WatchSettings& settings);

}  // namespace earshot::test
