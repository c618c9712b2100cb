#include "client/app.hpp"

#include "client/core/command_runner.hpp"
#include "client/core/latency_store.hpp"
#include "client/core/latency_watch.hpp"
#include "client/core/line_feeder.hpp"
#include "client/core/listener_link.hpp"
#include "client/core/player.hpp"
#include "client/core/resume_store.hpp"
#include "client/core/stats_printer.hpp"
#include "client/core/tls_trust.hpp"
#include "client/decoded_recorder.hpp"
#include "client/sink/clock_bridge.hpp"
#include "common/base/log.hpp"
#include "common/rt/realtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto kHousekeeping = 100ms;
/// While something else acts on what is decoded, heard or felt.
constexpr auto kBusyHousekeeping = 20ms;
constexpr auto kStatsPeriod = 1s;

PlayerConfig player_config(const Options& options, double latency_ms) {
    PlayerConfig config;
    config.device_latency = std::chrono::nanoseconds{static_cast<std::int64_t>(latency_ms * 1e6)};
    config.level_cap_dbfs = options.level_cap_dbfs;
    return config;
}

/// The delay of a device: as the command line says, and that is kept; else as it was kept.
/// @param where  "ear" or "skin".
double settled_latency_ms(const Options& options,
                          const sink::SinkSpec& spec,
                          const std::string& where,
                          std::optional<double> asked_ms,
                          Log& log) {
    if (options.state_dir.empty()) {
        return asked_ms.value_or(0.0);
    }
    LatencyStore store(options.state_dir);
    const std::string device = where + ' ' + sink::device_key(spec);
    const auto kept_ms = store.load(device);
    const auto tell = [&](double ms, const char* how) {
        std::array<char, 64> text{};
        std::snprintf(text.data(), text.size(), "device latency %g ms, %s", ms, how);
        log.info(where, text.data());
    };
    if (!asked_ms) {
        if (kept_ms) {
            tell(*kept_ms, "kept from before");
        }
        return kept_ms.value_or(0.0);
    }
    if (const auto saved = store.save(device, *asked_ms); !saved) {
        log.warning(where, saved.failure().text);
    } else {
        tell(*asked_ms, "kept for this device");
    }
    return *asked_ms;
}

/// Options with every choice made that depends on this machine.
Options settled(Options options, Log& log) {
    options.sink = sink::resolved(options.sink);
    options.device_latency_ms =
        settled_latency_ms(options, options.sink, "ear", options.device_latency_ms, log);
    if (options.tactile_sink) {
        options.tactile_sink = sink::resolved(*options.tactile_sink);
        options.tactile_latency_ms = settled_latency_ms(options, *options.tactile_sink, "skin",
                                                        options.tactile_latency_ms, log);
    }
    return options;
}

SessionConfig session_config(const Options& options, const std::optional<ResumeStore>& store) {
    SessionConfig config;
    config.client = "earshot-client " EARSHOT_VERSION;
    config.name = options.name;
    config.group = options.group;
    config.perspective = options.perspective;
    config.join_code = options.url.join_code;
    config.resume_token = store ? store->load() : std::string{};
    config.level_cap_dbfs = options.level_cap_dbfs;
    config.device_latency_ms = options.device_latency_ms.value_or(0.0);
    config.haptics = !options.on_haptic.empty();
    config.transport = options.transport;
    return config;
}

std::optional<ResumeStore> open_store(const Options& options) {
    return options.state_dir.empty() ? std::nullopt
                                     : std::optional<ResumeStore>{std::in_place, options.state_dir,
                                                                  options.url.authority()};
}

std::uint64_t random_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

CommandEnvironment environment_of(const StateEvent& heard) {
    std::array<char, 32> intensity{};
    std::snprintf(intensity.data(), intensity.size(), "%.3f", static_cast<double>(heard.intensity));
    return {{"EARSHOT_STATE", heard.state},
            {"EARSHOT_LABEL", heard.label},
            {"EARSHOT_CAPTION", heard.caption},
            {"EARSHOT_PROGRAMME_TIME", programme_text(heard.programme)},
            {"EARSHOT_INTENSITY", intensity.data()}};
}

}  // namespace

/// A second device, for shakers: a player of its own, in step by the same clock.
class TactileOutput {
public:
    /// @param machine  The client's clock. Outlives this.
    TactileOutput(const Options& options, const LocalClockSource& machine)
        : player_(player_config(options, options.tactile_latency_ms.value_or(0.0))),
          audio_(player_),
          opened_(sink::make_sink(*options.tactile_sink)),
          bridge_(player_, *opened_.clock, machine) {}
    ~TactileOutput() { stop(); }
    TactileOutput(const TactileOutput&) = delete;
    TactileOutput& operator=(const TactileOutput&) = delete;

    void start() { opened_.sink->start(bridge_); }
    void stop() const noexcept { opened_.sink->stop(); }
    [[nodiscard]] ListenerAudio& audio() noexcept { return audio_; }
    [[nodiscard]] std::string description() const { return opened_.sink->description(); }

private:
    Player player_;
    PlayerAudio audio_;
    sink::OpenedSink opened_;
    sink::ClockBridge bridge_;
};

/// All parts of the program; members in the order in which they depend on each other.
class App::Listener final : private ListenerLinkEvents {
public:
    explicit Listener(const Options& options)
        : log_("earshot-client"),
          options_(settled(options, log_)),
          store_(open_store(options)),
          player_(player_config(options_, options_.device_latency_ms.value_or(0.0))),
          audio_(player_),
          opened_(sink::make_sink(options_.sink)),
          tactile_(options_.tactile_sink ? std::make_unique<TactileOutput>(options_, *opened_.clock)
                                         : nullptr),
          session_(
              session_config(options_, store_), audio_, tactile_ ? &tactile_->audio() : nullptr),
          signals_(io_, SIGINT, SIGTERM),
          housekeeping_(io_),
          stats_timer_(io_),
          duration_(io_) {
        audio_.watch(*opened_.sink);
        if (options.url.tls) {
            trust_.emplace(options.tls_ca);
        }
        if (!options.record_decoded.empty()) {
            recorder_.emplace(options.record_decoded);
            player_.enable_decoded_tap();
        }
        if (!options.on_state.empty()) {
            runner_.emplace(options.on_state);
        }
        if (!options.on_haptic.empty()) {
            feeder_.emplace(options.on_haptic);
        }
        link_.emplace(io_, options.url, trust_ ? &*trust_ : nullptr, *opened_.clock, session_,
                      static_cast<ListenerLinkEvents&>(*this), random_seed());
    }

    int run() {
        // A reader of --stats that goes away must not end the sound.
        std::signal(SIGPIPE, SIG_IGN);
        signals_.async_wait([this](error_code error, int) {
            if (!error) {
                finish(0);
            }
        });
        if (options_.duration) {
            duration_.expires_after(
                std::chrono::duration_cast<std::chrono::nanoseconds>(*options_.duration));
            duration_.async_wait([this](error_code error) {
                if (!error) {
                    on_duration();
                }
            });
        }
        started_ = std::chrono::steady_clock::now();
        opened_.sink->start(player_);
        log_.info("sink", opened_.sink->description());
        if (tactile_) {
            tactile_->start();
            log_.info("tactile", tactile_->description());
        }
        // Only here: all threads have their stacks, so that little is still to be asked for.
        if (options_.lock_memory && !rt::lock_memory()) {
            log_.warning("memory",
                         "the system does not permit --lock-memory (raise LimitMEMLOCK, or memlock "
                         "in limits.conf); going on without");
        }
        link_->start();
        keep_house();
        if (options_.stats != StatsFormat::none) {
            stats_timer_.expires_at(started_);
            next_stats();
        }
        io_.run();
        return close_files() ? code_ : 1;
    }

private:
    void on_live() override {
        ever_live_ = true;
        const SessionInfo& info = session_.info();
        log_.info("session", "listener " + std::to_string(info.listener_id) +
                                 (info.badge.empty() ? "" : " (" + info.badge + ")") + " of " +
                                 (info.show_title.empty() ? "an open session" : info.show_title) +
                                 ", lead " + std::to_string(info.lead_ms) + " ms");
        if ((tactile_ || feeder_) && info.companions.empty()) {
            log_.warning("tactile", "this server makes nothing that could be felt");
        }
        if (store_) {
            if (const auto saved = store_->save(session_.resume_token()); !saved) {
                log_.warning("session", saved.failure().text);
            }
        }
    }

    void on_lost(std::string_view reason, std::chrono::milliseconds wait) override {
        log_.warning("connection",
                     std::string{reason} + "; again in " + std::to_string(wait.count()) + " ms");
    }

    void on_refused(std::string_view reason) override {
        log_.error("session", reason);
        finish(1);
    }

    void on_duration() {
        if (!ever_live_) {
            log_.error("connection", "there was no session in all that time");
        }
        finish(ever_live_ ? 0 : 1);
    }

    void keep_house() {
        drain_decoded();
        tell_states();
        if (runner_) {
            runner_->poll();
        }
        if (feeder_) {
            tell_points();
        }
        watch_device();
        housekeeping_.expires_after(until_next());
        housekeeping_.async_wait([this](error_code error) {
            // A timer that is due already calls back without error, cancelled or not.
            if (!error && !finished_) {
                keep_house();
            }
        });
    }

    void watch_device() {
        const auto change = latency_watch_.look(
            opened_.sink->latency_jumps(), opened_.sink->reported_latency(), opened_.clock->now());
        if (change) {
            std::array<char, 128> text{};
            std::snprintf(text.data(), text.size(),
                          "the device's latency changed by %+.0f ms: calibrate again with "
                          "--device-latency-ms",
                          static_cast<double>(change->count()) * 1e-3);
            log_.warning("sink", text.data());
        }
    }

    /// Less than the period if a state is to be heard or a point to be felt before.
    [[nodiscard]] std::chrono::nanoseconds until_next() const {
        const std::chrono::nanoseconds period =
            recorder_ || runner_ || feeder_ ? kBusyHousekeeping : kHousekeeping;
        auto due = session_.states().next_due(session_.heard_stream());
        if (const auto felt = session_.haptics().next_due(); felt && (!due || *felt < *due)) {
            due = felt;
        }
        if (!due || !session_.clock().valid) {
            return period;
        }
        // A microsecond more, so that the frame has started when it is asked for.
        const auto wait = session_.clock().to_local(to_instant(*due)) - opened_.clock->now() + 1us;
        return std::clamp<std::chrono::nanoseconds>(wait, 0ns, period);
    }

    [[nodiscard]] MediaTime media_at_dac() const {
        return to_frame(session_.clock().to_media(opened_.clock->now()));
    }

    void tell_states() {
        if (!session_.clock().valid) {
            return;
        }
        for (const StateEvent& heard :
             session_.states().advance(media_at_dac(), session_.heard_stream())) {
            log_.info("state", heard.state + (heard.label.empty() ? "" : " (" + heard.label + ")") +
                                   " at " + programme_text(heard.programme));
            if (runner_) {
                runner_->run(environment_of(heard));
                if (!runner_->last_error().empty()) {
                    log_.warning_limited("on-state", "spawn", runner_->last_error());
                }
            }
        }
    }

    void tell_points() {
        const auto now = std::chrono::steady_clock::now();
        feeder_->poll(now);
        if (feeder_->last_error() != told_error_) {
            told_error_ = feeder_->last_error();
            log_.warning_limited("on-haptic", "command", told_error_);
        }
        if (!session_.clock().valid) {
            return;
        }
        for (const TimedPoint& felt :
             session_.haptics().advance(media_at_dac(), session_.programme())) {
            feeder_->write(haptic_line(felt), now);
        }
    }

    /// A last point with nothing in it, whatever was felt before.
    void end_points() {
        session_.haptics().hush();
        tell_points();
        feeder_->close();
    }

    void drain_decoded() {
        while (recorder_ && player_.pop_decoded(decoded_)) {
            recorder_->write(decoded_);
        }
    }

    void next_stats() {
        stats_timer_.expires_at(stats_timer_.expiry() + kStatsPeriod);
        stats_timer_.async_wait([this](error_code error) {
            if (!error && !finished_) {
                print_stats();
                next_stats();
            }
        });
    }

    void print_stats() {
        StatsLine line;
        line.time_s =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        line.connected = session_.live();
        line.clock = session_.clock();
        line.round_trip = session_.round_trip();
        line.player = audio_.stats();
        line.stream = session_.heard_stream();
        for (const StreamInfo& stream : session_.info().streams) {
            if (stream.id == line.stream) {
                line.perspective = stream.perspective;
            }
        }
        if (const auto& heard = session_.states().heard()) {
            line.state = heard->state;
            line.caption = heard->caption;
        }
        line.media = line.player.media;
        line.programme = line.player.programme;
        if (!line.player.playing && line.clock.valid) {
            line.media = media_at_dac();
            line.programme =
                session_.programme().programme_at(line.media).value_or(ProgrammeTime{});
        }
        line.transport = session_.media_path().transport();
        line.repaired = session_.media_path().repaired();
        line.device_latency_ms =
            static_cast<double>(opened_.sink->reported_latency().count()) * 1e-3;
        std::string text =
            options_.stats == StatsFormat::json ? stats_json(line) : stats_text(line);
        text += '\n';
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }

    void finish(int code) {
        if (std::exchange(finished_, true)) {
            return;
        }
        code_ = code;
        signals_.cancel();
        duration_.cancel();
        stats_timer_.cancel();
        housekeeping_.cancel();
        link_->stop("the listener left");
        if (feeder_) {
            end_points();
        }
        if (tactile_) {
            tactile_->stop();
        }
        opened_.sink->stop();
    }

    bool close_files() {
        drain_decoded();
        if (recorder_ && !recorder_->close()) {
            log_.error("recording", "cannot complete " + options_.record_decoded.string());
            return false;
        }
        return true;
    }

    Log log_;
    Options options_;
    std::optional<ResumeStore> store_;
    std::optional<TlsTrust> trust_;
    std::optional<DecodedRecorder> recorder_;
    std::optional<CommandRunner> runner_;
    std::optional<LineFeeder> feeder_;
    std::string told_error_;
    Player player_;
    PlayerAudio audio_;
    sink::OpenedSink opened_;  ///< After the player: its thread ends before the player goes.
    std::unique_ptr<TactileOutput> tactile_;
    ClientSession session_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer housekeeping_;
    boost::asio::steady_timer stats_timer_;
    boost::asio::steady_timer duration_;
    std::optional<ListenerLink> link_;
    std::chrono::steady_clock::time_point started_;
    DecodedBlock decoded_{};
    LatencyWatch latency_watch_;
    bool ever_live_ = false;
    bool finished_ = false;
    int code_ = 0;
};

App::App(const Options& options) : listener_(std::make_unique<Listener>(options)) {}

App::~App() = default;

int App::run() {
    return listener_->run();
}

}  // namespace earshot::client
