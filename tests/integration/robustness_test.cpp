// What one peer does, by bad luck or on purpose, costs the others nothing.
#include "common/wire/envelope.hpp"
#include "earshot/v1/handshake.pb.h"
#include "tests/integration/raw_listener.hpp"
#include "tests/integration/room.hpp"
#include "tests/support/json.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <thread>

namespace earshot::test {
namespace {

constexpr std::int64_t kSecond = 48'000;

/// The refusal in what a server sent, if there is one.
std::optional<v1::Refusal> refusal_in(const std::string& bytes) {
    for (const std::string& envelope : envelopes_in(bytes)) {
        v1::Refusal refusal;
        if (!envelope.empty() && envelope[0] == static_cast<char>(wire::Kind::refusal) &&
            refusal.ParseFromString(envelope.substr(1))) {
            return refusal;
        }
    }
    return std::nullopt;
}

int lines_with(const std::string& log, const std::string& text) {
    std::istringstream lines(log);
    int count = 0;
    for (std::string line; std::getline(lines, line);) {
        count += line.find(text) != std::string::npos ? 1 : 0;
    }
    return count;
}

void expect_newer_major_is_refused(std::uint16_t port) {
    const RawSocket socket = upgraded(port);
    v1::Hello hello = plain_hello();
    hello.mutable_version()->set_major(99);
    ASSERT_TRUE(socket.send(web_socket_message(hello_envelope(hello))));
    const auto refusal = refusal_in(socket.receive(4'096, 5s));
    ASSERT_TRUE(refusal) << "no refusal to version 99";
    EXPECT_EQ(refusal->code(), v1::REFUSAL_VERSION);
    EXPECT_FALSE(refusal->text().empty());
    EXPECT_EQ(refusal->version().major(), wire::kVersionMajor);
}

void expect_oversized_is_hung_up_on(std::uint16_t port) {
    const RawSocket early = upgraded(port);
    early.send(web_socket_message(std::string(60'000, '\x10')));
    EXPECT_TRUE(early.closed_within(5s)) << "60 kB instead of a hello";
    const RawSocket late = upgraded(port);
    late.send(web_socket_message(hello_envelope(plain_hello())));
    late.send(web_socket_message(std::string(60'000, '\x30')));
    EXPECT_TRUE(late.closed_within(5s)) << "60 kB of telemetry";
}

void send_rubbish(std::uint16_t port, int connections) {
    for (int n = 0; n < connections; ++n) {
        const RawSocket socket(port);
        std::string rubbish;
        for (std::uint64_t at = 0; at < 300; ++at) {
            rubbish.push_back(
                static_cast<char>(noise_at(static_cast<std::uint64_t>(n) + 500, at) * 127.0F));
        }
        rubbish[0] = 'x';  // neither TLS nor a method
        socket.send(rubbish);
        EXPECT_TRUE(socket.closed_within(5s)) << "rubbish " << n;
    }
}

struct Scene {
    MediaEpoch epoch;
    Segment segment;
};

/// A steady listener had every packet, and in time.
void expect_untouched(const Listener& listener,
                      const MediaReference& reference,
                      const Scene& scene) {
    SCOPED_TRACE(listener.spec().name);
    const DecodedTap tap = listener.tap();
    std::int64_t expected = -1;
    int concealed = 0;
    int gaps = 0;
    for (const DecodedTap::Entry& entry : tap.entries) {
        if (entry.epoch != scene.segment.epoch) {
            continue;
        }
        concealed += entry.concealed ? 1 : 0;
        gaps += expected >= 0 && entry.sequence != expected ? 1 : 0;
        expected = std::int64_t{entry.sequence} + 1;
    }
    EXPECT_EQ(concealed, 0);
    EXPECT_EQ(gaps, 0);
    EXPECT_GE(expected, 10 * 50);
    const auto stats = listener.stats();
    ASSERT_FALSE(stats.empty());
    EXPECT_EQ(number_or(stats.back(), "lost", -1.0), 0.0);
    EXPECT_EQ(number_or(stats.back(), "late", -1.0), 0.0);
    if (!sanitized_run()) {
        const ErrorReport report = measure_presentation_error(
            listener.recording(), reference, scene.epoch, {.from_media = scene.segment.media});
        std::cout << summary(listener.spec().name, report) << '\n';
        EXPECT_LE(report.p99_us(), 1'000.0);
        EXPECT_EQ(report.not_found, 0);
    }
}

TEST(Robustness, BadPeersCostTheOthersNothing) {
    TempDir folder;
    write_audio(folder / "programme.wav", busy_programme(48'000, 2, 60.0, 21),
                FileFormat::wav_pcm16);
    Server server(folder,
                  {"--source", "file:" + (folder / "programme.wav").string(), "--shards", "3",
                   "--start", "listeners:5", "--journal-packets", (folder / "journal").string()});
    std::vector<Listener> steady = start_listeners(folder, server.url(), {"", "", ""});
    Listener killed(folder, server.url(), {.name = "killed", .tap = false});
    Listener frozen(folder, server.url(), {.name = "frozen", .tap = false});
    ASSERT_TRUE(server.wait_for_phase("playing", 40s));
    const Scene scene{server.epoch(), server.playing_segment()};
    ASSERT_TRUE(
        wait_until([&] { return server.media_now() > scene.segment.media + 2 * kSecond; }, 20s));

    frozen.process().send_signal(SIGSTOP);
    const auto frozen_since = std::chrono::steady_clock::now();
    killed.process().send_signal(SIGKILL);
    std::vector<RawSocket> half_open;
    for (int n = 0; n < 20; ++n) {
        half_open.emplace_back(server.port());
        if (n % 2 == 1) {
            half_open.back().send("GET /stream HTTP/1.1\r\nHost: ");
        }
    }
    expect_newer_major_is_refused(server.port());
    expect_oversized_is_hung_up_on(server.port());
    send_rubbish(server.port(), 60);
    std::this_thread::sleep_until(frozen_since + 10s);
    frozen.process().send_signal(SIGCONT);
    // The killed one is gone, the frozen one comes back to the present and not to 5 s ago.
    const auto frozen_is_back = [&] {
        const boost::json::value status = server.status();
        const auto& listeners = member(status, "listeners").as_array();
        return std::any_of(listeners.begin(), listeners.end(), [](const boost::json::value& one) {
            return text_or_empty(one, "name") == "frozen" && member(one, "connected").as_bool() &&
                   member(one, "in_step").as_bool();
        });
    };
    EXPECT_TRUE(wait_until(frozen_is_back, 30s)) << "after SIGSTOP";
    EXPECT_TRUE(wait_until(
        [&] { return number_or(server.status(), "listeners_connected", 0.0) == 4.0; }, 30s));
    ASSERT_TRUE(
        wait_until([&] { return server.media_now() > scene.segment.media + 16 * kSecond; }, 30s));
    stop_all(steady);
    frozen.stop();
    EXPECT_EQ(server.stop().exit_code, 0);

    const std::string log = server.process().errors();
    for (const char* refusal :
         {"speaks protocol 99.0", "not an HTTP request", "larger than the limit of 8 KiB"}) {
        EXPECT_GE(lines_with(log, refusal), 1) << "no word of: " << refusal << '\n' << log;
    }
    // 60 of one kind within 5 s are one line, two at a border; the next one counts the rest.
    EXPECT_GE(lines_with(log, "warn"), 3) << log;
    EXPECT_LE(lines_with(log, "warn"), 25) << log;
    const MediaReference reference = decode_stream(read_journal(folder / "journal"), StreamId{0});
    for (const Listener& listener : steady) {
        expect_untouched(listener, reference, scene);
    }
}

}  // namespace
}  // namespace earshot::test
