// The lead is changed while people listen, and nobody hears of it.
#include "tests/integration/raw_listener.hpp"
#include "tests/integration/room.hpp"
#include "tests/support/json.hpp"
#include "tests/support/signals.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iostream>
#include <thread>

namespace earshot::test {
namespace {

double lead_now_ms(const Server& server) {
    return number_or(server.status(), "lead_now_ms", 0.0);
}

bool reaches(const Server& server, double lead_ms, std::chrono::milliseconds timeout) {
    return wait_until([&] { return lead_now_ms(server) == lead_ms; }, timeout);
}

int ask(const Server& server, const std::string& lead) {
    return http_request(server.port(), "POST", "/api/v1/lead", "{\"lead\":\"" + lead + "\"}")
        .status;
}

double last(const Listener& listener, const char* member) {
    const auto stats = listener.stats();
    return stats.empty() ? -1.0 : number_or(stats.back(), member, -1.0);
}

/// What a listener held, in the middle of the lines since a line: near a turn of the loop it counts
/// only what is left of the old epoch.
double held_ms(const Listener& listener, std::size_t since) {
    std::vector<double> held;
    const auto stats = listener.stats();
    for (std::size_t n = since; n < stats.size(); ++n) {
        held.push_back(number_or(stats[n], "buffer_ms", 0.0));
    }
    std::ranges::sort(held);
    return held.empty() ? 0.0 : held[held.size() / 2];
}

void expect_nothing_missed(const Listener& listener) {
    SCOPED_TRACE(listener.spec().name);
    EXPECT_EQ(last(listener, "late"), 0.0);
    EXPECT_EQ(last(listener, "lost"), 0.0);
    EXPECT_EQ(last(listener, "concealed_frames"), 0.0);
    EXPECT_EQ(last(listener, "reanchors"), 0.0);
}

TEST(Lead, GrowsAndShrinksWhilePlayingWithoutAGap) {
    const TempDir folder;
    write_audio(folder / "programme.wav", busy_programme(48'000, 2, 8.0, 71),
                FileFormat::wav_pcm16);
    Server server(folder, {"--source", "file:" + (folder / "programme.wav").string(), "--start",
                           "listeners:3", "--lead", "wired", "--loop"});
    std::vector<Listener> listeners = start_listeners(folder, server.url(), {"", "", ""});
    ASSERT_TRUE(server.wait_for_phase("playing", 60s)) << server.process().errors();
    std::this_thread::sleep_for(3s);
    ASSERT_EQ(ask(server, "crowded"), 200);
    EXPECT_TRUE(reaches(server, 800.0, 10s));
    std::this_thread::sleep_for(1s);
    const std::size_t grown = listeners[0].stats().size();
    std::this_thread::sleep_for(6s);  // a turn of the loop among it
    const double held = held_ms(listeners[0], grown);
    std::cout << "held with 800 ms: " << held << " ms\n";
    EXPECT_GT(held, 600.0);
    ASSERT_EQ(ask(server, "150"), 200);
    EXPECT_TRUE(reaches(server, 150.0, 10s));
    // Who comes in this moment is given what was sent long ago, and misses nothing.
    Listener late_comer(folder, server.url(), {.name = "late_comer", .tap = false});
    std::this_thread::sleep_for(6s);
    EXPECT_LT(last(listeners[0], "buffer_ms"), 160.0);
    stop_all(listeners);
    late_comer.stop();
    EXPECT_EQ(server.stop().exit_code, 0);
    if (sanitized_run()) return;
    for (const Listener& listener : listeners) expect_nothing_missed(listener);
    expect_nothing_missed(late_comer);
}

/// Packets in each bundle that a listener of a server is sent, but for those it begins with.
std::vector<int> bundles_of(const Server& server) {
    const RawSocket socket = upgraded(server.port());
    socket.send(web_socket_message(hello_envelope(plain_hello())));
    std::vector<int> counts;
    for (const std::string& envelope : envelopes_in(socket.receive(1'000'000, 3s))) {
        constexpr std::size_t kCountAt = 2;
        if (envelope.size() > kCountAt && envelope[0] == '\x01') {
            counts.push_back(envelope[kCountAt]);
        }
    }
    constexpr std::size_t kFirst = 5;  // what was sent before it came, and what evens that out
    counts.erase(counts.begin(),
                 counts.begin() + static_cast<std::ptrdiff_t>(std::min(kFirst, counts.size())));
    return counts;
}

TEST(Lead, PacketsTravelInTwosFromAFileAndAloneLive) {
    if (sanitized_run()) GTEST_SKIP() << "is about time";
    const TempDir folder;
    Server file(folder, {"--source", "tone", "--start", "now"}, "file");
    const std::string fifo = (folder / "in").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    Server live(folder, {"--source", "fifo:" + fifo, "--start", "now"}, "live");
    const std::vector<int> twos = bundles_of(file);
    const std::vector<int> ones = bundles_of(live);
    ASSERT_GT(twos.size(), 40U);
    ASSERT_GT(ones.size(), 80U);
    EXPECT_GE(std::ranges::count(twos, 2) * 100 / static_cast<int>(twos.size()), 90);
    EXPECT_GE(std::ranges::count(ones, 1) * 100 / static_cast<int>(ones.size()), 90);
    EXPECT_LE(std::ranges::max(twos), 4);
    EXPECT_EQ(file.stop().exit_code, 0);
    EXPECT_EQ(live.stop().exit_code, 0);
}

/// A live program: writes 10 ms at a time into a fifo until it is told to stop.
class LiveWriter {
public:
    explicit LiveWriter(std::string path) : path_(std::move(path)), thread_([this] { run(); }) {}
    ~LiveWriter() {
        stopping_ = true;
        thread_.join();
    }
    LiveWriter(const LiveWriter&) = delete;
    LiveWriter& operator=(const LiveWriter&) = delete;
    [[nodiscard]] double latest_ms() const { return latest_ms_; }

private:
    void run() {
        const Audio audio = busy_programme(48'000, 2, 5.0, 72);
        const int fd = ::open(path_.c_str(), O_WRONLY);
        auto due = std::chrono::steady_clock::now();
        for (std::size_t at = 0; !stopping_; at = (at + 480) % (audio.frames() - 480)) {
            std::vector<std::int16_t> block;
            for (std::size_t n = at; n < at + 480; ++n) {
                for (const std::vector<float>& channel : audio.channels) {
                    block.push_back(static_cast<std::int16_t>(std::lround(channel[n] * 32'767.0F)));
                }
            }
            const std::chrono::duration<double, std::milli> late =
                std::chrono::steady_clock::now() - due;
            latest_ms_ = std::max(latest_ms_.load(), late.count());
            const auto bytes = static_cast<ssize_t>(block.size() * sizeof(std::int16_t));
            if (::write(fd, block.data(), static_cast<std::size_t>(bytes)) != bytes) break;
            due += 10ms;
            std::this_thread::sleep_until(due);
        }
        ::close(fd);
    }

    std::string path_;
    std::atomic<bool> stopping_{false};
    std::atomic<double> latest_ms_{0.0};
    std::thread thread_;
};

TEST(Lead, OfLiveSoundGrowsAndShrinksByTimeScale) {
    if (sanitized_run()) GTEST_SKIP() << "is about time";
    ::signal(SIGPIPE, SIG_IGN);
    const TempDir folder;
    const std::string fifo = (folder / "in").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    Server server(folder, {"--source", "fifo:" + fifo, "--start", "now", "--lead", "200"});
    const LiveWriter writer(fifo);
    Listener listener(folder, server.url(), {.name = "l", .ppm = 30.0, .tap = false});
    ASSERT_TRUE(server.wait_for_listeners(1, 20s));
    std::this_thread::sleep_for(6s);
    const double before_ms = last(listener, "buffer_ms");
    ASSERT_EQ(ask(server, "260"), 200);
    EXPECT_FALSE(reaches(server, 260.0, 8s)) << "not at once";
    EXPECT_TRUE(reaches(server, 260.0, 20s));
    std::this_thread::sleep_for(2s);
    const double grown_ms = last(listener, "buffer_ms");
    std::cout << "held " << before_ms << " ms, then " << grown_ms << " ms; written "
              << writer.latest_ms() << " ms late at most\n";
    EXPECT_NEAR(grown_ms - before_ms, 60.0, 25.0);
    ASSERT_EQ(ask(server, "200"), 200);
    EXPECT_TRUE(reaches(server, 200.0, 30s));
    const auto source = member(server.status(), "source");
    if (writer.latest_ms() < 20.0) {
        EXPECT_EQ(number_or(source, "stalls", -1.0), 0.0);
        EXPECT_NEAR(number_or(source, "rate_ppm", 1e9), 0.0, 60.0);
    }
    listener.stop();
    EXPECT_EQ(server.stop().exit_code, 0);
    expect_nothing_missed(listener);
}

}  // namespace
}  // namespace earshot::test
