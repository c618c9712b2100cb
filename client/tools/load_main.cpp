#include "client/core/tls_trust.hpp"
#include "client/tools/load_listener.hpp"
#include "client/tools/load_report.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <vector>

namespace earshot::load {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

struct LoadOptions {
    client::ServerUrl url;
    std::uint32_t listeners = 0;
    double seconds = 0.0;
    std::uint32_t decode = 0;
    double ramp_per_s = 200.0;
    client::TransportChoice transport = client::TransportChoice::ws;
    std::string tls_ca;
    bool json = false;
};

/// Packets of a stream that a listener may lag behind the newest one: one second.
constexpr std::uint32_t kBehindPackets = 50;

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// @throws std::runtime_error  if the system does not allow so many sockets.
void allow_sockets(std::uint32_t listeners) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = 2 * rlim_t{listeners} + 128;  // one for datagrams each
    if (limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        throw std::runtime_error("the system allows " + std::to_string(limit.rlim_max) +
                                 " open files; raise it with ulimit -n for " +
                                 std::to_string(listeners) + " listeners");
    }
}

/// The whole test, on one thread.
class LoadTest {
public:
    explicit LoadTest(const LoadOptions& options)
        : options_(options),
          shared_{io_, options.url, nullptr, clock_, options.transport, {}, {}, {}},
          signals_(io_, SIGINT, SIGTERM),
          ramp_(io_),
          progress_(io_),
          end_(io_) {
        if (options.url.tls) {
            trust_.emplace(options.tls_ca);
            shared_.trust = &*trust_;
        }
    }

    int run() {
        started_ = std::chrono::steady_clock::now();
        signals_.async_wait([this](error_code error, int) {
            if (!error) {
                finish();
            }
        });
        ramp_.expires_at(started_);
        start_some();
        progress_.expires_at(started_);
        show_progress();
        io_.run();
        const std::string text = options_.json ? summary_json(summary_, shared_.figures) + "\n"
                                               : summary_text(summary_, shared_.figures);
        std::fwrite(text.data(), 1, text.size(), stdout);
        return summary_.good() ? 0 : 1;
    }

private:
    // Cancelling a timer does not take back a call that is already queued: hence finished_.
    void start_some() {
        if (finished_) {
            return;
        }
        const double since =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        const double due = 1.0 + since * options_.ramp_per_s;
        while (listeners_.size() < options_.listeners &&
               static_cast<double>(listeners_.size()) < due) {
            const auto number = static_cast<std::uint32_t>(listeners_.size());
            listeners_.push_back(
                std::make_unique<LoadListener>(shared_, number, number < options_.decode));
            listeners_.back()->start();
        }
        if (listeners_.size() == options_.listeners) {
            end_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::chrono::duration<double>(options_.seconds)));
            end_.async_wait([this](error_code error) {
                if (!error) {
                    finish();
                }
            });
            return;
        }
        ramp_.expires_at(ramp_.expiry() + 10ms);
        ramp_.async_wait([this](error_code error) {
            if (!error) {
                start_some();
            }
        });
    }

    void show_progress() {
        shared_.spread.expire(clock_.now(), shared_.figures.spread_us);
        progress_.expires_at(progress_.expiry() + 1s);
        progress_.async_wait([this](error_code error) {
            if (error || finished_) {
                return;
            }
            summarise();
            std::fprintf(stderr, "%5.0f s  %u of %u live  received %llu  missing %llu%s%s\n",
                         summary_.seconds, summary_.live, summary_.listeners,
                         static_cast<unsigned long long>(summary_.received),
                         static_cast<unsigned long long>(summary_.missing),
                         shared_.last_problem.empty() ? "" : "  last problem: ",
                         shared_.last_problem.c_str());
            show_progress();
        });
    }

    void summarise() {
        summary_ = {};
        summary_.listeners = options_.listeners;
        summary_.decoding = options_.decode;
        summary_.tls = options_.url.tls;
        summary_.udp = options_.transport == client::TransportChoice::udp;
        summary_.last_problem = shared_.last_problem;
        summary_.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        summary_.cpu_s = cpu_seconds();
        std::map<StreamId, wire::PacketStamp> newest;
        for (const auto& listener : listeners_) {
            const wire::PacketStamp& stamp = listener->sequence().newest();
            wire::PacketStamp& most = newest.try_emplace(stamp.stream, stamp).first->second;
            if (stamp.media > most.media) {
                most = stamp;
            }
        }
        for (const auto& listener : listeners_) {
            const SequenceCheck& sequence = listener->sequence();
            summary_.received += sequence.received();
            summary_.missing += sequence.missing();
            summary_.repaired += sequence.repaired();
            summary_.repeated += sequence.repeated();
            summary_.on_udp += listener->on_udp() ? 1U : 0U;
            summary_.disconnects += listener->disconnects();
            summary_.live += listener->live() ? 1U : 0U;
            summary_.never_live += listener->ever_live() ? 0U : 1U;
            summary_.refused += listener->refused() ? 1U : 0U;
            const MediaTime reached = sequence.newest().media;
            const MediaTime front = newest[sequence.newest().stream].media;
            summary_.behind += front - reached > kBehindPackets * kPacketFrames ? 1U : 0U;
            if (const auto played = listener->played()) {
                summary_.concealed_frames += played->frames_concealed;
                summary_.error_p99_us =
                    std::max(summary_.error_p99_us, static_cast<double>(played->error_p99_us));
            }
        }
    }

    void finish() {
        if (finished_) {
            return;
        }
        finished_ = true;
        signals_.cancel();
        ramp_.cancel();
        progress_.cancel();
        end_.cancel();
        summarise();
        shared_.spread.expire(clock_.now(), shared_.figures.spread_us);
        for (const auto& listener : listeners_) {
            listener->report();
            listener->stop();
        }
    }

    LoadOptions options_;
    SkewedLocalClock clock_{0.0, std::chrono::nanoseconds{0}};
    boost::asio::io_context io_{1};
    std::optional<client::TlsTrust> trust_;
    LoadShared shared_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer ramp_;
    boost::asio::steady_timer progress_;
    boost::asio::steady_timer end_;
    std::vector<std::unique_ptr<LoadListener>> listeners_;
    std::chrono::steady_clock::time_point started_;
    LoadSummary summary_;
    bool finished_ = false;
};

int wrong_usage(const std::string& text) {
    std::cerr << "earshot-load: " << text << '\n';
    return 2;
}

int run_command(int argc, char** argv) {
    LoadOptions options;
    std::string url;
    std::string transport = "ws";
    CLI::App cli{"Connects many listeners to a server and counts what they miss.", "earshot-load"};
    cli.set_version_flag("--version", "earshot-load " EARSHOT_VERSION);
    cli.add_option("URL", url, "Server: http(s)://HOST[:PORT][/j/CODE]")->required();
    cli.add_option("--listeners", options.listeners, "How many")
        ->required()
        ->check(CLI::Range(1, 100'000));
    cli.add_option("--seconds", options.seconds, "How long, once all have started")
        ->required()
        ->check(CLI::Range(0.1, 1e6));
    cli.add_option("--decode", options.decode,
                   "How many of them also decode and play, to a simulated device");
    cli.add_option("--transport", transport, "How sound and clock come to each: ws | udp")
        ->check(CLI::IsMember({"ws", "udp"}))
        ->capture_default_str();
    cli.add_option("--ramp", options.ramp_per_s, "Listeners started a second")
        ->check(CLI::Range(0.1, 1e5))
        ->capture_default_str();
    cli.add_option("--tls-ca", options.tls_ca, "PEM file of the authorities to believe for https")
        ->check(CLI::ExistingFile);
    cli.add_flag("--json", options.json, "Print the summary as one JSON object");
    cli.footer("Exit: 0 nothing missing, 1 something missing or nobody let in, 2 wrong usage.");
    try {
        cli.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return cli.exit(asked);
    } catch (const CLI::ParseError& error) {
        return wrong_usage(error.what());
    }
    options.transport = client::parse_transport(transport).value_or(client::TransportChoice::ws);
    const auto parsed = client::parse_server_url(url);
    if (!parsed) {
        return wrong_usage(parsed.failure().text);
    }
    options.url = *parsed;
    options.decode = std::min(options.decode, options.listeners);
    std::signal(SIGPIPE, SIG_IGN);
    allow_sockets(options.listeners);
    return LoadTest(options).run();
}

}  // namespace
}  // namespace earshot::load

int main(int argc, char** argv) {
    try {
        return earshot::load::run_command(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "earshot-load: " << error.what() << '\n';
        return 1;
    }
}
