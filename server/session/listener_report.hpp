#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace earshot::session {

/// What a listener last said of itself. Units as in telemetry.proto.
struct ListenerReport {
    bool known = false;
    bool playing = false;
    double offset_us = 0.0;
    double fit_bound_us = 0.0;
    double path_bound_us = 0.0;
    double skew_ppm = 0.0;
    double error_p50_us = 0.0;
    double error_p99_us = 0.0;
    double error_max_us = 0.0;
    std::optional<double> error_mean_us;  ///< Positive is late. Nothing: it does not tell.
    double correction_ppm = 0.0;
    double buffer_ms = 0.0;
    double device_latency_ms = 0.0;
    double rtt_us = 0.0;
    std::uint64_t received = 0;
    std::uint64_t late = 0;
    std::uint64_t lost = 0;
    std::uint64_t concealed_frames = 0;
    std::uint32_t reanchors = 0;
    std::uint32_t device_jumps = 0;
    std::int64_t media_time = 0;
    std::uint32_t epoch = 0;
    std::string state;
    std::string transport;
};

}  // namespace earshot::session
