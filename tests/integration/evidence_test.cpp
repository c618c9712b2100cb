// What the server states of a session: that all were given the same, and who was not.
#include "earshot/v1/telemetry.pb.h"
#include "tests/integration/raw_listener.hpp"
#include "tests/integration/room.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/json.hpp"
#include "tests/support/media_reference.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <optional>

namespace earshot::test {
namespace {

boost::json::value report_of(const Server& server) {
    const HttpAnswer answer = http_request(server.port(), "GET", "/api/v1/lockstep.json");
    EXPECT_EQ(answer.status, 200);
    return parse_json(answer.body);
}

std::int64_t seconds_compared(const boost::json::value& report) {
    return to_int(member(member(report, "delivery").as_array().at(0), "seconds"));
}

/// Claims to have been given something that nobody sent.
void lie(const RawSocket& socket, std::uint32_t epoch) {
    v1::Telemetry telemetry;
    v1::DeliveredSecond& second = *telemetry.add_delivered();
    second.set_epoch(epoch);
    second.set_second(1);
    second.set_packets(0xFF);
    second.set_checksum(0xDEADBEEF);
    socket.send(web_socket_message("\x30" + telemetry.SerializeAsString()));
}

TEST(Evidence, StatesThatAllWereGivenTheSameUntilOneWasNot) {
    const TempDir folder;
    write_audio(folder / "programme.wav", busy_programme(48'000, 2, 60.0, 5),
                FileFormat::wav_float);
    Server server(folder, {"--source", "file:" + (folder / "programme.wav").string(), "--start",
                           "listeners:3"});
    std::vector<Listener> listeners = start_listeners(folder, server.url(), {"", "", ""});
    ASSERT_TRUE(server.wait_for_phase("playing", 60s)) << server.process().errors();
    ASSERT_TRUE(wait_until([&] { return seconds_compared(report_of(server)) >= 24; }, 40s));

    const auto honest = report_of(server);
    const auto& given = member(honest, "delivery").as_array().at(0);
    std::cout << text_or_empty(given, "statement") << '\n';
    EXPECT_EQ(to_int(member(given, "listeners")), 3);
    EXPECT_EQ(to_int(member(given, "different")), 0);
    EXPECT_EQ(to_int(member(given, "unverifiable")), 0);
    EXPECT_EQ(to_int(member(honest, "seconds_refused")), 0);
    EXPECT_EQ(to_int(member(member(honest, "total"), "joins")), 3);
    EXPECT_GE(to_int(member(member(honest, "total"), "reports")), 12);
    if (!sanitized_run()) {
        EXPECT_EQ(text_or_empty(given, "verdict"), "identical");
        EXPECT_LT(number_or(member(member(honest, "total"), "error_p50_us"), "p50", 1e9), 1'000.0);
    }

    const RawSocket liar = upgraded(server.port());
    liar.send(web_socket_message(hello_envelope(plain_hello())));
    ASSERT_TRUE(server.wait_for_listeners(4, 5s));
    lie(liar, server.playing_segment().epoch);
    const auto found = [&] {
        const auto report = report_of(server);
        return text_or_empty(member(report, "delivery").as_array().at(0), "verdict") == "different";
    };
    ASSERT_TRUE(wait_until(found, 5s));
    const auto after = report_of(server);
    EXPECT_EQ(to_int(member(member(after, "delivery").as_array().at(0), "different")), 1);
    for (const auto& listener : member(after, "listeners").as_array()) {
        EXPECT_EQ(to_int(member(listener, "seconds_different")),
                  to_int(member(listener, "id")) == 4 ? 1 : 0);
    }
    stop_all(listeners);
    EXPECT_EQ(server.stop().exit_code, 0);
}

/// One report of a listener, as the server shows it.
struct Told {
    std::int64_t media = 0;  ///< It covers the 2 s before.
    double mean_us = 0.0;
};

/// What listeners tell, by their names, until a media time.
std::map<std::string, std::vector<Told>> collect_reports(const Server& server, std::int64_t until) {
    std::map<std::string, std::vector<Told>> reports;
    const auto look = [&] {
        const auto status = server.status();
        for (const auto& listener : member(status, "listeners").as_array()) {
            if (!member(listener, "playing").as_bool()) continue;
            auto& told = reports[std::string(text_or_empty(listener, "name"))];
            const Told report{to_int(member(listener, "media_time")),
                              number_or(listener, "error_mean_us", 1e9)};
            if (told.empty() || told.back().media != report.media) told.push_back(report);
        }
        return to_int(member(status, "media_time")) >= until;
    };
    EXPECT_TRUE(wait_until(look, 60s));
    return reports;
}

/// The mean of what was recorded in the time that a report covers.
std::optional<double> recorded_mean_us(const ErrorReport& recorded, std::int64_t media) {
    constexpr double kCovered = 1.875 * 48'000.0;  // between 1.75 and 2 s
    double sum = 0.0;
    int windows = 0;
    for (const WindowError& window : recorded.windows) {
        if (window.media <= static_cast<double>(media) - kCovered ||
            window.media > static_cast<double>(media)) {
            continue;
        }
        sum += window.error_us;
        ++windows;
    }
    return windows >= 14 ? std::optional(sum / windows) : std::nullopt;
}

/// A listener's reports of which the recording holds all.
struct Account {
    std::vector<Told> told;
    std::vector<double> recorded_us;  ///< For each of them.
};

TEST(Evidence, TelemetryTellsTheTruth) {
    if (sanitized_run()) GTEST_SKIP() << "is about time";
    const TempDir folder;
    write_audio(folder / "programme.wav", busy_programme(48'000, 2, 60.0, 6),
                FileFormat::wav_float);
    Server server(folder, {"--source", "file:" + (folder / "programme.wav").string(), "--start",
                           "listeners:3", "--journal-packets", (folder / "journal").string()});
    std::vector<Listener> listeners = start_listeners(folder, server.url(), {"", "", ""});
    ASSERT_TRUE(server.wait_for_phase("playing", 60s)) << server.process().errors();
    const MediaEpoch epoch = server.epoch();
    const std::int64_t from = server.playing_segment().media;
    auto reports = collect_reports(server, from + 25 * 48'000);
    const double stated_us = number_or(server.status(), "listeners_apart_us", 1e9);
    stop_all(listeners);
    EXPECT_EQ(server.stop().exit_code, 0);

    const MediaReference reference = decode_stream(read_journal(folder / "journal"), StreamId{0});
    std::vector<Account> accounts;
    for (const Listener& listener : listeners) {
        const ErrorReport recorded = measure_presentation_error(
            listener.recording(), reference, epoch, {.step_s = 0.125, .from_media = from});
        Account& account = accounts.emplace_back();
        for (const Told& told : reports[listener.spec().name]) {
            const auto mean = recorded_mean_us(recorded, told.media);
            if (!mean) continue;
            account.told.push_back(told);
            account.recorded_us.push_back(*mean);
            std::cout << listener.spec().name << " ppm " << listener.spec().ppm << " at "
                      << (told.media - from) / 48 << " ms tells " << told.mean_us << ", recorded "
                      << *mean << " us\n";
        }
        ASSERT_GE(account.told.size(), 9U) << summary(listener.spec().name, recorded);
    }
    std::vector<double> last_us;
    for (const Account& account : accounts) last_us.push_back(account.recorded_us.back());
    const auto [earliest, latest] = std::minmax_element(last_us.begin(), last_us.end());
    EXPECT_NEAR(stated_us, *latest - *earliest, 100.0) << "the farthest two, at the end";
    double disagree_us = 0.0;
    double apart_us = 0.0;
    for (std::size_t a = 0; a < accounts.size(); ++a) {
        for (std::size_t b = a + 1; b < accounts.size(); ++b) {
            const std::size_t both = std::min(accounts[a].told.size(), accounts[b].told.size());
            for (std::size_t n = 0; n < both; ++n) {
                const double told = accounts[a].told[n].mean_us - accounts[b].told[n].mean_us;
                const double heard = accounts[a].recorded_us[n] - accounts[b].recorded_us[n];
                disagree_us = std::max(disagree_us, std::abs(told - heard));
                apart_us = std::max(apart_us, std::abs(heard));
            }
        }
    }
    std::cout << "pairs recorded up to " << apart_us << " us apart; telemetry and recordings of "
              << "them agree within " << disagree_us << " us\n";
    EXPECT_LE(disagree_us, 100.0);
}

}  // namespace
}  // namespace earshot::test
