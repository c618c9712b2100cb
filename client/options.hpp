#pragma once

#include "client/core/transport_choice.hpp"
#include "client/core/url.hpp"
#include "client/sink/sink_factory.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace earshot::client {

/// What --stats asks for.
enum class StatsFormat { none, text, json };

/// The command line of earshot-client, checked.
struct Options {
    ServerUrl url;
    std::string name;
    std::string group;
    std::string perspective;
    sink::SinkSpec sink;
    TransportChoice transport = TransportChoice::automatic;
    std::optional<double> device_latency_ms;     ///< Nothing: what was kept for the device, or 0.
    std::optional<sink::SinkSpec> tactile_sink;  ///< Where shakers are.
    std::optional<double> tactile_latency_ms;    ///< Likewise.
    bool lock_memory = false;
    double level_cap_dbfs = 0.0;
    std::filesystem::path state_dir;  ///< Empty: nothing is kept.
    std::string tls_ca;
    StatsFormat stats = StatsFormat::none;
    std::vector<std::string> on_state;     ///< Split; empty: no command.
    std::vector<std::string> on_haptic;    ///< Likewise.
    std::filesystem::path record_decoded;  ///< Empty: no recording.
    std::optional<std::chrono::duration<double>> duration;
};

/// The program ends at once with this code: help was asked for (0) or the usage is wrong (2).
struct EndWith {
    int code = 0;
};

/// Reads the command line; help and errors are printed.
[[nodiscard]] std::variant<Options, EndWith> parse_options(int argc, const char* const* argv);

}  // namespace earshot::client
