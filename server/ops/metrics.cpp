#include "server/ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace earshot::ops {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

void raise(prometheus::Counter& counter, std::uint64_t total) {
    const double more = static_cast<double>(total) - counter.Value();
    if (more > 0.0) counter.Increment(more);
}

}  // namespace

struct Metrics::Families {
    prometheus::Registry registry;
    prometheus::Gauge& listeners = gauge(registry, "earshot_listeners", "Connected listeners");
    prometheus::Gauge& in_step =
        gauge(registry, "earshot_listeners_in_step", "Listeners whose 99 % error is under 1 ms");
    prometheus::Gauge& connections =
        gauge(registry, "earshot_connections", "Open sockets, listeners included");
    prometheus::Gauge& engine_load =
        gauge(registry, "earshot_engine_load_ratio", "Share of one core that rendering takes");
    prometheus::Counter& encoded =
        counter(registry, "earshot_packets_encoded_total", "Packets encoded, all streams");
    prometheus::Counter& sent = counter(registry, "earshot_packets_sent_total", "Packets sent to listeners");
    prometheus::Counter& dropped = counter(registry, "earshot_packets_dropped_late_total",
                                           "Packets dropped for a listener too slow to take them in time");
    prometheus::Counter& ring_drops =
        counter(registry, "earshot_shard_ring_drops_total", "Packets that found a shard's ring full");
    prometheus::Counter& bytes = counter(registry, "earshot_sent_bytes_total", "Bytes sent to listeners");
    prometheus::Counter& late =
        counter(registry, "earshot_engine_late_ticks_total", "Engine ticks that came too late");
    prometheus::Counter& stalls =
        counter(registry, "earshot_source_stalls_total", "Times the source stopped delivering");
    prometheus::Counter& starved = counter(registry, "earshot_source_starved_seconds_total",
                                           "Silence played because the source had nothing");
    prometheus::Family<prometheus::Counter>& refused =
        prometheus::BuildCounter()
            .Name("earshot_connections_refused_total")
            .Help("Connections refused or closed, by reason")
            .Register(registry);
    prometheus::Family<prometheus::Gauge>& info = prometheus::BuildGauge()
                                                      .Name("earshot_build_info")
                                                      .Help("Always 1; the version is a label")
                                                      .Register(registry);
    prometheus::Histogram& errors =
        prometheus::BuildHistogram()
            .Name("earshot_presentation_error_seconds")
            .Help("Listeners' 99 % presentation error, as they report it every 2 s")
            .Register(registry)
            .Add({}, prometheus::Histogram::BucketBoundaries{20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3,
                                                             5e-3, 20e-3, 100e-3});
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

std::string Metrics::text(const MetricsSnapshot& snapshot) {
    constexpr double kFramesPerSecond = 48'000.0;
    Families& f = *families_;
    f.listeners.Set(static_cast<double>(snapshot.listeners));
    f.in_step.Set(static_cast<double>(snapshot.listeners_in_step));
    f.connections.Set(static_cast<double>(snapshot.connections));
    f.engine_load.Set(snapshot.engine_load);
    f.info.Add({{"version", snapshot.version}}).Set(1.0);
    raise(f.encoded, snapshot.packets_encoded);
    raise(f.sent, snapshot.packets_sent);
    raise(f.dropped, snapshot.packets_dropped_late);
    raise(f.ring_drops, snapshot.ring_drops);
    raise(f.bytes, snapshot.bytes_sent);
    raise(f.late, snapshot.late_ticks);
    raise(f.stalls, snapshot.source_stalls);
    const double starved = static_cast<double>(snapshot.source_starved_frames) / kFramesPerSecond;
    if (starved > f.starved.Value()) f.starved.Increment(starved - f.starved.Value());
    for (const auto& [reason, total] : snapshot.refused) raise(f.refused.Add({{"reason", reason}}), total);
    for (const double error : snapshot.errors_seconds) f.errors.Observe(error);
    return prometheus::TextSerializer().Serialize(f.registry.Collect());
}

}  // namespace earshot::ops
