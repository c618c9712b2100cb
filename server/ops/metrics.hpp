#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace earshot::ops {

/// What the metrics show, taken at one moment. Totals count from the server's start.
struct MetricsSnapshot {
    std::string version;
    std::int64_t listeners = 0;
    std::int64_t listeners_in_step = 0;
    std::int64_t connections = 0;
    std::uint64_t packets_encoded = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_dropped_late = 0;
    std::uint64_t ring_drops = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t late_ticks = 0;
    std::uint64_t source_stalls = 0;
    std::uint64_t source_starved_frames = 0;
    double engine_load = 0.0;                  ///< Share of one core.
    std::map<std::string, std::uint64_t> refused;  ///< By reason; a fixed, small set.
    std::vector<double> errors_seconds;        ///< Each listener's 99 % presentation error, new reports only.
};

/// The Prometheus page: names begin with earshot_, base units, no label that names a listener.
/// Thread: control.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// The text exposition of a snapshot. Counters never go back; errors are added to a histogram.
    [[nodiscard]] std::string text(const MetricsSnapshot& snapshot);

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace earshot::ops
