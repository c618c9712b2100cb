#pragma once

#include "client/core/player.hpp"
#include "common/sync/clock_model.hpp"
#include "common/wire/second_checksum.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::v1 {
class Telemetry;
}

namespace earshot::client {

/// Everything a listener reports about itself.
struct TelemetrySources {
    PlayerStats player;
    sync::ClockModel clock;
    std::chrono::nanoseconds round_trip{0};
    double device_latency_ms = 0.0;
    std::string state;  ///< The hearing state that is heard now.
    std::string_view transport;
    std::vector<wire::SecondChecksum> delivered;
};

/// Media clock minus local clock, at the model's reference; zero while the model is not valid.
[[nodiscard]] std::chrono::nanoseconds clock_offset(const sync::ClockModel& clock) noexcept;

/// Writes the message; values that do not fit their field are held at its end.
void fill_telemetry(const TelemetrySources& from, v1::Telemetry& message);

}  // namespace earshot::client
