#include "tests/integration/room.hpp"

#include "tests/support/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <tuple>

namespace earshot::test {
namespace {

constexpr const char* kReadyLine = "earshot-server listening on ";
constexpr std::int64_t kSecond = 48'000;

}  // namespace

bool sanitized_run() {
    return std::getenv("EARSHOT_SANITIZED_RUN") != nullptr;
}

std::string program(const std::string& name) {
    return std::string(EARSHOT_BIN_DIR) + "/" + name;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(50ms);
    }
    return true;
}

void write_text(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

Server::Server(const TempDir& folder,
               std::vector<std::string> arguments,
               const std::string& name,
               std::uint16_t port) {
    arguments.insert(arguments.begin(), program("earshot-server"));
    for (const std::string& more :
         {std::string("--listen"), "127.0.0.1:" + std::to_string(port), std::string("--data-dir"),
          (folder / (name + "-data")).string()}) {
        arguments.push_back(more);
    }
    process_ = std::make_unique<ChildProcess>(arguments, folder / name);
    const auto line = process_->wait_for_line(kReadyLine, sanitized_run() ? 60s : 15s);
    if (!line) {
        throw std::runtime_error("earshot-server did not get ready:\n" + process_->errors());
    }
    url_ = line->substr(line->find(kReadyLine) + std::string(kReadyLine).size());
    url_.erase(url_.find_last_not_of(" \r\n/") + 1);
    port_ = static_cast<std::uint16_t>(std::stoul(url_.substr(url_.rfind(':') + 1)));
}

boost::json::value Server::status() const {
    return parse_json(http_request(port_, "GET", "/api/v1/status", {}, 10s).body);
}

std::string Server::phase() const {
    return std::string(text_or_empty(status(), "phase"));
}

bool Server::wait_for_phase(const std::string& phase, std::chrono::milliseconds timeout) const {
    return wait_until([&] { return this->phase() == phase; }, timeout);
}

bool Server::wait_for_listeners(int connected, std::chrono::milliseconds timeout) const {
    return wait_until([&] { return number_or(status(), "listeners_connected", -1.0) >= connected; },
                      timeout);
}

int Server::transport(const std::string& json) const {
    return http_request(port_, "POST", "/api/v1/transport", json).status;
}

MediaEpoch Server::epoch() const {
    return {to_int(member(status(), "media_epoch_raw_ns"))};
}

std::int64_t Server::media_now() const {
    return to_int(member(status(), "media_time"));
}

std::vector<Segment> Server::timeline() const {
    std::vector<Segment> segments;
    const boost::json::value all = status();
    for (const boost::json::value& entry : member(all, "timeline").as_array()) {
        segments.push_back({static_cast<std::uint32_t>(to_int(member(entry, "epoch"))),
                            to_int(member(entry, "media_time")),
                            to_int(member(entry, "programme_time")),
                            to_double(member(entry, "rate"))});
    }
    return segments;
}

Segment Server::playing_segment() const {
    const std::vector<Segment> segments = timeline();
    for (auto at = segments.rbegin(); at != segments.rend(); ++at) {
        if (at->rate > 0.0) {
            return *at;
        }
    }
    throw std::runtime_error("nothing plays");
}

Listener::Listener(const TempDir& folder, const std::string& url, ListenerSpec spec)
    : spec_(std::move(spec)),
      wav_(folder / (spec_.name + ".wav")),
      tap_(folder / (spec_.name + ".decoded.wav")) {
    std::ostringstream sink;
    sink << (spec_.silent ? "null" : "file:" + wav_.string()) << ",ppm=" << spec_.ppm
         << ",offset-ms=" << spec_.offset_ms;
    std::vector<std::string> arguments = {program("earshot-client"),
                                          url,
                                          "--name",
                                          spec_.name,
                                          "--sink",
                                          sink.str(),
                                          "--state-dir",
                                          (folder / (spec_.name + "-state")).string(),
                                          "--stats",
                                          "json"};
    if (!spec_.perspective.empty()) {
        arguments.insert(arguments.end(), {"--perspective", spec_.perspective});
    }
    if (spec_.tap) {
        arguments.insert(arguments.end(), {"--record-decoded", tap_.string()});
    }
    arguments.insert(arguments.end(), spec_.more.begin(), spec_.more.end());
    process_ = std::make_unique<ChildProcess>(arguments, folder / spec_.name);
}

std::vector<boost::json::value> Listener::stats() const {
    std::vector<boost::json::value> lines;
    std::istringstream text(process_->output());
    for (std::string line; std::getline(text, line);) {
        if (!line.empty() && line.front() == '{' && line.back() == '}') {
            lines.push_back(parse_json(line));
        }
    }
    return lines;
}

void stop_all(std::vector<Listener>& listeners) {
    for (Listener& listener : listeners) {
        listener.process().send_signal(SIGTERM);
    }
    for (Listener& listener : listeners) {
        listener.stop();
    }
}

std::vector<Listener> start_listeners(const TempDir& folder,
                                      const std::string& url,
                                      const std::vector<std::string>& perspectives) {
    std::vector<Listener> listeners;
    const auto last = static_cast<double>(std::max<std::size_t>(perspectives.size(), 2) - 1);
    for (std::size_t n = 0; n < perspectives.size(); ++n) {
        const auto number = static_cast<double>(n);
        ListenerSpec spec;
        spec.name = "l" + std::to_string(n);
        spec.perspective = perspectives[n];
        spec.ppm = -100.0 + 200.0 * number / last;
        spec.offset_ms = (n % 2 == 0 ? 1.0 : -1.0) * (1'234.5 + 777.7 * number);
        listeners.emplace_back(folder, url, spec);
    }
    return listeners;
}

TapComparison compare_taps(const std::vector<DecodedTap>& taps) {
    using Key = std::tuple<int, std::uint32_t, std::uint32_t>;
    struct Seen {
        std::size_t tap;
        const DecodedTap::Entry* entry;
    };
    std::map<Key, Seen> first;
    TapComparison result;
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
        std::int64_t settled = INT64_MIN;
        std::set<std::pair<int, std::uint32_t>> begun;
        for (const DecodedTap::Entry& entry : taps[tap].entries) {
            // From packet 0 of an epoch on, all decoders start alike; who came in later needs time.
            const bool joined_here = begun.insert({entry.stream, entry.epoch}).second;
            if (entry.concealed || (joined_here && entry.sequence != 0)) {
                settled = entry.media + kSecond;
            }
            if (entry.concealed || entry.media < settled) {
                continue;
            }
            const auto [other, inserted] =
                first.try_emplace({entry.stream, entry.epoch, entry.sequence}, Seen{tap, &entry});
            if (inserted) {
                continue;
            }
            ++result.compared;
            const DecodedTap& reference = taps[other->second.tap];
            bool same = entry.media == other->second.entry->media &&
                        entry.programme == other->second.entry->programme;
            for (std::size_t channel = 0; channel < 2; ++channel) {
                const auto a = taps[tap].audio.channel(channel).subspan(
                    static_cast<std::size_t>(entry.file_frame), 960);
                const auto b = reference.audio.channel(channel).subspan(
                    static_cast<std::size_t>(other->second.entry->file_frame), 960);
                same = same && std::equal(a.begin(), a.end(), b.begin());
            }
            if (!same && result.different++ == 0) {
                std::ostringstream text;
                text << "listeners " << other->second.tap << " and " << tap << ", stream "
                     << entry.stream << ", epoch " << entry.epoch << ", packet " << entry.sequence;
                result.first_difference = text.str();
            }
        }
    }
    return result;
}

std::string summary(const std::string& name, const ErrorReport& report) {
    char line[160];
    std::snprintf(line, sizeof line,
                  "%-4s %4zu windows  p50 %7.1f us  p99 %7.1f us  max %7.1f us  quiet %d  lost %d",
                  name.c_str(), report.windows.size(), report.p50_us(), report.p99_us(),
                  report.max_us(), report.quiet, report.not_found);
    return line;
}

}  // namespace earshot::test
