#include "client/options.hpp"

#include "client/core/argv_split.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace earshot::client {
namespace {

/// What CLI11 fills in, before it is checked.
struct RawOptions {
    std::string url;
    std::string sink;
    std::string tactile_sink;
    std::string transport = "auto";
    std::string stats;
    std::string on_state;
    std::string on_haptic;
    double duration_s = 0.0;
};

EndWith wrong_usage(const std::string& text) {
    std::cerr << "earshot-client: " << text << '\n';
    return {2};
}

void describe(CLI::App& cli, RawOptions& raw, Options& options) {
    cli.set_version_flag("--version", "earshot-client " EARSHOT_VERSION);
    cli.add_option("URL", raw.url, "Server: http(s)://HOST[:PORT][/j/CODE], port 7800 by default");
    cli.add_option("--name", options.name, "Label of this receiver, as the facilitator sees it");
    cli.add_option("--group", options.group, "Group to join");
    cli.add_option("--perspective", options.perspective, "Perspective to ask for");
    cli.add_option("--sink", raw.sink,
                   "alsa[:DEV][,period=FRAMES,periods=N,rt=PRIORITY] | pulse[:SINK] | "
                   "file:PATH[,ppm=P,offset-ms=O] | null; "
                   "default: pulse if there is one, else alsa");
    cli.add_option("--transport", raw.transport,
                   "How sound and clock come: auto (UDP where it passes, else the WebSocket) | "
                   "udp (never the WebSocket) | ws")
        ->capture_default_str();
    cli.add_option("--device-latency-ms", options.device_latency_ms,
                   "Calibrated delay between the sound device and the ear (Bluetooth); with "
                   "--state-dir it is kept for this device")
        ->check(CLI::Range(0.0, 5'000.0));
    cli.add_option("--tactile-sink", raw.tactile_sink,
                   "Plays what is felt on a second device, for shakers; as --sink");
    cli.add_option("--tactile-latency-ms", options.tactile_latency_ms,
                   "Calibrated delay between that device and the skin; kept likewise")
        ->check(CLI::Range(0.0, 5'000.0));
    cli.add_flag("--lock-memory", options.lock_memory,
                 "Keep the program's memory from being paged out, so that no page is waited for");
    cli.add_option("--level-cap-dbfs", options.level_cap_dbfs, "Largest sample that is played")
        ->check(CLI::Range(-60.0, 0.0));
    cli.add_option("--state-dir", options.state_dir,
                   "Directory for the resume token (the same listener again after a restart) and "
                   "calibrated delays");
    cli.add_option("--tls-ca", options.tls_ca, "PEM file of the authorities to believe for https")
        ->check(CLI::ExistingFile);
    cli.add_option("--stats", raw.stats, "A line a second on standard output: text | json")
        ->check(CLI::IsMember({"text", "json"}));
    cli.add_option(
        "--on-state", raw.on_state,
        "Command to run when a hearing state is heard (split into arguments, no shell); "
        "finds EARSHOT_STATE, EARSHOT_LABEL, EARSHOT_CAPTION, EARSHOT_PROGRAMME_TIME and "
        "EARSHOT_INTENSITY in its environment");
    cli.add_option("--on-haptic", raw.on_haptic,
                   "Command that is kept running (split into arguments, no shell) and gets a line "
                   "of JSON for every haptic point, in the moment it is to be felt");
    cli.add_option("--record-decoded", options.record_decoded,
                   "Write what is decoded, before drift correction and gains, to this WAV and its "
                   "packets' stamps to FILE.json");
    cli.add_option("--duration", raw.duration_s, "End after this many seconds")
        ->check(CLI::Range(0.001, 1e7));
    cli.footer("Exit: 0 fine, 1 failed, 2 wrong usage.");
}

/// Splits the commands into their arguments.
std::optional<Failure> take_commands(const RawOptions& raw, Options& options) {
    struct Command {
        const char* name;
        const std::string& line;
        std::vector<std::string>& into;
    };
    for (const Command& of : {Command{"--on-state: ", raw.on_state, options.on_state},
                              Command{"--on-haptic: ", raw.on_haptic, options.on_haptic}}) {
        if (of.line.empty()) {
            continue;
        }
        const auto command = split_argv(of.line);
        if (!command) {
            return Failure{command.failure().code, of.name + command.failure().text};
        }
        of.into = *command;
    }
    return std::nullopt;
}

}  // namespace

std::variant<Options, EndWith> parse_options(int argc, const char* const* argv) {
    RawOptions raw;
    Options options;
    CLI::App cli{"Plays one listener's part of an Earshot session, in step with all the others.",
                 "earshot-client"};
    describe(cli, raw, options);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return EndWith{cli.exit(asked)};
    } catch (const CLI::ParseError& error) {
        return wrong_usage(error.what());
    }
    if (raw.url.empty()) {
        return wrong_usage(
            "say which server, as in http://192.168.1.20:7800; finding one by mDNS is not there "
            "yet");
    }
    const auto transport = parse_transport(raw.transport);
    if (!transport) {
        return wrong_usage("--transport is auto, udp or ws, not \"" + raw.transport + "\"");
    }
    options.transport = *transport;
    const auto url = parse_server_url(raw.url);
    if (!url) {
        return wrong_usage(url.failure().text);
    }
    options.url = *url;
    const auto sink = sink::parse_sink_spec(raw.sink);
    if (!sink) {
        return wrong_usage(sink.failure().text);
    }
    options.sink = *sink;
    if (!raw.tactile_sink.empty()) {
        const auto tactile = sink::parse_sink_spec(raw.tactile_sink, "--tactile-sink");
        if (!tactile) {
            return wrong_usage(tactile.failure().text);
        }
        options.tactile_sink = *tactile;
    }
    if (const auto failure = take_commands(raw, options)) {
        return wrong_usage(failure->text);
    }
    if (!raw.stats.empty()) {
        options.stats = raw.stats == "json" ? StatsFormat::json : StatsFormat::text;
    }
    if (raw.duration_s > 0.0) {
        options.duration = std::chrono::duration<double>{raw.duration_s};
    }
    return options;
}

}  // namespace earshot::client
