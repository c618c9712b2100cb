#include "tests/unit/transport/loopback_fixture.hpp"

namespace earshot::transport {
namespace {

TEST_F(TransportLoopback, RefusesAnUpgradeWithoutTheSubprotocol) {
    start();
    for (const char* protocol : {"", "earshot.v2", "chat, mqtt"}) {
        LoopbackClient client(transport_->port());
        client.send(LoopbackClient::upgrade_request("/stream", protocol));
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status, 400);
        EXPECT_THAT(answer.body, HasSubstr("earshot.v1"));
    }
    LoopbackClient client(transport_->port());
    client.send(LoopbackClient::upgrade_request("/stream", "chat, earshot.v1"));
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 101);
    EXPECT_EQ(answer.headers.at("sec-websocket-protocol"), "earshot.v1");
}

TEST_F(TransportLoopback, UpgradesAtOnePathOnly) {
    start();
    LoopbackClient client(transport_->port());
    client.send(LoopbackClient::upgrade_request("/"));
    EXPECT_EQ(client.read_answer().status, 404);
    EXPECT_EQ(LoopbackClient(transport_->port()).get("/stream").status, 426);
}

TEST_F(TransportLoopback, LetsOnlyThoseListenWhoMay) {
    config_.may_listen = [](const boost::asio::ip::address&) { return false; };
    start();
    LoopbackClient client(transport_->port());
    client.send(LoopbackClient::upgrade_request());
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr("its own network"));
    EXPECT_EQ(transport_->counters().refused[static_cast<std::size_t>(Refused::not_local)], 1U);
    EXPECT_EQ(LoopbackClient(transport_->port()).get("/page").status, 200);
}

TEST_F(TransportLoopback, AnswersRequestsOfOneConnectionInTurn) {
    start();
    LoopbackClient client(transport_->port());
    EXPECT_EQ(client.get("/api/v1/status?x=1").body, "GET /api/v1/status ");
    client.send("POST /api/v1/go HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(client.read_answer().body, "POST /api/v1/go hello");
    client.send("HEAD /healthz HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto head = client.read_answer(/*head=*/true);
    EXPECT_EQ(head.headers.at("content-length"),
              std::to_string(std::string("HEAD /healthz ").size()));
    EXPECT_EQ(client.get("/after").body, "GET /after ");
}

TEST_F(TransportLoopback, GuardsEveryAnswerWithSecurityHeaders) {
    config_.web_dir = folder_.file("web");
    start();
    for (const char* target : {"/", "/api", "/../x"}) {
        const auto answer = LoopbackClient(transport_->port()).get(target);
        EXPECT_THAT(answer.headers.at("content-security-policy"), HasSubstr("default-src 'self'"));
        EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
        EXPECT_EQ(answer.headers.at("cross-origin-opener-policy"), "same-origin");
        EXPECT_EQ(answer.headers.at("cross-origin-embedder-policy"), "require-corp");
        EXPECT_EQ(answer.headers.at("referrer-policy"), "no-referrer");
    }
}

TEST_F(TransportLoopback, ServesPagesAndSaysWhenTheyHaveNotChanged) {
    config_.web_dir = folder_.file("web");
    start();
    LoopbackClient client(transport_->port());
    const auto page = client.get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body, "<p>Earshot");
    EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
    const auto again = client.get("/", "If-None-Match: " + page.headers.at("etag") + "\r\n");
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(client.get("/nothing").body, "GET /nothing ");
}

TEST_F(TransportLoopback, RefusesRequestsThatAreTooLargeOrNone) {
    start();
    const auto status = [&](const std::string& bytes_sent) {
        LoopbackClient client(transport_->port());
        client.send(bytes_sent);
        return client.read_answer().status;
    };
    EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 70000\r\n\r\n"), 413);
    EXPECT_EQ(status("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n"), 431);
    EXPECT_EQ(status("\x01\x02\x03garbage\r\n\r\n"), 400);
    EXPECT_EQ(status("GET /../etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n"), 400);
}

TEST_F(TransportLoopback, TurnsAwayWhatIsOverTheLimit) {
    config_.max_connections = 1;
    start();
    auto first = std::make_unique<LoopbackClient>(transport_->port());
    ASSERT_EQ(first->get("/one").status, 200);
    EXPECT_EQ(LoopbackClient(transport_->port()).read_answer().status, 503);
    EXPECT_EQ(transport_->counters().refused[static_cast<std::size_t>(Refused::total_limit)], 1U);
}

TEST_F(TransportLoopback, ServesPagesAndListenersOverTls) {
    configure_tls("first");
    start();
    EXPECT_EQ(LoopbackClient(transport_->port(), true).get("/x").body, "GET /x ");
    const auto client = listener(/*tls=*/true);
    transport_->subscribe(id_, StreamId{0});
    client->send_envelope(wire::Kind::sync_request, v1::SyncRequest());
    ASSERT_EQ(client->read_frame()->kind(), wire::Kind::sync_reply);
    for (std::uint32_t i = 0; i < 50; ++i) {
        push(i, 400ms);
        EXPECT_EQ(sequences(client->read_frame()), std::vector<std::uint32_t>{i});
    }
}

TEST_F(TransportLoopback, SendsLargeEnvelopesOverTlsWhole) {
    configure_tls("first");
    start();
    const auto client = listener(/*tls=*/true, 4096);
    std::vector<std::byte> big(200'000);
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<std::byte>(i * 7 % 251);
    big[0] = static_cast<std::byte>(wire::Kind::show_summary);
    transport_->send(id_, std::make_shared<const std::vector<std::byte>>(big));
    const auto frame = client->read_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->payload, big);
}

TEST_F(TransportLoopback, SurvivesTlsPeersThatLeaveAtOnce) {
    configure_tls("first");
    start();
    // The server still has session tickets to write: into a socket that is gone.
    for (int i = 0; i < 50; ++i) LoopbackClient(transport_->port(), true).reset_connection();
    EXPECT_EQ(LoopbackClient(transport_->port(), true).get("/x").body, "GET /x ");
}

TEST_F(TransportLoopback, RedirectsPlainHttpWhenTlsIsSet) {
    configure_tls("first");
    start();
    LoopbackClient plain(transport_->port());
    plain.send("GET /j/ABCD?x=1 HTTP/1.1\r\nHost: earshot.local:7800\r\n\r\n");
    const auto answer = plain.read_answer();
    EXPECT_EQ(answer.status, 308);
    EXPECT_EQ(answer.headers.at("location"), "https://earshot.local:7800/j/ABCD?x=1");
    LoopbackClient evil(transport_->port());
    evil.send("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
    EXPECT_EQ(evil.read_answer().status, 400);
    LoopbackClient listener(transport_->port());
    listener.send(LoopbackClient::upgrade_request());
    EXPECT_EQ(listener.read_answer().status, 308);
}

TEST_F(TransportLoopback, UsesANewCertificateAfterAReloadAndKeepsTheOldWhenItIsBad) {
    configure_tls("first");
    start();
    EXPECT_EQ(LoopbackClient(transport_->port(), true).server_name(), "first");
    folder_.write("cert", "rubbish");
    EXPECT_FALSE(transport_->reload_tls());
    EXPECT_EQ(LoopbackClient(transport_->port(), true).server_name(), "first");
    configure_tls("second");
    EXPECT_TRUE(transport_->reload_tls());
    // The first shard takes the reload before it accepts what comes after it.
    std::string name;
    for (int i = 0; i < 50 && name != "second"; ++i) {
        name = LoopbackClient(transport_->port(), true).server_name();
    }
    EXPECT_EQ(name, "second");
}

TEST_F(TransportLoopback, SaysByeAndStopsWithinASecond) {
    start();
    std::vector<std::unique_ptr<LoopbackClient>> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(listener());
    LoopbackClient half_open(transport_->port());
    half_open.send("GET /half");
    LoopbackClient waiting(transport_->port());
    waiting.send("GET /silence HTTP/1.1\r\nHost: t\r\n\r\n");
    const auto begin = std::chrono::steady_clock::now();
    on_control([this] { transport_->stop(); });  // None of the clients answers the close.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
    for (const auto& client : clients) {
        const auto bye = client->read_frame();
        ASSERT_TRUE(bye);
        EXPECT_EQ(bye->kind(), wire::Kind::bye);
        EXPECT_EQ(client->read_frame()->opcode, 8U);
    }
}

TEST_F(TransportLoopback, SaysWhichPortIsTaken) {
    start();
    config_.port = transport_->port();
    try {
        const Transport second(control_, config_, clock_, log_, {}, session_);
        FAIL() << "bound a port twice";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot listen on 127.0.0.1 port"));
    }
}

}  // namespace
}  // namespace earshot::transport
