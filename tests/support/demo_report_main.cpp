// earshot-demo-report: shows a running demo, and judges it afterwards by its recordings.
#include "tests/support/demo_verdict.hpp"
#include "tests/support/demo_watch.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

namespace {

std::uint16_t port_of(const std::string& url) {
    const std::size_t colon = url.rfind(':');
    const std::string digits = url.substr(colon == std::string::npos ? 0 : colon + 1);
    const int port = std::atoi(digits.c_str());
    if (port < 1 || port > 65'535) {
        throw std::runtime_error("no port in " + url);
    }
    return static_cast<std::uint16_t>(port);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace earshot::test;
    CLI::App app("Shows a running demo, and judges it afterwards by its recordings.");
    app.set_version_flag("--version", EARSHOT_VERSION);
    app.require_subcommand(1);
    std::string url;
    WatchSettings watch;
    CLI::App* watching = app.add_subcommand("watch", "show the running demo until its end");
    watching->add_option("--url", url, "of the server, on this machine")->required();
    watching->add_option("--listeners", watch.listeners, "how many are expected");
    watching->add_option("--seconds", watch.seconds, "stop there in the programme; 0: its end");
    watching->add_option("--dir", watch.folder, "where the server's account is kept")->required();
    VerdictSettings verdict;
    CLI::App* judging = app.add_subcommand("verdict", "judge a finished demo");
    judging->add_option("--dir", verdict.folder, "with the recordings")->required();
    judging->add_option("--show", verdict.show, "the show that was played")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        if (*watching) {
            watch.port = port_of(url);
            watch_demo(watch);
            return 0;
        }
        return judge_demo(verdict) ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "earshot-demo-report: %s\n", error.what());
        return 1;
    }
}
