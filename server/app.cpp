#include "server/app.hpp"

#include "common/base/clock.hpp"
#include "common/base/level.hpp"
#include "common/base/random_bytes.hpp"
#include "common/dsp/overlay/measure_levels.hpp"
#include "common/show/cue_schedule.hpp"
#include "common/show/hearing_states.hpp"
#include "common/show/show.hpp"
#include "server/control/api.hpp"
#include "server/control/status_json.hpp"
#include "server/demo_show.hpp"
#include "server/evidence/lockstep_report.hpp"
#include "server/evidence/packet_digests.hpp"
#include "server/ops/access.hpp"
#include "server/ops/admin_token.hpp"
#include "server/ops/health.hpp"
#include "server/ops/listener_metrics.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/status_page.hpp"
#include "server/render/engine_thread.hpp"
#include "server/render/render_engine.hpp"
#include "server/session/room_risk.hpp"
#include "server/session/session.hpp"
#include "server/source/feed_factory.hpp"
#include "server/source/live_clock.hpp"
#include "server/source/source_spec.hpp"
#include "server/stream/packet_journal.hpp"
#include "server/stream/stream_encoder.hpp"
#include "server/transport/admission.hpp"
#include "server/transport/transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <systemd/sd-daemon.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace earshot::server {
namespace {

constexpr std::string_view kArea = "server";
constexpr std::size_t kSessionIdBytes = 8;
constexpr auto kControlTick = std::chrono::milliseconds{10};
constexpr std::int64_t kProgressPeriodNs = 3'000'000'000;
constexpr int kFilePacketsABundle = 2;  // DESIGN 6: 2 to 3 in chase mode, 1 live

show::Show load(const Options& options) {
    if (options.demo) return value_or_throw(show::parse_show(kDemoShow, "demo.toml", "."));
    if (!options.show.empty()) return value_or_throw(show::load_show(options.show));
    return show::show_for_source(options.source);
}

std::vector<std::shared_ptr<const show::CueSchedule>> schedules_of(const show::Show& show,
                                                                   show::HearingStates& states) {
    std::vector<std::shared_ptr<const show::CueSchedule>> schedules;
    for (const show::Perspective& perspective : show.perspectives) {
        schedules.push_back(value_or_throw(show::build_schedule(show, perspective.id, states)));
    }
    return schedules;
}

std::unique_ptr<audio::ProgrammeFeed> feed_of(const show::Show& show) {
    const auto spec = value_or_throw(source::parse_source_spec(show.programme.source));
    std::vector<std::filesystem::path> stems;
    for (const show::Layer& layer : show.programme.layers) stems.push_back(layer.file);
    return source::make_feed(spec, show.programme.gain_db, stems);
}

/// What the show's hearing states follow; null if none follows anything, or the sound is live.
std::shared_ptr<const dsp::ProgrammeLevels> levels_of(const show::Show& show, Log& log) {
    if (!show::needs_levels(show)) return nullptr;
    const auto spec = value_or_throw(source::parse_source_spec(show.programme.source));
    if (spec.live()) {
        log.warning(kArea,
                    "live sound is not known beforehand: thresholds do not shift with it, and it "
                    "does not mask ringing");
        return nullptr;
    }
    const auto reader = source::make_reader(spec);
    const std::int64_t begin = monotonic_raw_ns();
    std::int64_t next = begin + kProgressPeriodNs;
    auto levels = dsp::measure_levels(*reader, show.programme.gain_db, [&](double share) {
        if (monotonic_raw_ns() < next) return;
        next = monotonic_raw_ns() + kProgressPeriodNs;
        const std::string done =
            "measuring the programme's levels: " + std::to_string(static_cast<int>(100.0 * share)) +
            " %";
        log.info(kArea, done);
        sd_notify(0, ("STATUS=" + done + "\nEXTEND_TIMEOUT_USEC=30000000").c_str());
    });
    const std::int64_t ms = (monotonic_raw_ns() - begin) / 1'000'000;
    log.info(kArea, "the programme's levels, which its hearing states follow, took " +
                        std::to_string(ms) + " ms to measure");
    return levels;
}

session::SessionSettings session_settings(const Options& options) {
    return {.id = random_hex(kSessionIdBytes),
            .seats = static_cast<std::size_t>(options.seats),
            .level_cap_dbfs = options.level_cap_dbfs,
            .lead = options.lead,
            .start_at_listeners =
                options.start.kind == StartRule::Kind::listeners ? options.start.listeners : 0,
            .server_name = std::string("earshot-server ") + EARSHOT_VERSION,
            .bitrate_bps = options.bitrate_kbps * 1'000,
            .tactile_bitrate_bps = options.feel ? stream::StreamEncoder::kTactileBitrate : 0};
}

transport::TransportConfig transport_config(const Options& options) {
    return {.listen_address = options.address,
            .port = options.port,
            .shards = options.shards,
            .web_dir = options.web_dir.string(),
            .tls_cert = options.tls_cert.string(),
            .tls_key = options.tls_key.string(),
            .udp = options.udp,
            .max_connections = static_cast<std::size_t>(options.seats) + 200,
            .max_connections_per_address = static_cast<std::size_t>(options.seats) + 100,
            // Without a created session there is no code to ask for: the network is the door.
            .may_listen = transport::is_local};
}

/// One running server. Members stand in the order of the audio's way; they go in the opposite one.
class App {
public:
    App(const Options& options, Log& log)
        : options_(options),
          log_(log),
          show_(load(options)),
          states_(*show_.states, kDefaultCalibrationDbSpl, levels_of(show_, log)),
          schedules_(schedules_of(show_, states_)),
          feed_(feed_of(show_)),
          token_(ops::AdminToken::load_or_create(options.data_dir)),
          listener_metrics_(metrics_),
          session_(session_settings(options), show_, clock_, log),
          api_(session_, clock_, [this] { return status(); }),
          transport_(
              control_,
              transport_config(options),
              clock_,
              log,
              [this](const wire::HttpRequest& request, const wire::HttpResponder& respond) {
                  handle(request, respond);
              },
              session_),
          encoder_(static_cast<int>(schedules_.size()),
                   audio::ProgrammeFeed::kLanes,
                   options.bitrate_kbps * 1'000,
                   sinks(),
                   options.feel ? stream::Feel::tactile_and_haptics : stream::Feel::nothing),
          engine_({.lead = options.lead,
                   .packets_a_tick = feed_->seekable() ? kFilePacketsABundle : 1,
                   .layers = show_.programme.layer_names()},
                  schedules_,
                  states_.bank(),
                  *feed_,
                  encoder_),
          playback_(
              show_, schedules_, states_, *feed_, engine_, session_, options.lead, clock_.now()),
          signals_(control_, SIGINT, SIGTERM, SIGHUP),
          timer_(control_) {
        session_.attach(transport_, playback_);
        metrics_.on_read([this](ops::Metrics::Snapshot& out) { collect(out); });
    }

    int run() {
        transport_.set_lead(options_.lead);
        transport_.set_bundle_packets(feed_->seekable() ? kFilePacketsABundle : 1);
        playback_.begin(clock_.now());
        transport_.start();
        engine_thread_ = std::make_unique<render::EngineThread>(engine_, encoder_, clock_);
        if (options_.loop) (void)playback_.loop_all(clock_.now());
        if (options_.start.kind == StartRule::Kind::now) (void)playback_.go(clock_.now());
        announce();
        wait_for_signal();
        tick();
        control_.run();
        return 0;
    }

private:
    std::vector<wire::PacketSink*> sinks() {
        std::vector<wire::PacketSink*> sinks{&transport_.sink(), &digests_};
        if (!options_.packet_journal.empty()) {
            journal_ = std::make_unique<stream::PacketJournal>(options_.packet_journal);
            sinks.push_back(journal_.get());
        }
        return sinks;
    }

    void announce() {
        const std::string host =
            options_.address == "::" || options_.address == "0.0.0.0"
                ? "localhost"
                : (options_.address.find(':') == std::string::npos ? options_.address
                                                                   : "[" + options_.address + "]");
        const std::string url = std::string(transport_.secure() ? "https://" : "http://") + host +
                                ":" + std::to_string(transport_.port());
        log_.info(kArea, "'" + show_.title + "' from " + feed_->description() +
                             "; rights: " + show_.rights);
        log_.warning(kArea,
                     "open session: whoever is on the local network may listen, without a code");
        std::cout << "earshot-server listening on " << url
                  << std::endl;  // scripts wait for it: flush
        sd_notify(0, "READY=1");
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error) return;
            if (signal != SIGHUP) return stop();
            if (transport_.secure()) transport_.reload_tls();
            wait_for_signal();
        });
    }

    /// Every 10 ms on the control thread: the timeline's work, and what the source has to say.
    void tick() {
        timer_.expires_after(kControlTick);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            playback_.tick(clock_.now());
            session_.tick(clock_.now());
            watch_source();
            watch_listeners();
            tick();
        });
    }

    void watch_source() {
        const bool stalled = feed_->counters().stalled;
        if (stalled == source_stalled_) return;
        source_stalled_ = stalled;
        if (stalled) {
            health_.set_not_ready("source", "the source delivers nothing");
            log_.warning_limited(kArea, "stall",
                                 "the source delivers nothing; listeners hear silence");
        } else {
            health_.set_ready("source");
            log_.info(kArea, "the source delivers sound again");
        }
    }

    void watch_listeners() {
        evidence::PacketDigest digest;
        while (digests_.pop(digest)) session_.sent(digest);
        for (const session::ListenerReport& report : session_.take_reports()) {
            listener_metrics_.observe({.playing = report.playing,
                                       .error_p50_us = report.error_p50_us,
                                       .error_p99_us = report.error_p99_us,
                                       .fit_bound_us = report.fit_bound_us,
                                       .path_bound_us = report.path_bound_us,
                                       .rtt_us = report.rtt_us,
                                       .buffer_ms = report.buffer_ms,
                                       .correction_ppm = report.correction_ppm});
        }
    }

    void stop() {
        log_.info(kArea, "ending");
        sd_notify(0, "STOPPING=1");
        timer_.cancel();
        engine_thread_.reset();  // first, so that nobody pushes packets into the transport any more
        transport_.stop();
        control_.stop();
    }

    std::string status() {
        const stream::StreamCounters packets = encoder_.counters();
        const render::EngineCounters engine = engine_.counters();
        return control::status_json(session_, {.clock = clock_,
                                               .feed = *feed_,
                                               .stream_packets = packets.packets,
                                               .stream_bytes = packets.bytes,
                                               .late_ticks = engine.late_ticks,
                                               .engine_load = engine_load()});
    }

    void handle(const wire::HttpRequest& request, const wire::HttpResponder& respond) {
        const ops::Access access = ops::decide_access(ops::caller_of(request), token_);
        if (!access.granted) {
            wire::HttpResponse refusal{
                .status = access.status, .body = access.reason + "\n", .headers = {}};
            if (access.status == 401) refusal.headers["WWW-Authenticate"] = "Bearer";
            return respond(std::move(refusal));
        }
        if (request.path.starts_with("/api/")) return api_.handle(request, respond);
        if (request.method != "GET" && request.method != "HEAD") {
            return respond({.status = 405, .body = "use GET here\n", .headers = {}});
        }
        respond(page(request.path));
    }

    [[nodiscard]] wire::HttpResponse page(const std::string& path) {
        if (path == "/healthz") {
            return {.status = 200, .body = ops::Health::healthz().body, .headers = {}};
        }
        if (path == "/readyz") {
            const auto answer = health_.readyz();
            return {.status = answer.status, .body = answer.body, .headers = {}};
        }
        if (path == "/metrics") {
            return {.content_type = std::string(ops::Metrics::kContentType),
                    .body = metrics_.text(),
                    .headers = {}};
        }
        if (const ops::PageFile* file = ops::status_page(path)) {
            return {.content_type = std::string(file->content_type),
                    .body = std::string(file->body),
                    .headers = {}};
        }
        return {.status = 404, .body = "there is nothing here\n", .headers = {}};
    }

    void collect(ops::Metrics::Snapshot& out) {
        const transport::TransportCounters net = transport_.counters();
        const audio::FeedCounters feed = feed_->counters();
        const stream::StreamCounters packets = encoder_.counters();
        const auto number = [](auto value) { return static_cast<double>(value); };
        out.gauge("build_info", "Always 1; the version is a label", 1.0,
                  {{"version", EARSHOT_VERSION}});
        out.gauge("listeners", "Connected listeners", number(session_.listeners().connected()));
        out.gauge("listeners_in_step", "Listeners whose 99 % error is under 1 ms",
                  number(session_.in_step()));
        out.gauge("listeners_at_risk", "Listeners that had a gap lately, or soon may have one",
                  number(session::room_risk(session_).at_risk));
        out.gauge("lead_seconds", "How far ahead packets are sent",
                  std::chrono::duration<double>(session_.playback().lead_now()).count());
        out.gauge("engine_load_ratio", "Share of one core that rendering takes", engine_load());
        out.counter("engine_late_ticks_total", "Engine ticks that came too late",
                    number(engine_.counters().late_ticks));
        out.counter("packets_encoded_total", "Packets encoded, all streams",
                    number(packets.packets));
        out.counter("codec_errors_total", "Blocks that could not be encoded",
                    number(packets.codec_errors));
        out.counter("packets_sent_total", "Packets sent to listeners", number(net.packets_sent));
        out.counter("packets_dropped_late_total",
                    "Packets dropped for listeners too slow to take them",
                    number(net.packets_dropped_late));
        out.counter("shard_ring_drops_total", "Packets that found a shard's ring full",
                    number(net.ring_drops));
        out.counter("sent_bytes_total", "Bytes sent to listeners", number(net.bytes_sent));
        out.counter("source_stalls_total", "Times the source stopped delivering",
                    number(feed.stalls));
        out.counter("source_starved_seconds_total", "Silence played because the source had nothing",
                    number(feed.starved_frames) / kSampleRateHz);
        for (std::size_t i = 0; i < net.refused.size(); ++i) {
            const auto reason = transport::name_of(static_cast<transport::Refused>(i));
            out.counter("connections_refused_total", "Connections refused or closed, by reason",
                        number(net.refused[i]), {{"reason", std::string(reason)}});
        }
        collect_datagrams(out, net);
        collect_lockstep(out);
    }

    static void collect_datagrams(ops::Metrics::Snapshot& out,
                                  const transport::TransportCounters& net) {
        const auto number = [](auto value) { return static_cast<double>(value); };
        out.gauge("listeners_udp", "Listeners whose media goes by UDP", number(net.listeners_udp));
        out.counter("datagrams_received_total", "Datagrams of listeners",
                    number(net.datagrams_received));
        out.counter("datagrams_sent_total", "Datagrams sent to listeners",
                    number(net.datagrams_sent));
        out.counter("datagrams_unsent_total", "Datagrams that the system did not take",
                    number(net.datagrams_unsent));
        out.counter("repairs_asked_total", "Packets that listeners asked for again",
                    number(net.repairs_asked));
        out.counter("repairs_sent_total", "Of them, those sent", number(net.repairs_sent));
        out.counter("packets_repeated_total", "Packets sent twice because of a listener's losses",
                    number(net.packets_repeated));
        out.counter("udp_fallbacks_total",
                    "Times media went back to the WebSocket because a listener fell silent",
                    number(net.udp_fallbacks));
        for (std::size_t i = 0; i < net.datagrams_dropped.size(); ++i) {
            const auto reason = transport::name_of(static_cast<transport::DatagramDrop>(i));
            out.counter("datagrams_dropped_total", "Datagrams not listened to, by reason",
                        number(net.datagrams_dropped[i]), {{"reason", std::string(reason)}});
        }
    }

    void collect_lockstep(ops::Metrics::Snapshot& out) {
        const evidence::LockstepReport& report = session_.lockstep();
        const evidence::Tally& total = report.total();
        const auto number = [](auto value) { return static_cast<double>(value); };
        out.counter("listener_reports_total", "Reports of listeners", number(total.reports));
        if (const auto apart = report.apart_us(clock_.now())) {
            out.gauge("listeners_apart_seconds",
                      "Between the two listeners that are farthest apart", *apart / 1e6);
        }
        out.counter("listener_joins_total", "Listeners that came", number(total.joins));
        out.counter("listener_returns_total", "Listeners that came back", number(total.returns));
        out.counter("listener_departures_total", "Connections of listeners that ended",
                    number(total.departures));
        out.counter("listener_reanchors_total", "Times listeners began anew with their device",
                    number(total.reanchors));
        out.counter("listener_packets_lost_total", "Packets that listeners had to do without",
                    number(total.lost));
        out.counter("listener_packets_late_total", "Packets that came too late to listeners",
                    number(total.late));
        out.counter("listener_concealed_seconds_total", "Sound that listeners had to make up",
                    number(total.concealed_frames) / kSampleRateHz);
        out.counter("digests_dropped_total", "Sent packets that could not be kept to compare",
                    number(digests_.dropped()));
        std::uint8_t stream = 0;
        for (const show::Perspective& perspective : show_.perspectives) {
            const evidence::DeliveryFigures figures = report.delivery(StreamId{stream++});
            const ops::Metrics::Labels labels{{"perspective", perspective.id}};
            out.counter("delivery_seconds_compared_total",
                        "Listener-seconds of which the packets were compared with what was sent",
                        number(figures.seconds), labels);
            out.counter("delivery_seconds_different_total", "Of them, those that differ",
                        number(figures.different), labels);
            out.counter("delivery_packets_missing_total", "Packets that did not reach a listener",
                        number(figures.missing), labels);
        }
    }

    [[nodiscard]] double engine_load() const {
        const auto up =
            std::chrono::duration<double, std::nano>(clock_.now().time_since_epoch()).count();
        return static_cast<double>(engine_.counters().busy_ns) / up;
    }

    const Options& options_;
    Log& log_;
    RawMediaClock clock_;
    show::Show show_;
    show::HearingStates states_;
    std::vector<std::shared_ptr<const show::CueSchedule>> schedules_;
    std::unique_ptr<audio::ProgrammeFeed> feed_;
    boost::asio::io_context control_{1};
    ops::AdminToken token_;
    ops::Health health_;
    ops::Metrics metrics_;
    ops::ListenerMetrics listener_metrics_;
    session::Session session_;
    control::Api api_;
    transport::Transport transport_;
    evidence::PacketDigests digests_;
    std::unique_ptr<stream::PacketJournal> journal_;
    stream::StreamEncoder encoder_;
    render::RenderEngine engine_;
    session::Playback playback_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer timer_;
    std::unique_ptr<render::EngineThread> engine_thread_;
    bool source_stalled_ = false;
};

}  // namespace

int run_app(const Options& options, Log& log) {
    App app(options, log);
    return app.run();
}

int check_config(const Options& options) {
    const show::Show show = load(options);
    show::HearingStates states(*show.states);
    (void)schedules_of(show, states);
    (void)feed_of(show);
    std::cout << show::describe(show) << "the configuration is good\n";
    return 0;
}

}  // namespace earshot::server
