// What scripts rely on: how the programs start, answer and end.
#include "tests/integration/room.hpp"
#include "tests/support/json.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

namespace earshot::test {
namespace {

ChildEnd run(const TempDir& folder, const std::vector<std::string>& arguments, std::string& words) {
    ChildProcess process(arguments, folder / "run");
    const ChildEnd end = process.stop(process.wait(20s) ? 0s : 1s);
    words = process.output() + process.errors();
    return end;
}

TEST(Programs, TellWhatTheyTakeAndRefuseWhatTheyDoNot) {
    TempDir folder;
    std::string words;
    for (const std::string name :
         {"earshot-server", "earshot-client", "earshot-load", "earshot-render"}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(run(folder, {program(name), "--help"}, words).exit_code, 0);
        EXPECT_NE(words.find("--"), std::string::npos);
        EXPECT_EQ(run(folder, {program(name), "--version"}, words).exit_code, 0);
        EXPECT_NE(words.find(EARSHOT_VERSION), std::string::npos) << words;
        EXPECT_EQ(run(folder, {program(name), "--no-such-thing"}, words).exit_code, 2) << words;
    }
}

TEST(Programs, TheListenerKeepsADevicesLatency) {
    TempDir folder;
    std::string words;
    const auto listen = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{
            program("earshot-client"), "http://127.0.0.1:1", "--sink", "null", "--duration", "0.2"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        run(folder, arguments, words);
        return words;
    };
    const std::string state = folder / "state";
    EXPECT_EQ(listen({"--state-dir", state}).find("device latency"), std::string::npos);
    EXPECT_NE(listen({"--state-dir", state, "--device-latency-ms", "35"})
                  .find("device latency 35 ms, kept for this device"),
              std::string::npos)
        << words;
    EXPECT_NE(listen({"--state-dir", state}).find("device latency 35 ms, kept from before"),
              std::string::npos)
        << words;
    (void)listen({"--state-dir", state, "--device-latency-ms", "0", "--tactile-sink", "null",
                  "--tactile-latency-ms", "8"});
    (void)listen({"--state-dir", state, "--tactile-sink", "null"});
    EXPECT_NE(words.find("ear: device latency 0 ms, kept from before"), std::string::npos) << words;
    EXPECT_NE(words.find("skin: device latency 8 ms, kept from before"), std::string::npos);
}

TEST(Programs, CheckConfigSaysWithItsExitCodeWhetherAShowIsGood) {
    TempDir folder;
    std::string words;
    write_audio(folder / "a.wav", tone(48'000, 2, 0.5, 440.0, 0.1F), FileFormat::wav_pcm16);
    const std::string good =
        "title = \"T\"\nrights = \"own work\"\n[programme]\nsource = \"file:a.wav\"\n";
    write_text(folder / "good.toml", good);
    write_text(folder / "bad.toml",
               good + "[[perspective]]\nid = \"subjective\"\nstate = \"fulll\"\n");
    const std::string server = program("earshot-server");
    EXPECT_EQ(
        run(folder, {server, "--check-config", "--show", folder / "good.toml"}, words).exit_code, 0)
        << words;
    EXPECT_EQ(
        run(folder, {server, "--check-config", "--show", folder / "bad.toml"}, words).exit_code, 1);
    EXPECT_NE(words.find("bad.toml:7"), std::string::npos) << words;
    EXPECT_EQ(
        run(folder, {server, "--check-config", "--show", folder / "none.toml"}, words).exit_code, 1)
        << words;
    EXPECT_EQ(run(folder, {server, "--check-config", "--demo"}, words).exit_code, 0) << words;
}

TEST(Programs, ServerAnswersWhatOperatorsAskAndEndsWithinTwoSeconds) {
    TempDir folder;
    Server server(folder, {"--source", "tone", "--start", "now"});
    Listener listener(folder, server.url(), {.name = "l", .tap = false});
    ASSERT_TRUE(server.wait_for_listeners(1, 20s));
    for (const std::string path : {"/healthz", "/readyz", "/metrics", "/api/v1/status", "/"}) {
        EXPECT_EQ(http_request(server.port(), "GET", path).status, 200) << path;
    }
    EXPECT_NE(http_request(server.port(), "GET", "/metrics").body.find("# TYPE earshot_"),
              std::string::npos);
    EXPECT_EQ(http_request(server.port(), "GET", "/api/v1/nothing").status, 404);
    EXPECT_EQ(server.transport("{\"action\":\"fly\"}"), 400);
    EXPECT_TRUE(server.wait_for_phase("playing", 10s));
    const boost::json::value status = server.status();
    EXPECT_EQ(text_or_empty(member(status, "listeners").as_array().at(0), "name"), "l");

    const auto begun = std::chrono::steady_clock::now();
    const ChildEnd end = server.stop();
    EXPECT_EQ(end.exit_code, 0) << "signal " << end.signal;
    if (!sanitized_run()) {
        EXPECT_LE(std::chrono::steady_clock::now() - begun, 2s);
    }
    // The listener outlives its server and waits for it.
    EXPECT_TRUE(listener.process().running());
    EXPECT_EQ(listener.stop().exit_code, 0);
}

TEST(Programs, ListenerComesBackToAServerThatWasAway) {
    TempDir folder;
    auto server = std::make_unique<Server>(
        folder, std::vector<std::string>{"--source", "tone", "--start", "now"});
    const std::string port = std::to_string(server->port());
    Listener listener(folder, server->url(), {.name = "l", .tap = false});
    ASSERT_TRUE(server->wait_for_listeners(1, 20s));
    server->process().send_signal(SIGKILL);
    ASSERT_TRUE(server->process().wait(5s));
    ChildProcess again({program("earshot-server"), "--source", "tone", "--start", "now", "--listen",
                        "127.0.0.1:" + port, "--data-dir", (folder / "again-data").string()},
                       folder / "again");
    ASSERT_TRUE(again.wait_for_line("listening on", 20s)) << again.errors();
    const auto in_step = [&] {
        const auto status = parse_json(http_request(server->port(), "GET", "/api/v1/status").body);
        return number_or(status, "listeners_in_step", 0.0) >= 1.0;
    };
    EXPECT_TRUE(wait_until(in_step, sanitized_run() ? 60s : 20s));
    EXPECT_EQ(listener.stop().exit_code, 0);
    EXPECT_EQ(again.stop(5s).exit_code, 0);
}

}  // namespace
}  // namespace earshot::test
