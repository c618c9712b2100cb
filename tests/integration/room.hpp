#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/presentation_error.hpp"
#include "tests/support/recording.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace earshot::test {

using namespace std::chrono_literals;

/// True in a sanitizer run: fewer listeners, correctness only, no figures of time.
[[nodiscard]] bool sanitized_run();

/// The path of a program under test.
[[nodiscard]] std::string program(const std::string& name);

/// Waits, in steps of 50 ms. @return false if the time-out passed first.
bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds timeout);

/// One segment of the server's programme map.
struct Segment {
    std::uint32_t epoch = 0;
    std::int64_t media = 0;
    std::int64_t programme = 0;
    double rate = 0.0;
};

/// A running earshot-server on a loopback port of its own.
class Server {
public:
    /// Starts it and waits until it is ready. `--listen 127.0.0.1:PORT` and `--data-dir` are added.
    /// @param port  0: any that is free.
    /// @throws std::runtime_error  with its last words, if it does not get ready.
    Server(const TempDir& folder,
           std::vector<std::string> arguments,
           const std::string& name = "server",
           std::uint16_t port = 0);

    [[nodiscard]] const std::string& url() const noexcept { return url_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] ChildProcess& process() noexcept { return *process_; }
    [[nodiscard]] boost::json::value status() const;
    [[nodiscard]] std::string phase() const;
    /// Waits for a phase ("playing"). @return false if the time-out passed first.
    [[nodiscard]] bool wait_for_phase(const std::string& phase,
                                      std::chrono::milliseconds timeout) const;
    [[nodiscard]] bool wait_for_listeners(int connected, std::chrono::milliseconds timeout) const;
    /// POST /api/v1/transport. @return the HTTP status
    int transport(const std::string& json) const;

    [[nodiscard]] MediaEpoch epoch() const;
    [[nodiscard]] std::int64_t media_now() const;
    [[nodiscard]] std::vector<Segment> timeline() const;
    /// The newest segment that plays. @throws std::runtime_error  if none does.
    [[nodiscard]] Segment playing_segment() const;

    /// SIGTERM; what a clean end looks like is for the tests to say.
    ChildEnd stop() { return process_->stop(5s); }

private:
    std::unique_ptr<ChildProcess> process_;
    std::string url_;
    std::uint16_t port_ = 0;
};

/// How a listener's device is off, and what it listens to.
struct ListenerSpec {
    std::string name;
    std::string perspective = {};  ///< Empty: the server's choice.
    double ppm = 0.0;
    double offset_ms = 0.0;
    bool tap = true;  ///< Records what it decodes.
    std::vector<std::string> more = {};
    bool silent = false;  ///< Its device keeps no recording.
};

/// A real earshot-client with a simulated device.
class Listener {
public:
    Listener(const TempDir& folder, const std::string& url, ListenerSpec spec);

    [[nodiscard]] const ListenerSpec& spec() const noexcept { return spec_; }
    [[nodiscard]] ChildProcess& process() noexcept { return *process_; }
    /// Ends it cleanly, so that its files are whole.
    ChildEnd stop() { return process_->stop(5s); }
    [[nodiscard]] Recording recording() const { return read_recording(wav_); }
    [[nodiscard]] DecodedTap tap() const { return read_decoded_tap(tap_); }
    /// Its lines of `--stats json`.
    [[nodiscard]] std::vector<boost::json::value> stats() const;

private:
    ListenerSpec spec_;
    std::filesystem::path wav_;
    std::filesystem::path tap_;
    std::unique_ptr<ChildProcess> process_;
};

/// Ends many listeners, all at once.
void stop_all(std::vector<Listener>& listeners);

/// Listeners with crystals spread over +-100 ppm and clocks seconds apart.
/// @param perspectives  One listener for each.
[[nodiscard]] std::vector<Listener> start_listeners(const TempDir& folder,
                                                    const std::string& url,
                                                    const std::vector<std::string>& perspectives);

/// Compares what listeners decoded, before their drift correctors.
struct TapComparison {
    std::int64_t compared = 0;   ///< Blocks that two or more listeners had.
    std::int64_t different = 0;  ///< Of these, the ones that are not the same bits.
    std::string first_difference;
};

/// Block by block, by stream, epoch and sequence; for each listener from 1 s after its first packet
/// and its last loss on.
[[nodiscard]] TapComparison compare_taps(const std::vector<DecodedTap>& taps);

/// One line about an error report, for the log.
[[nodiscard]] std::string summary(const std::string& name, const ErrorReport& report);

void write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace earshot::test
