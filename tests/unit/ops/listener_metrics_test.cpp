#include "server/ops/listener_metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace earshot::ops {
namespace {

bool has(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

TEST(ListenerMetrics, PutReportsIntoBuckets) {
    Metrics metrics;
    ListenerMetrics listeners(metrics);
    listeners.observe({.playing = true,
                       .error_p50_us = 30.0,
                       .error_p99_us = 150.0,
                       .rtt_us = 1'500.0,
                       .buffer_ms = 380.0,
                       .correction_ppm = -12.0});
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, R"(earshot_presentation_error_seconds_bucket{le="0.0002"} 1)")) << text;
    EXPECT_TRUE(has(text, R"(earshot_presentation_error_seconds_bucket{le="0.0001"} 0)")) << text;
    EXPECT_TRUE(has(text, R"(earshot_rate_correction_ppm_bucket{le="20"} 1)")) << text;
    EXPECT_TRUE(has(text, R"(earshot_rate_correction_ppm_bucket{le="10"} 0)")) << text;
    EXPECT_TRUE(has(text, R"(earshot_round_trip_seconds_bucket{le="0.002"} 1)")) << text;
}

TEST(ListenerMetrics, CountNoErrorsOfWhoDoesNotPlay) {
    Metrics metrics;
    ListenerMetrics listeners(metrics);
    listeners.observe({.rtt_us = 100.0});
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, "earshot_presentation_error_seconds_count 0")) << text;
    EXPECT_TRUE(has(text, "earshot_round_trip_seconds_count 1")) << text;
}

TEST(ListenerMetrics, HaveAsManySeriesForAThousandListenersAsForOne) {
    Metrics metrics;
    ListenerMetrics listeners(metrics);
    listeners.observe({.playing = true});
    const std::string one = metrics.text();
    for (int n = 0; n < 1'000; ++n) listeners.observe({.playing = true, .error_p99_us = 1.0 * n});
    const std::string many = metrics.text();
    EXPECT_EQ(std::count(one.begin(), one.end(), '\n'), std::count(many.begin(), many.end(), '\n'));
}

}  // namespace
}  // namespace earshot::ops
