#include "server/session/telemetry_report.hpp"

#include "earshot/v1/telemetry.pb.h"
#include "server/session/messages.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace earshot::session {
namespace {

constexpr double kMostUs = 1e8;   ///< 100 s
constexpr double kMostMs = 1e6;   ///< 17 min
constexpr double kMostPpm = 1e5;  ///< 10 %
constexpr int kMostSeconds = 8;
constexpr std::size_t kMostTransport = 8;

double held(float value, double least, double most) {
    return std::clamp(static_cast<double>(value), least, most);
}

bool plausible(const v1::Telemetry& message) {
    const std::array errors{message.error_p50_us(), message.error_p99_us(), message.error_max_us()};
    const std::array others{message.skew_ppm(), message.correction_ppm(), message.buffer_ms(),
                            message.device_latency_ms(), message.error_mean_us()};
    return std::ranges::all_of(errors, [](float e) { return std::isfinite(e) && e >= 0.0F; }) &&
           std::ranges::all_of(others, [](float value) { return std::isfinite(value); });
}

}  // namespace

std::optional<ListenerReport> report_of(const v1::Telemetry& message) {
    if (!plausible(message)) return std::nullopt;
    std::optional<double> mean;
    if (message.has_error_mean_us()) mean = held(message.error_mean_us(), -kMostUs, kMostUs);
    return ListenerReport{.known = true,
                          .playing = message.playing(),
                          .offset_us = static_cast<double>(message.offset_ns()) / 1e3,
                          .fit_bound_us = message.fit_bound_ns() / 1e3,
                          .path_bound_us = message.path_bound_ns() / 1e3,
                          .skew_ppm = held(message.skew_ppm(), -kMostPpm, kMostPpm),
                          .error_p50_us = held(message.error_p50_us(), 0.0, kMostUs),
                          .error_p99_us = held(message.error_p99_us(), 0.0, kMostUs),
                          .error_max_us = held(message.error_max_us(), 0.0, kMostUs),
                          .error_mean_us = mean,
                          .correction_ppm = held(message.correction_ppm(), -kMostPpm, kMostPpm),
                          .buffer_ms = held(message.buffer_ms(), -kMostMs, kMostMs),
                          .device_latency_ms = held(message.device_latency_ms(), -kMostMs, kMostMs),
                          .rtt_us = static_cast<double>(message.rtt_us()),
                          .received = message.packets_received(),
                          .late = message.packets_late(),
                          .lost = message.packets_lost(),
                          .concealed_frames = message.frames_concealed(),
                          .reanchors = message.reanchors(),
                          .device_jumps = message.device_jumps(),
                          .media_time = message.media_time(),
                          .epoch = message.epoch(),
                          .state = label(message.state()),
                          .transport = label(message.transport()).substr(0, kMostTransport)};
}

std::vector<wire::SecondChecksum> delivered_of(const v1::Telemetry& message) {
    std::vector<wire::SecondChecksum> seconds;
    for (int n = 0; n < std::min(message.delivered_size(), kMostSeconds); ++n) {
        const v1::DeliveredSecond& from = message.delivered(n);
        if (from.stream_id() >= wire::kMaxPerspectives) continue;
        seconds.push_back({.stream = StreamId{static_cast<std::uint8_t>(from.stream_id())},
                           .epoch = Epoch{from.epoch()},
                           .second = from.second(),
                           .packets = from.packets(),
                           .sum = from.checksum()});
    }
    return seconds;
}

evidence::ListenerSample sample_of(const ListenerReport& report, StreamId stream, bool in_step) {
    return {.stream = stream,
            .playing = report.playing,
            .in_step = in_step,
            .error_p50_us = report.error_p50_us,
            .error_p99_us = report.error_p99_us,
            .error_max_us = report.error_max_us,
            .error_mean_us = report.error_mean_us,
            .received = report.received,
            .late = report.late,
            .lost = report.lost,
            .concealed_frames = report.concealed_frames,
            .reanchors = report.reanchors};
}

}  // namespace earshot::session
