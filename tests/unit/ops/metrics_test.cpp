#include "server/ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ReadsCountersAndGaugesWhenAsked) {
    Metrics metrics;
    int packets = 7;
    metrics.on_read([&](Metrics::Snapshot& snapshot) {
        snapshot.counter("packets_sent_total", "Packets sent.", packets);
        snapshot.gauge("listeners", "Listeners connected.", 3);
    });
    EXPECT_THAT(metrics.text(), HasSubstr("\nearshot_packets_sent_total 7\n"));
    packets = 8;
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("# HELP earshot_packets_sent_total Packets sent.\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE earshot_packets_sent_total counter\n"));
    EXPECT_THAT(text, HasSubstr("\nearshot_packets_sent_total 8\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE earshot_listeners gauge\n"));
    EXPECT_THAT(text, Not(HasSubstr("earshot_packets_sent_total 7")));
}

TEST(Metrics, KeepsOneFamilyForValuesThatDifferInTheirLabels) {
    Metrics metrics;
    metrics.on_read([](Metrics::Snapshot& snapshot) {
        snapshot.counter("refused_total", "Refused.", 1, {{"reason", "rate"}});
        snapshot.gauge("other", "Other.", 0);
        snapshot.counter("refused_total", "Refused.", 2, {{"reason", "a \"quote\""}});
    });
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("earshot_refused_total{reason=\"rate\"} 1\n"
                                "earshot_refused_total{reason=\"a \\\"quote\\\"\"} 2\n"));
    EXPECT_EQ(text.find("# TYPE earshot_refused_total"),
              text.rfind("# TYPE earshot_refused_total"));
}

TEST(Metrics, KeepsDistributions) {
    Metrics metrics;
    auto& error =
        metrics.distribution("listener_error_seconds", "Presentation error.", {0.001, 0.01});
    error.observe(0.0005);
    error.observe(0.002);
    error.observe(0.5);
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("earshot_listener_error_seconds_bucket{le=\"0.001\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("earshot_listener_error_seconds_bucket{le=\"0.01\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("earshot_listener_error_seconds_bucket{le=\"+Inf\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("earshot_listener_error_seconds_count 3\n"));
}

}  // namespace
}  // namespace earshot::ops
