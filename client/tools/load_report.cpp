#include "client/tools/load_report.hpp"

#include "common/base/json.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace earshot::load {
namespace {

double rounded(double value) {
    return std::round(value * 1e3) / 1e3;
}

void spread_of(JsonWriter& json, std::string_view name, const Histogram& values) {
    json.key(name)
        .begin_object()
        .field("p50", rounded(values.quantile(0.50)))
        .field("p99", rounded(values.quantile(0.99)))
        .field("max", rounded(values.most()))
        .end_object();
}

}  // namespace

std::string summary_json(const LoadSummary& summary, const Figures& figures) {
    JsonWriter json;
    json.begin_object()
        .field("ok", summary.good())
        .field("listeners", summary.listeners)
        .field("live", summary.live)
        .field("never_live", summary.never_live)
        .field("refused", summary.refused)
        .field("behind", summary.behind)
        .field("disconnects", summary.disconnects)
        .field("seconds", rounded(summary.seconds))
        .field("transport", summary.udp ? "udp" : "ws")
        .field("on_udp", summary.on_udp)
        .field("tls", summary.tls)
        .field("received", summary.received)
        .field("missing", summary.missing)
        .field("repaired", summary.repaired)
        .field("repeated", summary.repeated)
        .field("late", figures.late);
    // The margin's bad end is the low one: 99 % of packets had more than "p99".
    json.key("margin_ms")
        .begin_object()
        .field("p50", rounded(figures.margin_ms.quantile(0.50)))
        .field("p99", rounded(figures.margin_ms.quantile(0.01)))
        .field("min", rounded(figures.margin_ms.least()))
        .end_object();
    spread_of(json, "fanout_us", figures.spread_us);
    spread_of(json, "join_ms", figures.join_ms);
    spread_of(json, "first_packet_ms", figures.first_packet_ms);
    spread_of(json, "fit_bound_us", figures.fit_bound_us);
    spread_of(json, "rtt_us", figures.round_trip_us);
    json.field("decoding", summary.decoding)
        .field("concealed_frames", summary.concealed_frames)
        .field("error_p99_us", rounded(summary.error_p99_us))
        .field("cpu_s", rounded(summary.cpu_s))
        .field("last_problem", summary.last_problem)
        .end_object();
    return std::move(json).text();
}

std::string summary_text(const LoadSummary& summary, const Figures& figures) {
    std::array<char, 1024> text{};
    std::snprintf(
        text.data(), text.size(),
        "%s: %u listeners (%u live at the end, %u never, %u refused, %u behind), %llu disconnects\n"
        "packets    received %llu  missing %llu  repaired %llu  repeated %llu  late %llu  by %s\n"
        "margin     p50 %.1f ms  p99 %.1f ms  least %.1f ms before presentation\n"
        "fan-out    p50 %.2f ms  p99 %.2f ms  first listener to last\n"
        "join       p50 %.0f ms  p99 %.0f ms  most %.0f ms\n"
        "clock      bound p99 %.0f us, round trip p50 %.0f us\n"
        "decoded    %u listeners, %llu frames concealed, worst error p99 %.0f us\n",
        summary.good() ? "FINE" : "FAILED", summary.listeners, summary.live, summary.never_live,
        summary.refused, summary.behind, static_cast<unsigned long long>(summary.disconnects),
        static_cast<unsigned long long>(summary.received),
        static_cast<unsigned long long>(summary.missing),
        static_cast<unsigned long long>(summary.repaired),
        static_cast<unsigned long long>(summary.repeated),
        static_cast<unsigned long long>(figures.late), summary.udp ? "udp" : "ws",
        figures.margin_ms.quantile(0.50), figures.margin_ms.quantile(0.01),
        figures.margin_ms.least(), figures.spread_us.quantile(0.50) * 1e-3,
        figures.spread_us.quantile(0.99) * 1e-3, figures.join_ms.quantile(0.50),
        figures.join_ms.quantile(0.99), figures.join_ms.most(), figures.fit_bound_us.quantile(0.99),
        figures.round_trip_us.quantile(0.50), summary.decoding,
        static_cast<unsigned long long>(summary.concealed_frames), summary.error_p99_us);
    std::string all = text.data();
    if (!summary.last_problem.empty()) {
        all += "last problem: " + summary.last_problem + "\n";
    }
    return all;
}

}  // namespace earshot::load
