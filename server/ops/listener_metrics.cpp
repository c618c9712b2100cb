#include "server/ops/listener_metrics.hpp"

#include <cmath>

namespace earshot::ops {
namespace {

const std::vector<double>& error_bounds() {
    static const std::vector<double> bounds{20e-6, 50e-6, 100e-6, 200e-6, 500e-6,
                                            1e-3,  2e-3,  5e-3,   0.02,   0.1};
    return bounds;
}

const std::vector<double>& path_bounds() {
    static const std::vector<double> bounds{50e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3,
                                            0.01,  0.02,   0.05,   0.1,  0.5};
    return bounds;
}

}  // namespace

ListenerMetrics::ListenerMetrics(Metrics& metrics)
    : error_p50_(metrics.distribution("presentation_error_median_seconds",
                                      "Listeners' median presentation error, reported every 2 s",
                                      error_bounds())),
      error_p99_(metrics.distribution("presentation_error_seconds",
                                      "Listeners' 99 % presentation error, reported every 2 s",
                                      error_bounds())),
      fit_bound_(metrics.distribution("clock_fit_bound_seconds",
                                      "How well listeners know the clock, paths set aside",
                                      error_bounds())),
      path_bound_(metrics.distribution(
          "clock_path_bound_seconds", "What lopsided paths can add to it at most", path_bounds())),
      round_trip_(metrics.distribution(
          "round_trip_seconds", "Round trip of the last clock exchange", path_bounds())),
      buffer_(metrics.distribution("listener_buffer_seconds",
                                   "Sound that listeners hold in advance",
                                   {0.02, 0.05, 0.1, 0.15, 0.2, 0.4, 0.8, 1.6})),
      correction_(metrics.distribution("rate_correction_ppm",
                                       "Size of the resampling that keeps listeners in step",
                                       {1.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0})) {}

void ListenerMetrics::observe(const ListenerFigures& figures) {
    fit_bound_.observe(figures.fit_bound_us / 1e6);
    path_bound_.observe(figures.path_bound_us / 1e6);
    round_trip_.observe(figures.rtt_us / 1e6);
    if (!figures.playing) return;
    error_p50_.observe(figures.error_p50_us / 1e6);
    error_p99_.observe(figures.error_p99_us / 1e6);
    buffer_.observe(figures.buffer_ms / 1e3);
    correction_.observe(std::abs(figures.correction_ppm));
}

}  // namespace earshot::ops
