#include "server/options.hpp"

#include "server/session/lead.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdlib>
#include <iostream>

namespace earshot::server {
namespace {

constexpr int kUsageError = 2;

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

std::filesystem::path default_data_dir() {
    if (const char* systemd = std::getenv("STATE_DIRECTORY")) return systemd;
    if (const char* state = std::getenv("XDG_STATE_HOME"))
        return std::filesystem::path(state) / "earshot";
    if (const char* home = std::getenv("HOME")) {
        return std::filesystem::path(home) / ".local/state/earshot";
    }
    return "/var/lib/earshot";
}

/// A validator that keeps the message of our own parser.
template <class Parser>
CLI::Validator checked_by(Parser parser, const std::string& name) {
    return {[parser](const std::string& text) {
                const auto parsed = parser(text);
                return parsed ? std::string{} : parsed.failure().text;
            },
            name};
}

struct Raw {
    std::string listen = "[::]:7800";
    std::string start = "now";
    std::string lead = "wifi";
    std::string log_format = "text";
};

void describe(CLI::App& cli, Options& options, Raw& raw) {
    cli.set_version_flag("--version", std::string("earshot-server ") + EARSHOT_VERSION);
    cli.set_config("--config", "", "Read options from a TOML file; the command line wins");
    auto* show =
        cli.add_option("--show", options.show, "Show file (TOML): programme, perspectives, cues");
    auto* demo = cli.add_flag("--demo", options.demo, "Play the built-in demo show");
    auto* source = cli.add_option("--source", options.source,
                                  "Play without a show: file:PATH, fifo:PATH, stdin, alsa:DEVICE, "
                                  "pulse:SOURCE, tone or demo");
    show->excludes(demo)->excludes(source);
    demo->excludes(source);
    cli.add_flag("--loop", options.loop, "Begin again at the programme's end");
    cli.add_option("--start", raw.start,
                   "now, go (by command) or listeners:N (2 s after the Nth has come)")
        ->check(checked_by(parse_start_rule, "RULE"))
        ->capture_default_str();
    cli.add_option("--listen", raw.listen, "Address and port for pages, API and listeners")
        ->check(checked_by(parse_listen_address, "ADDR:PORT"))
        ->capture_default_str();
    cli.add_option("--lead", raw.lead,
                   "How far ahead packets are sent: wired (150 ms), wifi (400), crowded (800), or "
                   "100 to 1500 milliseconds")
        ->check(checked_by(session::parse_lead, "LEAD"))
        ->capture_default_str();
    cli.add_option("--data-dir", options.data_dir, "Where the server keeps its state");
    cli.add_option("--web-dir", options.web_dir, "Folder with the pages for browsers")
        ->check(CLI::ExistingDirectory);
    auto* cert = cli.add_option("--tls-cert", options.tls_cert, "Certificate chain (PEM)")
                     ->check(CLI::ExistingFile);
    auto* key = cli.add_option("--tls-key", options.tls_key, "Its private key (PEM)")
                    ->check(CLI::ExistingFile);
    cert->needs(key);
    key->needs(cert);
    cli.add_option("--shards", options.shards, "Network threads; 0: one a core but one")
        ->check(CLI::Range(0, 64))
        ->capture_default_str();
    cli.add_option("--bitrate", options.bitrate_kbps, "kbit/s of each stream: 48, 64, 96 or 128")
        ->check(CLI::IsMember({48, 64, 96, 128}))
        ->capture_default_str();
    cli.add_flag("!--no-feel", options.feel, "Make no sound for shakers and no points for motors");
    cli.add_flag("!--no-udp", options.udp, "Send sound and clock by the WebSocket only");
    cli.add_option("--level-cap-dbfs", options.level_cap_dbfs, "Loudest sample a listener may play")
        ->check(CLI::Range(-60.0, 0.0))
        ->capture_default_str();
    cli.add_option("--seats", options.seats, "Most listeners at once")
        ->check(CLI::Range(1, 20'000))
        ->capture_default_str();
    cli.add_option("--log-format", raw.log_format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    cli.add_option("--journal-packets", options.packet_journal,
                   "Also write every packet to this file (to compare two runs)");
    cli.add_flag("--check-config", options.check_config, "Check options and show, then end");
}

}  // namespace

Expected<ListenAddress> parse_listen_address(const std::string& text) {
    ListenAddress result{.address = "::", .port = 0};
    std::string port = text;
    if (const auto colon = text.rfind(':'); colon != std::string::npos) {
        port = text.substr(colon + 1);
        std::string address = text.substr(0, colon);
        if (address.size() >= 2 && address.front() == '[' && address.back() == ']') {
            address = address.substr(1, address.size() - 2);
        } else if (address.find(':') != std::string::npos) {
            return Failure{Errc::bad_value, "an IPv6 address stands in brackets: [::1]:7800"};
        }
        if (!address.empty()) result.address = address;
    }
    if (!read_number(port, result.port)) {
        return Failure{Errc::bad_value,
                       "expected ADDRESS:PORT with a port of 0 to 65535, not '" + text + "'"};
    }
    return result;
}

Expected<StartRule> parse_start_rule(const std::string& text) {
    if (text == "now") return StartRule{.kind = StartRule::Kind::now, .listeners = 0};
    if (text == "go") return StartRule{.kind = StartRule::Kind::go, .listeners = 0};
    constexpr std::string_view kListeners = "listeners:";
    StartRule rule{.kind = StartRule::Kind::listeners, .listeners = 0};
    if (text.starts_with(kListeners) &&
        read_number(std::string_view(text).substr(kListeners.size()), rule.listeners) &&
        rule.listeners >= 1 && rule.listeners <= 10'000) {
        return rule;
    }
    return Failure{Errc::bad_value,
                   "expected now, go or listeners:N with N from 1 to 10000, not '" + text + "'"};
}

ParsedOptions parse_options(int argc, char** argv) {
    Options options;
    Raw raw;
    CLI::App cli{"Plays a soundtrack through hearing states to many headphones, in lockstep.",
                 "earshot-server"};
    describe(cli, options, raw);
    try {
        cli.parse(argc, argv);
        if (options.show.empty() && !options.demo && options.source.empty()) {
            throw CLI::RequiredError("one of --show, --demo and --source");
        }
    } catch (const CLI::ParseError& error) {
        return {.options = {}, .exit_code = cli.exit(error) == 0 ? 0 : kUsageError};
    }
    const auto listen = parse_listen_address(raw.listen);
    options.address = listen->address;
    options.port = listen->port;
    options.start = *parse_start_rule(raw.start);
    options.lead = *session::parse_lead(raw.lead);
    options.log_format = raw.log_format == "json" ? LogFormat::json : LogFormat::text;
    if (options.data_dir.empty()) options.data_dir = default_data_dir();
    return {.options = std::move(options)};
}

}  // namespace earshot::server
