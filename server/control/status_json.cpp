#include "server/control/status_json.hpp"

#include "common/base/json.hpp"
#include "server/session/lead.hpp"
#include "server/session/room_risk.hpp"

namespace earshot::control {
namespace {

std::int64_t count(MediaTime time) {
    return time.time_since_epoch().count();
}
std::int64_t count(ProgrammeTime time) {
    return time.time_since_epoch().count();
}

void write_timeline(JsonWriter& json, const timeline::ProgrammeMap& map) {
    json.key("timeline").begin_array();
    for (const auto& segment : map.segments()) {
        json.begin_object()
            .field("epoch", segment.epoch.value)
            .field("media_time", count(segment.media))
            .field("programme_time", count(segment.programme))
            .field("rate", segment.rate)
            .end_object();
    }
    json.end_array();
}

void write_streams(JsonWriter& json, const session::Session& session, MediaInstant now) {
    json.key("streams").begin_array();
    int index = 0;
    for (const show::Perspective& perspective : session.show().perspectives) {
        const StreamId stream{static_cast<std::uint8_t>(index++)};
        json.begin_object()
            .field("stream_id", stream.value)
            .field("perspective", perspective.id)
            .field("title", perspective.title);
        if (const auto* state = session.playback().state_now(stream, now)) {
            json.field("state", state->card.id)
                .field("label", state->card.label)
                .field("intensity", state->intensity);
        }
        const evidence::DeliveryFigures delivery = session.lockstep().delivery(stream);
        json.field("listeners", session.listeners_of(stream))
            .field("delivery", evidence::to_string(delivery.verdict()))
            .field("delivery_statement", delivery.statement())
            .end_object();
    }
    json.end_array();
}

void write_listener(JsonWriter& json,
                    const session::Session& session,
                    const session::Listener& listener) {
    const session::ListenerReport& report = listener.report;
    json.begin_object()
        .field("id", listener.id.value)
        .field("badge", listener.badge)
        .field("name", listener.name)
        .field("group", listener.group)
        .field("client", listener.client)
        .field("perspective", session.show().perspectives.at(listener.stream.value).id)
        .field("connected", listener.connection.has_value())
        .field("reported", report.known)
        .field("playing", report.playing)
        .field("in_step", session::Session::is_in_step(listener))
        .field("at_risk", session.risk_of(listener) != session::Risk::none)
        .field("risk", session::to_string(session.risk_of(listener)))
        .field("state", report.state)
        .field("error_p50_us", report.error_p50_us)
        .field("error_p99_us", report.error_p99_us)
        .field("error_max_us", report.error_max_us);
    if (report.error_mean_us) json.field("error_mean_us", *report.error_mean_us);
    json.field("fit_bound_us", report.fit_bound_us)
        .field("path_bound_us", report.path_bound_us)
        .field("offset_us", report.offset_us)
        .field("skew_ppm", report.skew_ppm)
        .field("correction_ppm", report.correction_ppm)
        .field("buffer_ms", report.buffer_ms)
        .field("device_latency_ms", report.device_latency_ms)
        .field("rtt_us", report.rtt_us)
        .field("received", report.received)
        .field("late", report.late)
        .field("lost", report.lost)
        .field("concealed_frames", report.concealed_frames)
        .field("reanchors", report.reanchors)
        .field("device_jumps", report.device_jumps)
        .field("media_time", report.media_time)
        .field("epoch", report.epoch)
        .field("transport", report.transport)
        .end_object();
}

}  // namespace

std::string status_json(const session::Session& session, const StatusSources& sources) {
    const MediaInstant now = sources.clock.now();
    const ProgrammeTime position = session.playback().position(now);
    const audio::FeedCounters feed = sources.feed.counters();
    const session::RoomRisk room = session::room_risk(session);
    JsonWriter json;
    json.begin_object()
        .field("server", session.settings().server_name)
        .field("session", session.settings().id)
        .field("title", session.show().title)
        .field("rights", session.show().rights)
        .field("phase", timeline::to_string(session.playback().phase(now)))
        .field("panic", session.in_panic())
        .field("media_epoch_raw_ns", sources.clock.epoch_raw_ns())
        .field("media_time", count(to_frame(now)))
        .field("programme_time", count(position))
        .field("programme", show::format_programme_time(position))
        .field("lead_ms", session.settings().lead / std::chrono::milliseconds{1})
        .field("preset", session::preset_name(session.settings().lead))
        .field("lead_now_ms", session.playback().lead_now() / std::chrono::milliseconds{1})
        .field("listeners_connected", session.listeners().connected())
        .field("listeners_in_step", session.in_step())
        .field("listeners_at_risk", room.at_risk)
        .field("packets", sources.stream_packets)
        .field("bytes", sources.stream_bytes)
        .field("late_ticks", sources.late_ticks)
        .field("engine_load", sources.engine_load);
    if (const auto apart = session.lockstep().apart_us(now)) {
        json.field("listeners_apart_us", *apart);
    }
    if (!room.advice.empty()) json.field("advice", room.advice);
    json.key("source")
        .begin_object()
        .field("description", sources.feed.description())
        .field("stalled", feed.stalled)
        .field("stalls", feed.stalls)
        .field("starved_frames", feed.starved_frames)
        .field("overrun_frames", feed.overrun_frames)
        .field("rate_ppm", feed.rate_ppm)
        .field("fill_ms", feed.fill_ms)
        .end_object();
    write_timeline(json, session.playback().map());
    write_streams(json, session, now);
    json.key("listeners").begin_array();
    for (const auto& [id, listener] : session.listeners().all()) {
        write_listener(json, session, listener);
    }
    json.end_array().end_object();
    return std::move(json).text();
}

}  // namespace earshot::control
