#include "tests/support/demo_watch.hpp"

#include "tests/support/http_client.hpp"
#include "tests/support/json.hpp"

#include <boost/json/array.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr double kFramesPerSecond = 48'000.0;

void keep(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path part = file.string() + ".part";
    std::ofstream(part, std::ios::binary) << text;
    std::filesystem::rename(part, file);
}

std::string state_of(const boost::json::value& status, const std::string& perspective) {
    const boost::json::value& streams = member(status, "streams");
    if (streams.is_array()) {
        for (const boost::json::value& stream : streams.get_array()) {
            if (text_or_empty(stream, "perspective") == perspective) {
                const auto label = text_or_empty(stream, "label");
                return std::string(label.empty() ? text_or_empty(stream, "state") : label);
            }
        }
    }
    return {};
}

double worst_error_us(const boost::json::value& status) {
    double worst = 0.0;
    const boost::json::value& listeners = member(status, "listeners");
    if (listeners.is_array()) {
        for (const boost::json::value& listener : listeners.get_array()) {
            worst = std::max(worst, number_or(listener, "error_p99_us", 0.0));
        }
    }
    return worst;
}

std::string progress(const boost::json::value& status, const WatchSettings& settings) {
    std::array<char, 240> line{};
    std::snprintf(line.data(), line.size(),
                  "%-8s %s  heard as %-24s  %2.0f of %d in step  worst p99 they report %.0f us",
                  std::string(text_or_empty(status, "phase")).c_str(),
                  std::string(text_or_empty(status, "programme")).c_str(),
                  state_of(status, settings.perspective).c_str(),
                  number_or(status, "listeners_in_step", 0.0), settings.listeners,
                  worst_error_us(status));
    return line.data();
}

}  // namespace

void watch_demo(const WatchSettings& settings) {
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    const auto begun = std::chrono::steady_clock::now();
    auto next_line = begun;
    std::string last_state;
    bool played = false;
    while (true) {
        const HttpAnswer answer = http_request(settings.port, "GET", "/api/v1/status");
        const boost::json::value status = parse_json(answer.body);
        const auto phase = text_or_empty(status, "phase");
        if (phase == "playing" && !played) {
            keep(settings.folder / "start.json", answer.body);
            played = true;
        }
        if (played && phase == "playing") {
            keep(settings.folder / "status.json", answer.body);
        }
        if (!played && std::chrono::steady_clock::now() > begun + 60s) {
            throw std::runtime_error("the show did not start within 60 s");
        }
        const std::string state = state_of(status, settings.perspective);
        const auto now = std::chrono::steady_clock::now();
        if (terminal) {
            std::printf("\r\033[K%s", progress(status, settings).c_str());
        } else if (now >= next_line || state != last_state) {
            std::printf("%s\n", progress(status, settings).c_str());
            next_line = now + 5s;
        }
        std::fflush(stdout);
        last_state = state;
        const double at = number_or(status, "programme_time", 0.0) / kFramesPerSecond;
        if (played && (phase != "playing" || (settings.seconds > 0.0 && at >= settings.seconds))) {
            break;
        }
        std::this_thread::sleep_for(250ms);
    }
    if (terminal) {
        std::printf("\n");
    }
}

}  // namespace earshot::test
