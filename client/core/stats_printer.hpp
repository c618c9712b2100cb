#pragma once

#include "client/core/player.hpp"
#include "common/sync/clock_model.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace earshot::client {

/// One second of a listener, for people and for scripts.
struct StatsLine {
    double time_s = 0.0;  ///< Since the program's start.
    bool connected = false;
    sync::ClockModel clock;
    std::chrono::nanoseconds round_trip{0};
    PlayerStats player;
    StreamId stream{};
    std::string perspective;
    std::string state;  ///< Heard now.
    std::string caption;
    MediaTime media{};  ///< At the DAC now, by the clock.
    ProgrammeTime programme{};
    std::string transport;  ///< "udp", "ws", or "none" where UDP is asked for and does not pass.
    std::uint64_t repaired = 0;      ///< Packets that were missing and came again in time.
    double device_latency_ms = 0.0;  ///< As the sink reports it.
};

/// "HH:MM:SS.mmm"; negative times have a minus in front.
[[nodiscard]] std::string programme_text(ProgrammeTime time);

/// One JSON object without a line end. The keys are a contract (DESIGN 5).
[[nodiscard]] std::string stats_json(const StatsLine& line);

/// One line a person can read.
[[nodiscard]] std::string stats_text(const StatsLine& line);

}  // namespace earshot::client
