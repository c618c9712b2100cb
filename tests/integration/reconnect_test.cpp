// Who goes away for a while, listener or server, is soon heard in step again.
#include "common/base/clock.hpp"
#include "tests/integration/room.hpp"
#include "tests/support/json.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;
constexpr double kTogetherUs = 1'000.0;

/// One run of a server with what it plays, and how to find that in a recording.
struct Scene {
    explicit Scene(const Server& server, const Audio& programme)
        : epoch(server.epoch()),
          segment(server.playing_segment()),
          reference(lay_out_source(programme, segment.programme, segment.media)) {}

    [[nodiscard]] std::int64_t media_at(std::int64_t raw_ns) const {
        return std::llround(epoch.media_at(static_cast<double>(raw_ns)));
    }
    [[nodiscard]] ErrorReport errors(const Listener& listener,
                                     std::int64_t from,
                                     std::int64_t to = INT64_MAX) const {
        ErrorSettings settings;
        settings.from_media = from;
        settings.to_media = to;
        settings.min_correlation = 0.85;  // Opus at 96 kbit/s lies between
        return measure_presentation_error(listener.recording(), reference, epoch, settings);
    }

    MediaEpoch epoch;
    Segment segment;
    MediaReference reference;
};

/// Heard from there on, without a hole, in step.
void expect_in_step(const std::string& what, const ErrorReport& report, std::size_t windows) {
    std::cout << summary(what, report) << '\n';
    EXPECT_EQ(report.not_found, 0) << what;
    EXPECT_EQ(report.quiet, 0) << what;
    EXPECT_GE(report.windows.size(), windows) << what;
    EXPECT_LE(report.max_us(), kTogetherUs) << what;
}

/// When each listener, by its name, is connected; looked at every 10 ms.
std::map<std::string, std::int64_t> connections(const Server& server,
                                                std::size_t count,
                                                std::chrono::seconds timeout) {
    std::map<std::string, std::int64_t> since;
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (since.size() < count && std::chrono::steady_clock::now() < end) {
        const boost::json::value status = server.status();
        const std::int64_t now = monotonic_raw_ns();
        for (const boost::json::value& one : member(status, "listeners").as_array()) {
            if (member(one, "connected").as_bool()) {
                since.try_emplace(std::string(text_or_empty(one, "name")), now);
            }
        }
        std::this_thread::sleep_for(10ms);
    }
    return since;
}

/// As long as a laptop's lid is closed: 5 s, or what EARSHOT_SUSPEND_SECONDS says.
std::chrono::seconds suspended_for() {
    const char* const wanted = std::getenv("EARSHOT_SUSPEND_SECONDS");
    return std::chrono::seconds{wanted != nullptr ? std::clamp(std::atoi(wanted), 1, 300) : 5};
}

TEST(Reconnect, AListenerThatWasSuspendedIsInStepWithinASecond) {
    if (sanitized_run()) GTEST_SKIP() << "is about time";
    const TempDir folder;
    const std::chrono::seconds asleep = suspended_for();
    const Audio programme =
        busy_programme(48'000, 2, 20.0 + static_cast<double>(asleep.count()), 81);
    write_audio(folder / "programme.wav", programme, FileFormat::wav_float);
    Server server(folder, {"--source", "file:" + (folder / "programme.wav").string(), "--start",
                           "listeners:2"});
    Listener steady(folder, server.url(), {.name = "steady", .ppm = -30.0, .tap = false});
    Listener sleeper(folder, server.url(),
                     {.name = "sleeper", .ppm = 40.0, .offset_ms = -900.0, .tap = false});
    ASSERT_TRUE(server.wait_for_phase("playing", 60s)) << server.process().errors();
    const Scene scene(server, programme);
    std::this_thread::sleep_for(4s);
    sleeper.process().send_signal(SIGSTOP);
    const std::int64_t stopped = monotonic_raw_ns();
    std::this_thread::sleep_for(asleep);
    sleeper.process().send_signal(SIGCONT);
    const std::int64_t woke = monotonic_raw_ns();
    std::this_thread::sleep_for(5s);
    const auto stats = sleeper.stats();
    ASSERT_FALSE(stats.empty());
    EXPECT_TRUE(member(stats.back(), "playing").as_bool());
    EXPECT_LT(number_or(stats.back(), "error_p99_us", 1e9), kTogetherUs);
    steady.stop();
    sleeper.stop();
    EXPECT_EQ(server.stop().exit_code, 0);
    const std::int64_t end = scene.media_at(woke) + 9 * kSecond / 2;
    expect_in_step(
        "before",
        scene.errors(sleeper, scene.segment.media + kSecond, scene.media_at(stopped) - kSecond / 4),
        8);
    expect_in_step("after", scene.errors(sleeper, scene.media_at(woke) + kSecond, end), 10);
    expect_in_step("steady", scene.errors(steady, scene.segment.media + kSecond, end), 20);
}

TEST(Reconnect, AServerThatWasKilledFindsItsListenersTogetherAgain) {
    if (sanitized_run()) GTEST_SKIP() << "is about time";
    const TempDir folder;
    const Audio programme = busy_programme(48'000, 2, 60.0, 82);
    write_audio(folder / "programme.wav", programme, FileFormat::wav_float);
    const std::string source = "file:" + (folder / "programme.wav").string();
    Server first(folder, {"--source", source, "--lead", "800", "--start", "listeners:4"}, "first");
    std::vector<Listener> listeners = start_listeners(folder, first.url(), {"", "", "", ""});
    ASSERT_TRUE(first.wait_for_phase("playing", 60s)) << first.process().errors();
    const Scene before(first, programme);
    std::this_thread::sleep_for(4s);
    first.process().send_signal(SIGKILL);
    const std::int64_t killed = monotonic_raw_ns();
    ASSERT_TRUE(first.process().wait(5s));
    std::this_thread::sleep_for(3s);
    Server second(folder, {"--source", source, "--lead", "800", "--start", "now"}, "second",
                  first.port());
    const auto since = connections(second, listeners.size(), 20s);
    ASSERT_EQ(since.size(), listeners.size()) << "not all came back";
    const Scene after(second, programme);
    std::this_thread::sleep_for(5s);
    stop_all(listeners);
    EXPECT_EQ(second.stop().exit_code, 0);
    std::int64_t all_back = 0;
    for (const Listener& listener : listeners) {
        const std::string& name = listener.spec().name;
        const std::int64_t back = since.at(name);
        all_back = std::max(all_back, back);
        std::cout << name << " is back " << (back - killed) / 1'000'000 << " ms after the kill\n";
        // 800 ms were sent ahead; the bundle on its way and the device's own buffer go off.
        expect_in_step(name + " plays out",
                       before.errors(listener, before.segment.media + kSecond,
                                     before.media_at(killed) + 6 * kSecond / 10),
                       10);
        expect_in_step(name + " is back", after.errors(listener, after.media_at(back) + kSecond),
                       10);
    }
    double earliest = 1e9;
    double latest = -1e9;
    for (const Listener& listener : listeners) {
        for (const WindowError& window :
             after.errors(listener, after.media_at(all_back) + kSecond).windows) {
            earliest = std::min(earliest, window.error_us);
            latest = std::max(latest, window.error_us);
        }
    }
    std::cout << "from 1 s after the last came back: " << latest - earliest
              << " us between any two\n";
    EXPECT_LE(latest - earliest, kTogetherUs);
}

}  // namespace
}  // namespace earshot::test
