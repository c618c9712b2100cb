#pragma once

#include "client/tools/load_figures.hpp"

#include <cstdint>
#include <string>

namespace earshot::load {

/// How a load test ended.
struct LoadSummary {
    std::uint32_t listeners = 0;
    std::uint32_t live = 0;  ///< Connected at the end.
    std::uint32_t never_live = 0;
    std::uint32_t refused = 0;
    std::uint32_t behind = 0;  ///< Stalled: over a second behind the newest of their stream.
    std::uint32_t decoding = 0;
    double seconds = 0.0;
    std::uint64_t received = 0;
    std::uint64_t missing = 0;
    std::uint64_t repaired = 0;  ///< Came after later ones.
    std::uint64_t repeated = 0;
    std::uint64_t disconnects = 0;
    std::uint64_t concealed_frames = 0;  ///< Of those that decode.
    double error_p99_us = 0.0;           ///< The worst of those that decode, over the last 2 s.
    double cpu_s = 0.0;                  ///< This process.
    bool tls = false;
    bool udp = false;          ///< Asked for.
    std::uint32_t on_udp = 0;  ///< Listeners whose media comes by UDP at the end.
    std::string last_problem;

    /// Nothing missing, everybody in and still there.
    [[nodiscard]] bool good() const noexcept {
        return missing == 0 && behind == 0 && never_live == 0 && refused == 0 && received > 0;
    }
};

/// One JSON object, its keys a contract.
[[nodiscard]] std::string summary_json(const LoadSummary& summary, const Figures& figures);
/// A few lines for people.
[[nodiscard]] std::string summary_text(const LoadSummary& summary, const Figures& figures);

}  // namespace earshot::load
