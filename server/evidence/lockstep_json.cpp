#include "common/base/json.hpp"
#include "server/evidence/lockstep_formats.hpp"

#include <cmath>
#include <utility>

namespace earshot::evidence {
namespace {

/// One decimal: what a person or a plot can use, and short lines.
double rounded(double value) {
    return std::round(value * 10.0) / 10.0;
}

void write_errors(JsonWriter& json, std::string_view name, const ErrorBins& errors, bool bins) {
    json.key(name)
        .begin_object()
        .field("reports", errors.count())
        .field("p50", rounded(errors.quantile_us(0.5)))
        .field("p95", rounded(errors.quantile_us(0.95)))
        .field("p99", rounded(errors.quantile_us(0.99)))
        .field("max", rounded(errors.max_us()));
    if (bins) {
        json.key("up_to_us").begin_array();
        for (std::size_t bin = 0; bin < ErrorBins::kBins; ++bin) {
            if (errors.count(bin) == 0) continue;
            json.begin_array().value(rounded(ErrorBins::edge_us(bin))).value(errors.count(bin));
            json.end_array();
        }
        json.end_array();
    }
    json.end_object();
}

void write_counts(JsonWriter& json, const Tally& tally) {
    json.field("error_max_us", rounded(tally.error_max_us))
        .field("reports", tally.reports)
        .field("playing", tally.playing)
        .field("in_step", tally.in_step)
        .field("joins", tally.joins)
        .field("returns", tally.returns)
        .field("departures", tally.departures)
        .field("reanchors", tally.reanchors)
        .field("late", tally.late)
        .field("lost", tally.lost)
        .field("concealed_frames", tally.concealed_frames);
}

void write_delivery(JsonWriter& json, const LockstepReport& report, const SessionFacts& facts) {
    json.key("delivery").begin_array();
    for (std::size_t n = 0; n < facts.perspectives.size(); ++n) {
        const DeliveryFigures figures = report.delivery(StreamId{static_cast<std::uint8_t>(n)});
        json.begin_object()
            .field("perspective", facts.perspectives[n])
            .field("verdict", to_string(figures.verdict()))
            .field("statement", figures.statement())
            .field("listeners", figures.listeners)
            .field("listeners_silent", figures.silent)
            .field("seconds", figures.seconds)
            .field("packets", figures.packets)
            .field("missing", figures.missing)
            .field("different", figures.different)
            .field("unverifiable", figures.unverifiable)
            .field("concealed_frames", figures.concealed_frames)
            .end_object();
    }
    json.end_array();
}

void write_slots(JsonWriter& json, const LockstepReport& report) {
    const double length = std::chrono::duration<double>(report.slot_length()).count();
    json.field("slot_s", length).key("slots").begin_array();
    for (std::size_t n = 0; n < report.slots().size(); ++n) {
        const Tally& slot = report.slots()[n];
        json.begin_object().field("from_s", static_cast<double>(n) * length);
        write_errors(json, "error_p50_us", slot.error_p50, false);
        write_errors(json, "error_p99_us", slot.error_p99, false);
        write_errors(json, "apart_us", slot.apart, false);
        write_counts(json, slot);
        json.end_object();
    }
    json.end_array();
}

void write_listeners(JsonWriter& json, const LockstepReport& report, const SessionFacts& facts) {
    json.field("listeners_forgotten", report.forgotten()).key("listeners").begin_array();
    for (const auto& [id, record] : report.listeners()) {
        const std::size_t stream = record.stream.value;
        json.begin_object()
            .field("id", id.value)
            .field("badge", record.badge)
            .field("perspective",
                   stream < facts.perspectives.size() ? facts.perspectives[stream] : std::string{})
            .field("connected", record.connected)
            .field("joined_s", rounded(seconds_since_begin(report, record.joined)))
            .field("seen_s", rounded(seconds_since_begin(report, record.seen)));
        write_errors(json, "error_p50_us", record.tally.error_p50, false);
        write_errors(json, "error_p99_us", record.tally.error_p99, false);
        write_counts(json, record.tally);
        json.field("seconds_compared", record.seconds_compared)
            .field("seconds_different", record.seconds_different)
            .field("packets_missing", record.packets_missing)
            .end_object();
    }
    json.end_array();
}

void write_events(JsonWriter& json, const LockstepReport& report) {
    json.field("events_dropped", report.events_dropped()).key("events").begin_array();
    for (const LockstepEvent& event : report.events()) {
        json.begin_object()
            .field("at_s", rounded(seconds_since_begin(report, event.at)))
            .field("event", to_string(event.kind))
            .field("id", event.listener.value)
            .field("badge", event.badge);
        if (event.kind == LockstepEvent::Kind::concealed) json.field("frames", event.count);
        if (event.kind == LockstepEvent::Kind::reanchored) json.field("count", event.count);
        if (event.kind == LockstepEvent::Kind::different) json.field("second", event.count);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

std::string lockstep_json(const LockstepReport& report, const SessionFacts& facts) {
    JsonWriter json;
    json.begin_object()
        .field("session", facts.id)
        .field("title", facts.title)
        .field("server", facts.server)
        .field("duration_s", rounded(seconds_since_begin(report, facts.now)))
        .key("total")
        .begin_object();
    write_errors(json, "error_p50_us", report.total().error_p50, true);
    write_errors(json, "error_p99_us", report.total().error_p99, true);
    write_errors(json, "apart_us", report.total().apart, true);
    write_counts(json, report.total());
    json.end_object();
    write_delivery(json, report, facts);
    json.field("seconds_refused", report.refused());
    write_slots(json, report);
    write_listeners(json, report, facts);
    write_events(json, report);
    json.end_object();
    return std::move(json).text();
}

}  // namespace earshot::evidence
