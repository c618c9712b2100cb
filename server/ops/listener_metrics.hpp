#pragma once

#include "server/ops/metrics.hpp"

namespace earshot::ops {

/// The figures of one report of a listener that are kept as distributions. All are finite.
struct ListenerFigures {
    bool playing = false;  ///< Else its errors mean nothing.
    double error_p50_us = 0.0;
    double error_p99_us = 0.0;
    double fit_bound_us = 0.0;
    double path_bound_us = 0.0;
    double rtt_us = 0.0;
    double buffer_ms = 0.0;
    double correction_ppm = 0.0;
};

/// What listeners report, as histograms over all of them: their number never makes a series more.
/// Thread: control.
class ListenerMetrics {
public:
    /// @param metrics  Outlives this.
    explicit ListenerMetrics(Metrics& metrics);
    void observe(const ListenerFigures& figures);

private:
    Metrics::Distribution& error_p50_;
    Metrics::Distribution& error_p99_;
    Metrics::Distribution& fit_bound_;
    Metrics::Distribution& path_bound_;
    Metrics::Distribution& round_trip_;
    Metrics::Distribution& buffer_;
    Metrics::Distribution& correction_;
};

}  // namespace earshot::ops
