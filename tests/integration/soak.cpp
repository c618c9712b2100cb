// Half an hour at +100 ppm: nothing drifts, nothing grows.
#include "tests/integration/room.hpp"
#include "tests/support/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace earshot::test {
namespace {

constexpr double kSettleSeconds = 30.0;

/// 30 min, or what EARSHOT_SOAK_SECONDS says.
std::chrono::seconds soak_time() {
    const char* const wanted = std::getenv("EARSHOT_SOAK_SECONDS");
    return std::chrono::seconds{wanted != nullptr ? std::clamp(std::atoi(wanted), 90, 86'400)
                                                  : 1'800};
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

std::pair<std::vector<double>, std::vector<double>> halves(const std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    return {{values.begin(), middle}, {middle, values.end()}};
}

/// Memory of one process, once a second.
struct Memory {
    std::string name;
    std::vector<double> rss_kb;

    void look(const ChildProcess& process) {
        if (const auto use = process.use()) {
            rss_kb.push_back(static_cast<double>(use->rss_bytes) / 1024.0);
        }
    }
    /// Flat: the second half has on average no more than 2 % and 512 KiB above the first.
    void expect_flat() const {
        const auto [first, second] = halves(rss_kb);
        std::cout << name << ": memory " << mean(first) << " KiB on average in the first half, "
                  << mean(second) << " in the second\n";
        EXPECT_LE(mean(second), 1.02 * mean(first) + 512.0) << name;
    }
};

/// What a listener told each second from 30 s after the start on.
struct Told {
    std::vector<double> error_us;  ///< Mean, with its sign.
    std::vector<double> p99_us;
    std::vector<double> ppm;
};

Told told_by(const Listener& listener, double from_s) {
    Told told;
    for (const boost::json::value& line : listener.stats()) {
        if (number_or(line, "time_s", 0.0) < from_s || !member(line, "playing").as_bool()) continue;
        told.error_us.push_back(number_or(line, "error_mean_us", 1e9));
        told.p99_us.push_back(number_or(line, "error_p99_us", 1e9));
        told.ppm.push_back(number_or(line, "correction_ppm", 1e9));
    }
    return told;
}

double quantile(std::vector<double> values, double q) {
    std::ranges::sort(values);
    return values.empty()
               ? 1e9
               : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

void expect_steady(const Listener& listener) {
    SCOPED_TRACE(listener.spec().name);
    const Told told = told_by(listener, kSettleSeconds);
    ASSERT_GE(told.ppm.size(), 50U);
    const auto [first, second] = halves(told.error_us);
    // A device that runs fast needs fewer of the programme's frames for each of its own.
    const double truth_ppm = (1.0 / (1.0 + listener.spec().ppm * 1e-6) - 1.0) * 1e6;
    std::cout << listener.spec().name << " at " << listener.spec().ppm << " ppm: mean error "
              << mean(first) << " us in the first half, " << mean(second)
              << " in the second; p99 of 2 s, median " << quantile(told.p99_us, 0.5) << ", 99 % "
              << quantile(told.p99_us, 0.99) << " us; correction " << mean(told.ppm)
              << " ppm (99 % " << quantile(told.ppm, 0.005) << " to " << quantile(told.ppm, 0.995)
              << ")\n";
    EXPECT_LE(std::abs(mean(second) - mean(first)), 50.0) << "us: it drifts";
    EXPECT_LE(quantile(told.p99_us, 0.99), 1'000.0);
    EXPECT_NEAR(mean(told.ppm), truth_ppm, 2.0);
    const auto last = listener.stats().back();
    EXPECT_EQ(number_or(last, "reanchors", -1.0), 0.0);
    EXPECT_EQ(number_or(last, "lost", -1.0), 0.0);
    EXPECT_EQ(number_or(last, "late", -1.0), 0.0);
    EXPECT_EQ(number_or(last, "concealed_frames", -1.0), 0.0);
}

TEST(Soak, HalfAnHourAtAHundredPartsPerMillion) {
    const TempDir folder;
    const std::chrono::seconds duration = soak_time();
    Server server(folder, {"--demo", "--loop", "--start", "listeners:2"});
    // What is recorded for half an hour would be 700 MB for each: nothing is.
    std::vector<Listener> listeners;
    listeners.emplace_back(
        folder, server.url(),
        ListenerSpec{.name = "fast", .ppm = 100.0, .tap = false, .silent = true});
    listeners.emplace_back(folder, server.url(),
                           ListenerSpec{.name = "true", .tap = false, .silent = true});
    ASSERT_TRUE(server.wait_for_phase("playing", 60s)) << server.process().errors();
    Memory of_server{"server", {}};
    Memory of_client{"client", {}};
    const auto began = std::chrono::steady_clock::now();
    for (std::int64_t second = 1; second <= duration.count(); ++second) {
        std::this_thread::sleep_until(began + std::chrono::seconds{second});
        ASSERT_TRUE(server.process().running());
        if (static_cast<double>(second) >= kSettleSeconds) {
            of_server.look(server.process());
            of_client.look(listeners[0].process());
        }
        if (second % 60 == 0) {
            const auto last = listeners[0].stats().back();
            std::cout << second / 60 << " min: p99 " << number_or(last, "error_p99_us", -1.0)
                      << " us, " << number_or(last, "correction_ppm", 0.0) << " ppm, client "
                      << of_client.rss_kb.back() << " KiB, server " << of_server.rss_kb.back()
                      << " KiB" << std::endl;
        }
    }
    stop_all(listeners);
    EXPECT_EQ(server.stop().exit_code, 0);
    for (const Listener& listener : listeners) expect_steady(listener);
    of_server.expect_flat();
    of_client.expect_flat();
}

}  // namespace
}  // namespace earshot::test
