#include "client/core/telemetry.hpp"

#include "earshot/v1/telemetry.pb.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace earshot::client {
namespace {

std::uint32_t held_u32(std::int64_t value) noexcept {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::chrono::nanoseconds clock_offset(const sync::ClockModel& clock) noexcept {
    return clock.valid
               ? clock.media_reference.time_since_epoch() - clock.local_reference.time_since_epoch()
               : std::chrono::nanoseconds{0};
}

void fill_telemetry(const TelemetrySources& from, v1::Telemetry& message) {
    message.set_offset_ns(clock_offset(from.clock).count());
    message.set_fit_bound_ns(held_u32(from.clock.fit_bound.count()));
    message.set_path_bound_ns(held_u32(from.clock.path_bound.count()));
    message.set_skew_ppm(static_cast<float>(from.clock.skew * 1e6));
    message.set_error_p50_us(from.player.error_p50_us);
    message.set_error_p99_us(from.player.error_p99_us);
    message.set_error_max_us(from.player.error_max_us);
    message.set_error_mean_us(from.player.error_mean_us);
    message.set_correction_ppm(from.player.correction_ppm);
    message.set_buffer_ms(from.player.buffer_ms);
    message.set_device_latency_ms(static_cast<float>(from.device_latency_ms));
    message.set_packets_received(from.player.packets_received);
    message.set_packets_late(from.player.packets_late);
    message.set_packets_lost(from.player.packets_lost);
    message.set_frames_concealed(from.player.frames_concealed);
    message.set_reanchors(from.player.reanchors);
    message.set_device_jumps(held_u32(static_cast<std::int64_t>(from.player.device_jumps)));
    message.set_rtt_us(held_u32(from.round_trip.count() / 1'000));
    message.set_media_time(from.player.media.time_since_epoch().count());
    message.set_epoch(from.player.epoch.value);
    message.set_state(from.state);
    message.set_playing(from.player.playing);
    message.set_transport(std::string{from.transport});
    for (const wire::SecondChecksum& second : from.delivered) {
        v1::DeliveredSecond& out = *message.add_delivered();
        out.set_stream_id(second.stream.value);
        out.set_epoch(second.epoch.value);
        out.set_second(second.second);
        out.set_packets(second.packets);
        out.set_checksum(second.sum);
    }
}

}  // namespace earshot::client
