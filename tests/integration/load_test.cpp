// Many listeners: nothing missing, and what one costs.
#include "tests/integration/room.hpp"
#include "tests/support/json.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <thread>

namespace earshot::test {
namespace {

struct Load {
    int listeners;
    int seconds;
    int streams;
};

void put_under_load(Server& server,
                    const TempDir& folder,
                    const Load& load,
                    const std::vector<std::string>& more) {
    const auto idle = server.process().use();
    ASSERT_TRUE(idle);
    std::vector<std::string> arguments = {program("earshot-load"),
                                          server.url(),
                                          "--listeners",
                                          std::to_string(load.listeners),
                                          "--seconds",
                                          std::to_string(load.seconds),
                                          "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ChildProcess loader(arguments, folder / "load");
    std::int64_t most_rss = 0;
    std::optional<ChildEnd> end;
    for (int tick = 0; tick < 10 * (load.seconds + 120) && !end; ++tick) {
        end = loader.wait(100ms);
        if (const auto use = server.process().use()) {
            most_rss = std::max(most_rss, use->rss_bytes);
        }
    }
    ASSERT_TRUE(end) << "earshot-load does not end";
    const auto busy = server.process().use();
    ASSERT_TRUE(busy);
    EXPECT_EQ(end->exit_code, 0) << loader.errors() << loader.output();
    const boost::json::value summary = parse_json(loader.output());
    const double received = to_double(member(summary, "received"));
    std::cout << loader.output() << "server: "
              << static_cast<double>((busy->cpu - idle->cpu).count()) * 1'000.0 / received
              << " us of processor a packet delivered (rendering included), "
              << static_cast<double>(most_rss - idle->rss_bytes) / 1024.0 / load.listeners
              << " KiB a listener\n";
    EXPECT_EQ(to_int(member(summary, "missing")), 0);
    EXPECT_EQ(to_int(member(summary, "live")), load.listeners);
    EXPECT_EQ(to_int(member(summary, "disconnects")), 0);
    // 50 packets a second for each, once all are there.
    EXPECT_GE(received, 0.98 * 50.0 * load.listeners * load.seconds);
    if (!sanitized_run()) {
        EXPECT_EQ(to_int(member(summary, "late")), 0);
    }
}

TEST(Load, FiveHundredListenersMissNothing) {
    TempDir folder;
    Server server(folder, {"--demo", "--start", "now"});
    put_under_load(server, folder, sanitized_run() ? Load{40, 4, 2} : Load{500, 20, 2}, {});
    EXPECT_EQ(server.stop().exit_code, 0);
}

TEST(Load, TwoHundredListenersOverTlsMissNothing) {
    TempDir folder;
    const std::string key = folder / "key.pem";
    const std::string certificate = folder / "certificate.pem";
    ChildProcess openssl(
        {"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", certificate},
        folder / "openssl");
    const auto made = openssl.wait(20s);
    ASSERT_TRUE(made && made->exit_code == 0) << openssl.errors();
    Server server(folder,
                  {"--demo", "--start", "now", "--tls-cert", certificate, "--tls-key", key});
    EXPECT_EQ(server.url().rfind("https://", 0), 0U) << server.url();
    // Plain HTTP on the same port leads to the secure page, and nowhere else.
    const HttpAnswer plain = http_request(server.port(), "GET", "/");
    EXPECT_GE(plain.status, 301);
    EXPECT_LE(plain.status, 308);
    EXPECT_NE(plain.headers.find("https://"), std::string::npos);
    put_under_load(server, folder, sanitized_run() ? Load{10, 4, 2} : Load{200, 20, 2},
                   {"--tls-ca", certificate});
    EXPECT_EQ(server.stop().exit_code, 0);
}

}  // namespace
}  // namespace earshot::test
