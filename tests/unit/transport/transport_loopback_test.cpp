// The transport on 127.0.0.1, with a session that only records, and clients that share no code with
// it. Nothing sleeps: every wait is for an event or for the server's bytes.
#include "common/wire/bundle.hpp"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "server/transport/transport.hpp"
#include "tests/unit/transport/loopback_client.hpp"
#include "tests/unit/transport/test_certificate.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace earshot::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class SettableMediaClock final : public MediaClockSource {
public:
    [[nodiscard]] MediaInstant now() const noexcept override {
        return MediaInstant{std::chrono::nanoseconds{ns_.load(std::memory_order_relaxed)}};
    }
    void advance(std::chrono::nanoseconds by) noexcept { ns_.fetch_add(by.count()); }

private:
    std::atomic<std::int64_t> ns_{10'000'000'000};
};

/// Accepts every hello, and lets a test wait for what came.
class RecordingSession final : public wire::ListenerEvents {
public:
    void on_envelope(ConnectionId connection,
                     wire::Kind kind,
                     std::span<const std::byte>) override {
        if (kind == wire::Kind::hello) {
            gateway->accept(connection);
            gateway->send(connection, std::make_shared<const std::vector<std::byte>>(
                                          wire::make_envelope(wire::Kind::welcome, v1::Welcome())));
        }
        const std::lock_guard lock(mutex_);
        envelopes_.emplace_back(connection, kind);
        changed_.notify_all();
    }
    void on_closed(ConnectionId connection, const wire::ConnectionCounters& counters) override {
        const std::lock_guard lock(mutex_);
        closed_[connection] = counters;
        changed_.notify_all();
    }
    /// The connection of the n-th envelope of a kind, once it has come.
    ConnectionId wait_for(wire::Kind kind, std::size_t n = 0) {
        std::unique_lock lock(mutex_);
        ConnectionId found{};
        const bool came = changed_.wait_for(lock, 10s, [&] {
            std::size_t seen = 0;
            for (const auto& [connection, each] : envelopes_) {
                if (each == kind && seen++ == n) {
                    found = connection;
                    return true;
                }
            }
            return false;
        });
        EXPECT_TRUE(came) << "no envelope of kind " << static_cast<int>(kind);
        return found;
    }
    wire::ConnectionCounters wait_closed(ConnectionId connection) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return closed_.count(connection) != 0; }));
        return closed_[connection];
    }
    std::size_t closed() {
        const std::lock_guard lock(mutex_);
        return closed_.size();
    }
    wire::ListenerGateway* gateway = nullptr;

private:
    std::mutex mutex_;  // Guards what follows: control writes, the test waits.
    std::condition_variable changed_;
    std::vector<std::pair<ConnectionId, wire::Kind>> envelopes_;
    std::map<ConnectionId, wire::ConnectionCounters> closed_;
};

class TransportLoopback : public testing::Test {
protected:
    void SetUp() override {
        folder_.write("web/index.html", "<p>Earshot");
        config_.listen_address = "127.0.0.1";
        config_.port = 0;
        config_.shards = 3;
        control_thread_ = std::thread([this] { control_.run(); });
    }
    void TearDown() override {
        on_control([this] { transport_.reset(); });
        work_.reset();
        control_thread_.join();
    }
    void start() {
        transport_ = std::make_unique<Transport>(
            control_, config_, clock_, log_,
            [](const wire::HttpRequest& request, wire::HttpResponder respond) {
                wire::HttpResponse response;
                if (request.path == "/silence") return;
                response.body = request.method + " " + request.path + " " + request.body;
                respond(response);
                respond(response);  // Must be as good as once.
            },
            session_);
        session_.gateway = transport_.get();
        transport_->start();
    }
    /// Does something on the control thread and waits for it.
    void on_control(const std::function<void()>& task) {
        std::promise<void> done;
        boost::asio::post(control_, [&] {
            task();
            done.set_value();
        });
        done.get_future().wait();
    }
    void configure_tls(const std::string& name) {
        config_.tls_cert = folder_.file("cert");
        config_.tls_key = folder_.file("key");
        write_certificate(name, config_.tls_cert, config_.tls_key);
    }
    /// A client that has said hello and been welcomed.
    std::unique_ptr<LoopbackClient> listener(bool tls = false, int receive_buffer = 0) {
        auto client = std::make_unique<LoopbackClient>(transport_->port(), tls, receive_buffer);
        client->send(LoopbackClient::upgrade_request());
        EXPECT_EQ(client->read_answer().status, 101);
        client->send_envelope(wire::Kind::hello, v1::Hello());
        id_ = session_.wait_for(wire::Kind::hello, hellos_++);
        const auto welcome = client->read_frame();
        EXPECT_TRUE(welcome && welcome->kind() == wire::Kind::welcome);
        return client;
    }
    void push(std::uint32_t sequence, std::chrono::milliseconds ahead, std::uint8_t stream = 0) {
        wire::PacketSlot slot;
        slot.stamp.stream = StreamId{stream};
        slot.stamp.sequence = sequence;
        slot.stamp.media = to_frame(clock_.now() + ahead);
        slot.size = 100;
        slot.payload.fill(static_cast<std::byte>(sequence));
        transport_->sink().push(slot);
        transport_->sink().flush();
    }
    static std::vector<std::uint32_t> sequences(const std::optional<Frame>& frame) {
        std::vector<std::uint32_t> found;
        if (!frame || frame->payload.empty() || frame->kind() != wire::Kind::bundle) return found;
        const auto bundle = wire::parse_bundle(std::span(frame->payload).subspan(1));
        EXPECT_TRUE(bundle);
        for (int i = 0; bundle && i < bundle->count; ++i) {
            found.push_back(bundle->packets[static_cast<std::size_t>(i)].stamp.sequence);
        }
        return found;
    }
    static v1::Refusal refusal_of(const std::optional<Frame>& frame) {
        v1::Refusal refusal;
        EXPECT_TRUE(frame && frame->opcode == 2 && frame->kind() == wire::Kind::refusal);
        if (frame && !frame->payload.empty()) {
            EXPECT_TRUE(wire::parse_body(std::span(frame->payload).subspan(1), refusal));
        }
        return refusal;
    }

    boost::asio::io_context control_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        control_.get_executor()};
    std::thread control_thread_;
    Log log_{"test", LogFormat::text, LogLevel::error};
    SettableMediaClock clock_;
    RecordingSession session_;
    TempFolder folder_;
    TransportConfig config_;
    std::unique_ptr<Transport> transport_;
    ConnectionId id_{};
    std::size_t hellos_ = 0;
};

TEST_F(TransportLoopback, SendsASubscriberItsStreamAndNoOther) {
    start();
    const auto client = listener();
    transport_->subscribe(id_, StreamId{2});
    // The subscription is posted to the shard: a clock reply shows that it has been done.
    client->send_envelope(wire::Kind::sync_request, v1::SyncRequest());
    ASSERT_EQ(client->read_frame()->kind(), wire::Kind::sync_reply);
    push(1, 400ms, /*stream=*/0);
    push(2, 400ms, /*stream=*/2);
    const auto frame = client->read_frame();
    EXPECT_EQ(sequences(frame), std::vector<std::uint32_t>{2});
    const auto bundle = wire::parse_bundle(std::span(frame->payload).subspan(1));
    EXPECT_EQ(bundle->packets[0].stamp.stream, StreamId{2});
    EXPECT_EQ(bundle->packets[0].payload.size(), 100U);
    EXPECT_EQ(bundle->packets[0].payload[99], std::byte{2});
}

TEST_F(TransportLoopback, SendsANewcomerWhatIsStillDueInLargeBundles) {
    config_.shards = 1;
    start();
    const auto first = listener();
    transport_->subscribe(id_, StreamId{0});
    for (std::uint32_t i = 0; i < 20; ++i) push(i, 20ms * (i + 1));
    std::size_t received = 0;
    while (received < 20) {
        const auto bundle = sequences(first->read_frame());
        ASSERT_FALSE(bundle.empty());
        received += bundle.size();
    }
    const auto second = listener();
    transport_->subscribe(id_, StreamId{0});
    // 60 ms from now and later: sequences 2 (at 60 ms) to 19.
    const auto one = sequences(second->read_frame());
    const auto two = sequences(second->read_frame());
    const auto three = sequences(second->read_frame());
    ASSERT_EQ(one.size(), 8U);
    EXPECT_EQ(one.front(), 2U);
    EXPECT_EQ(two.size(), 8U);
    EXPECT_EQ(three, (std::vector<std::uint32_t>{18, 19}));
}

TEST_F(TransportLoopback, BundlesForEverybodyWhenAskedTo) {
    config_.shards = 1;
    start();
    const auto client = listener();
    transport_->set_bundle_packets(2);
    transport_->subscribe(id_, StreamId{0});
    std::size_t bundles = 0;
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < 40; ++i) push(i, 400ms);
    while (all.size() < 40) {
        const auto bundle = sequences(client->read_frame());
        ASSERT_FALSE(bundle.empty());
        all.insert(all.end(), bundle.begin(), bundle.end());
        ++bundles;
    }
    for (std::uint32_t i = 0; i < 40; ++i) EXPECT_EQ(all[i], i);
    EXPECT_LE(bundles, 22U);
}

TEST_F(TransportLoopback, AnswersClockRequestsWhileControlIsBusy) {
    start();
    const auto client = listener();
    std::promise<void> release;
    boost::asio::post(control_, [wait = release.get_future().share()] { wait.wait(); });
    v1::SyncRequest request;
    request.set_t1_local_ns(123456789);
    request.set_sequence(77);
    client->send_envelope(wire::Kind::sync_request, request);
    const auto frame = client->read_frame();
    release.set_value();
    ASSERT_TRUE(frame);
    ASSERT_EQ(frame->kind(), wire::Kind::sync_reply);
    v1::SyncReply reply;
    ASSERT_TRUE(wire::parse_body(std::span(frame->payload).subspan(1), reply));
    EXPECT_EQ(reply.t1_local_ns(), 123456789U);
    EXPECT_EQ(reply.sequence(), 77U);
    EXPECT_EQ(reply.t2_media_ns(), 10'000'000'000);
    EXPECT_GE(reply.t3_media_ns(), reply.t2_media_ns());
}

TEST_F(TransportLoopback, CountsForTheSessionWhatAConnectionGot) {
    config_.shards = 1;
    start();
    auto client = listener();
    const ConnectionId id = id_;
    transport_->subscribe(id, StreamId{0});
    push(0, 400ms);
    ASSERT_FALSE(sequences(client->read_frame()).empty());
    EXPECT_EQ(transport_->counters().listeners, 1);
    client.reset();
    const auto counters = session_.wait_closed(id);
    EXPECT_EQ(counters.packets_sent, 1U);
    EXPECT_GT(counters.bytes_sent, 128U);
    EXPECT_EQ(transport_->counters().listeners, 0);
    EXPECT_EQ(transport_->counters().packets_sent, 1U);
}

TEST_F(TransportLoopback, BroadcastsToAcceptedConnectionsOnAllShards) {
    start();
    std::vector<std::unique_ptr<LoopbackClient>> clients;
    for (int i = 0; i < 7; ++i) clients.push_back(listener());
    transport_->broadcast(std::make_shared<const std::vector<std::byte>>(
        wire::make_envelope(wire::Kind::session_state, v1::SessionState())));
    for (const auto& client : clients) {
        EXPECT_EQ(client->read_frame()->kind(), wire::Kind::session_state);
    }
    const auto shards = transport_->counters().listeners_per_shard;
    EXPECT_THAT(shards, testing::UnorderedElementsAre(3, 2, 2));
}

TEST_F(TransportLoopback, TakesAHelloThatCameWithTheUpgradeRequest) {
    start();
    LoopbackClient client(transport_->port());
    v1::Hello hello;
    hello.set_name("early");
    const auto envelope = wire::make_envelope(wire::Kind::hello, hello);
    std::string together = LoopbackClient::upgrade_request();
    together += '\x82';
    together += static_cast<char>(0x80U | envelope.size());
    together.append(4, '\0');
    for (const std::byte byte : envelope) together += static_cast<char>(byte);
    client.send(together);
    EXPECT_EQ(client.read_answer().status, 101);
    session_.wait_for(wire::Kind::hello);
    EXPECT_EQ(client.read_frame()->kind(), wire::Kind::welcome);
}

TEST_F(TransportLoopback, ClosesWithTheReasonTheSessionGives) {
    start();
    const auto client = listener();
    transport_->close(id_, "the session has ended");
    const auto frame = client->read_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->opcode, 8U);
    EXPECT_EQ(frame->close_reason(), "the session has ended");
}

/// What a peer may do wrong after the upgrade, and what it is told.
struct Misdeed {
    const char* name;
    bool after_hello;
    unsigned opcode;
    std::vector<std::byte> message;
    v1::RefusalCode code;
    const char* text;
};

std::vector<std::byte> bytes(std::size_t size, unsigned first) {
    std::vector<std::byte> made(size, std::byte{0xFF});
    if (size > 0) made[0] = static_cast<std::byte>(first);
    return made;
}

class TransportRefuses : public TransportLoopback, public testing::WithParamInterface<Misdeed> {};

TEST_P(TransportRefuses, WithAReasonAndDisturbsNobody) {
    config_.shards = 1;
    start();
    const auto bystander = listener();
    transport_->subscribe(id_, StreamId{0});
    const Misdeed& misdeed = GetParam();
    std::unique_ptr<LoopbackClient> client;
    if (misdeed.after_hello) {
        client = listener();
    } else {
        client = std::make_unique<LoopbackClient>(transport_->port());
        client->send(LoopbackClient::upgrade_request());
        ASSERT_EQ(client->read_answer().status, 101);
    }
    client->send_frame(misdeed.opcode, misdeed.message);
    const auto refusal = refusal_of(client->read_frame());
    EXPECT_EQ(refusal.code(), misdeed.code);
    EXPECT_THAT(refusal.text(), HasSubstr(misdeed.text));
    EXPECT_EQ(refusal.version().major(), wire::kVersionMajor);
    const auto close = client->read_frame();
    ASSERT_TRUE(close);
    EXPECT_EQ(close->opcode, 8U);
    EXPECT_THAT(close->close_reason(), HasSubstr(misdeed.text));
    client.reset();
    if (misdeed.after_hello) session_.wait_closed(id_);
    push(5, 400ms);
    EXPECT_EQ(sequences(bystander->read_frame()), std::vector<std::uint32_t>{5});
}

INSTANTIATE_TEST_SUITE_P(
    All,
    TransportRefuses,
    testing::Values(
        Misdeed{"garbage", false, 2, bytes(300, 0xEE), v1::REFUSAL_BAD_MESSAGE, "not an envelope"},
        Misdeed{"empty", true, 2, {}, v1::REFUSAL_BAD_MESSAGE, "not an envelope"},
        Misdeed{"text", true, 1, std::vector<std::byte>(5, std::byte{0x41}),
                v1::REFUSAL_BAD_MESSAGE, "text messages"},
        Misdeed{"oversized", true, 2, bytes(9000, 0x30), v1::REFUSAL_BAD_MESSAGE, "8 KiB"},
        Misdeed{"huge", false, 2, bytes(200'000, 0x10), v1::REFUSAL_BAD_MESSAGE, "8 KiB"},
        Misdeed{"no_hello", false, 2, bytes(1, 0x30), v1::REFUSAL_BAD_MESSAGE, "hello"},
        Misdeed{"second_hello", true, 2, bytes(1, 0x10), v1::REFUSAL_BAD_MESSAGE, "second hello"},
        Misdeed{"server_kind", true, 2, bytes(5, 0x01), v1::REFUSAL_BAD_MESSAGE, "only the server"},
        Misdeed{"bad_clock_request", true, 2, bytes(9, 0x02), v1::REFUSAL_BAD_MESSAGE, "clock"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(TransportLoopback, HangsUpOnBytesThatAreNoWebSocketFrames) {
    config_.shards = 1;
    start();
    const auto bystander = listener();
    transport_->subscribe(id_, StreamId{0});
    const auto vandal = listener();
    const ConnectionId vandal_id = id_;
    vandal->send(std::string(500, '\xFE'));
    session_.wait_closed(vandal_id);
    EXPECT_EQ(transport_->counters().refused[static_cast<std::size_t>(Refused::bad_message)], 1U);
    push(5, 400ms);
    EXPECT_EQ(sequences(bystander->read_frame()), std::vector<std::uint32_t>{5});
}

TEST_F(TransportLoopback, IgnoresKindsOfNewerVersionsAfterTheHello) {
    start();
    const auto client = listener();
    client->send_frame(2, bytes(20, 0x7E));
    client->send_envelope(wire::Kind::telemetry, v1::Telemetry());
    session_.wait_for(wire::Kind::telemetry);
}

TEST_F(TransportLoopback, RefusesMoreThanTheBurstOfMessages) {
    start();
    const auto client = listener();  // The hello was the first of 200; the clock stands still.
    for (int i = 0; i < 200; ++i) client->send_envelope(wire::Kind::telemetry, v1::Telemetry());
    EXPECT_EQ(refusal_of(client->read_frame()).code(), v1::REFUSAL_RATE);
    session_.wait_for(wire::Kind::telemetry, 198);
}

TEST_F(TransportLoopback, HangsUpOnAPeerThatReadsNothingAndServesTheOthers) {
    config_.shards = 1;
    start();
    const auto stuck = listener(false, 4096);
    const ConnectionId stuck_id = id_;
    const auto reader = listener();
    const auto big = std::make_shared<const std::vector<std::byte>>(
        bytes(200 * 1024, static_cast<unsigned>(wire::Kind::show_summary)));
    for (int i = 0; i < 8; ++i) {
        transport_->broadcast(big);
        const auto frame = reader->read_frame();
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->payload.size(), big->size());
    }
    session_.wait_closed(stuck_id);
    EXPECT_EQ(transport_->counters().refused[static_cast<std::size_t>(Refused::slow)], 1U);
    EXPECT_EQ(session_.closed(), 1U);
}

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
