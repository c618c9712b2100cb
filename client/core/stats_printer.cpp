#include "client/core/stats_printer.hpp"

#include "client/core/telemetry.hpp"
#include "common/base/json.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace earshot::client {
namespace {

/// Three decimals: what a person or a plot can use, and short lines.
double rounded(double value) {
    return std::round(value * 1e3) / 1e3;
}

double microseconds(std::chrono::nanoseconds time) {
    return rounded(static_cast<double>(time.count()) * 1e-3);
}

}  // namespace

std::string programme_text(ProgrammeTime time) {
    const std::int64_t frames = time.time_since_epoch().count();
    const std::int64_t ms = std::abs(frames) / (kSampleRateHz / 1'000);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%s%02lld:%02lld:%02lld.%03lld",
                  frames < 0 && ms > 0 ? "-" : "", static_cast<long long>(ms / 3'600'000),
                  static_cast<long long>(ms / 60'000 % 60), static_cast<long long>(ms / 1'000 % 60),
                  static_cast<long long>(ms % 1'000));
    return text.data();
}

std::string stats_json(const StatsLine& line) {
    const PlayerStats& player = line.player;
    JsonWriter json;
    json.begin_object()
        .field("time_s", rounded(line.time_s))
        .field("connected", line.connected)
        .field("playing", player.playing)
        .field("offset_us", microseconds(clock_offset(line.clock)))
        .field("fit_bound_us", microseconds(line.clock.fit_bound))
        .field("path_bound_us", microseconds(line.clock.path_bound))
        .field("skew_ppm", rounded(line.clock.skew * 1e6))
        .field("error_p50_us", rounded(static_cast<double>(player.error_p50_us)))
        .field("error_p99_us", rounded(static_cast<double>(player.error_p99_us)))
        .field("error_max_us", rounded(static_cast<double>(player.error_max_us)))
        .field("error_mean_us", rounded(static_cast<double>(player.error_mean_us)))
        .field("correction_ppm", rounded(static_cast<double>(player.correction_ppm)))
        .field("buffer_ms", rounded(static_cast<double>(player.buffer_ms)))
        .field("received", player.packets_received)
        .field("late", player.packets_late)
        .field("lost", player.packets_lost)
        .field("concealed_frames", player.frames_concealed)
        .field("reanchors", player.reanchors)
        .field("device_jumps", player.device_jumps)
        .field("rtt_us", microseconds(line.round_trip))
        .field("stream", line.stream.value)
        .field("perspective", line.perspective)
        .field("epoch", player.epoch.value)
        .field("state", line.state)
        .field("caption", line.caption)
        .field("media_time", line.media.time_since_epoch().count())
        .field("programme_time", programme_text(line.programme))
        .field("transport", line.transport)
        .field("repaired", line.repaired)
        .field("device_latency_ms", rounded(line.device_latency_ms))
        .end_object();
    return std::move(json).text();
}

std::string stats_text(const StatsLine& line) {
    std::array<char, 320> text{};
    const PlayerStats& player = line.player;
    std::snprintf(
        text.data(), text.size(),
        "%7.1f s  %-12s %s  %-16s error p50 %.0f p99 %.0f us  clock +-%.0f us  %+.1f ppm  "
        "buffer %.0f ms  late %llu lost %llu  by %s repaired %llu",
        line.time_s, line.connected ? (player.playing ? "playing" : "waiting") : "reconnecting",
        programme_text(line.programme).c_str(), line.state.substr(0, 40).c_str(),
        static_cast<double>(player.error_p50_us), static_cast<double>(player.error_p99_us),
        static_cast<double>(line.clock.fit_bound.count()) * 1e-3,
        static_cast<double>(player.correction_ppm), static_cast<double>(player.buffer_ms),
        static_cast<unsigned long long>(player.packets_late),
        static_cast<unsigned long long>(player.packets_lost), line.transport.c_str(),
        static_cast<unsigned long long>(line.repaired));
    return text.data();
}

}  // namespace earshot::client
