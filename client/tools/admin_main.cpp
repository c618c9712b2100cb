#include "client/core/tls_trust.hpp"
#include "client/tools/admin_command.hpp"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

namespace earshot::admin {
namespace {

struct Options {
    std::string server = "http://localhost:7800";
    std::string token_file;
    std::string tls_ca;
    bool json = false;
    std::string output;                   ///< lockstep: the file to write; empty: standard output.
    std::optional<double> watch_seconds;  ///< status: shown anew this often.
    Command command;
};

int fail(int code, const std::string& text) {
    std::cerr << "earshot: " << text << '\n';
    return code;
}

/// A command without arguments of its own.
void add_plain(
    CLI::App& cli, Options& options, const char* name, const char* text, Command::Kind kind) {
    cli.add_subcommand(name, text)->callback([&options, kind] { options.command.kind = kind; });
}

void add_seek(CLI::App& cli, Options& options) {
    CLI::App* const seek = cli.add_subcommand("seek", "Go to a place in the programme");
    seek->add_option("TIME", options.command.at, "HH:MM:SS.mmm, or HH:MM:SS:FF by the show's fps")
        ->required();
    seek->callback([&options] { options.command.kind = Command::Kind::seek; });
}

void add_loop(CLI::App& cli, Options& options) {
    CLI::App* const loop =
        cli.add_subcommand("loop", "Repeat a part: loop A B; or end it: loop off");
    loop->add_option("A", options.command.from, "Where the part begins, or \"off\"")->required();
    loop->add_option("B", options.command.to, "Where it ends");
    loop->callback([&options] {
        const bool off = options.command.from == "off";
        if (off != options.command.to.empty()) {
            throw CLI::ValidationError("loop", "say two times, or \"loop off\"");
        }
        options.command.kind = off ? Command::Kind::unloop : Command::Kind::loop;
    });
}

void add_state(CLI::App& cli, Options& options) {
    CLI::App* const state = cli.add_subcommand("state", "Take a perspective to a hearing state");
    state->add_option("PERSPECTIVE", options.command.perspective)->required();
    state->add_option("STATE", options.command.state, "As in muffled_inner")->required();
    state->add_option("--fade", options.command.fade_ms, "Milliseconds")
        ->check(CLI::Range(0.0, 60'000.0));
    state->add_option("--intensity", options.command.intensity, "0 to 1")
        ->check(CLI::Range(0.0, 1.0));
    state->callback([&options] { options.command.kind = Command::Kind::state; });
}

void add_lead(CLI::App& cli, Options& options) {
    CLI::App* const lead =
        cli.add_subcommand("lead", "Show how far ahead packets are sent, or change it");
    lead->add_option("LEAD", options.command.lead,
                     "wired (150 ms), wifi (400), crowded (800), or milliseconds");
    lead->callback([&options] { options.command.kind = Command::Kind::lead; });
}

void add_status(CLI::App& cli, Options& options) {
    CLI::App* const status = cli.add_subcommand("status", "Show, phase, streams and listeners");
    status->add_option("--watch", options.watch_seconds, "Show it anew every so many seconds")
        ->expected(0, 1)
        ->default_str("2")
        ->check(CLI::Range(0.2, 3'600.0));
    status->callback([&options] { options.command.kind = Command::Kind::status; });
}

void add_lockstep(CLI::App& cli, Options& options) {
    CLI::App* const lockstep = cli.add_subcommand(
        "lockstep",
        "Report: how well listeners kept together, and whether all were given the same");
    lockstep->add_option("--format", options.command.format, "table, json, csv or svg")
        ->check(CLI::IsMember({"table", "json", "csv", "svg"}))
        ->capture_default_str();
    lockstep->add_option("--output", options.output, "File to write; else standard output");
    lockstep->callback([&options] { options.command.kind = Command::Kind::lockstep; });
}

void describe(CLI::App& cli, Options& options) {
    cli.set_version_flag("--version", "earshot " EARSHOT_VERSION);
    cli.add_option("--server", options.server, "Where the server is")->capture_default_str();
    cli.add_option("--token-file", options.token_file,
                   "The server's admin.token; not needed on its own machine");
    cli.add_option("--tls-ca", options.tls_ca, "PEM file of the authorities to believe for https")
        ->check(CLI::ExistingFile);
    cli.add_flag("--json", options.json, "Print the server's reply as it is");
    cli.require_subcommand(1);
    using Kind = Command::Kind;
    add_status(cli, options);
    add_lockstep(cli, options);
    add_plain(cli, options, "go", "Start the show, or take the next cue by hand", Kind::go);
    add_plain(cli, options, "play", "Play on", Kind::play);
    add_plain(cli, options, "pause", "Stand still", Kind::pause);
    add_seek(cli, options);
    add_loop(cli, options);
    add_plain(cli, options, "panic", "Everyone to the objective perspective, now", Kind::panic);
    add_plain(cli, options, "silence", "Everyone to silence, now", Kind::silence);
    add_plain(cli, options, "all-clear", "Everyone back to their own perspective", Kind::all_clear);
    add_state(cli, options);
    add_lead(cli, options);
    cli.footer("Exit: 0 fine, 1 failed or refused, 2 wrong usage.");
}

/// @return what is to be printed.
Expected<std::string> ask(const Options& options,
                          const client::ServerUrl& url,
                          const client::HttpCall& call) {
    std::optional<client::TlsTrust> trust;
    if (url.tls) {
        trust.emplace(options.tls_ca);
    }
    const auto reply = client::http_call(url, trust ? &*trust : nullptr, call);
    if (!reply) {
        return reply.failure();
    }
    auto answer = answer_of(options.command, *reply);
    return answer && options.json ? Expected<std::string>(reply->body + "\n") : answer;
}

int write_out(const std::string& path, const std::string& text) {
    if (path.empty()) {
        std::cout << text;
        return std::cout.flush() ? 0 : 1;
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    return file ? 0 : fail(1, "cannot write " + path);
}

/// Until it is interrupted. A server that does not answer may do so again.
int watch(const Options& options, const client::ServerUrl& url, const client::HttpCall& call) {
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    for (;;) {
        const auto answer = ask(options, url, call);
        // On a terminal each table takes the place of the one before.
        std::cout << (terminal ? "\x1b[H\x1b[2J" : "")
                  << (answer ? *answer : "earshot: " + answer.failure().text + "\n")
                  << (terminal ? "" : "\n");
        if (!std::cout.flush()) {
            return 1;
        }
        std::this_thread::sleep_for(std::chrono::duration<double>(*options.watch_seconds));
    }
}

int carry_out(const Options& options) {
    const auto url = client::parse_server_url(options.server);
    if (!url) {
        return fail(2, url.failure().text);
    }
    client::HttpCall call = request_of(options.command);
    if (!options.token_file.empty()) {
        const auto token = read_token(options.token_file);
        if (!token) {
            return fail(1, token.failure().text);
        }
        call.bearer_token = *token;
    }
    if (options.watch_seconds) {
        return watch(options, *url, call);
    }
    const auto answer = ask(options, *url, call);
    return answer ? write_out(options.output, *answer) : fail(1, answer.failure().text);
}

int run_command(int argc, char** argv) {
    Options options;
    CLI::App cli{"Runs an Earshot session from the command line.", "earshot"};
    describe(cli, options);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return cli.exit(asked);
    } catch (const CLI::ParseError& error) {
        return fail(2, error.what());
    }
    return carry_out(options);
}

}  // namespace
}  // namespace earshot::admin

int main(int argc, char** argv) {
    try {
        return earshot::admin::run_command(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "earshot: " << error.what() << '\n';
        return 1;
    }
}
