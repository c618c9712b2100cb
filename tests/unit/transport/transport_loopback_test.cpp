#include "tests/unit/transport/loopback_fixture.hpp"

namespace earshot::transport {
namespace {

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

TEST_F(TransportLoopback, SendsCompanionsToWhoAskedForThemAndNobodyElse) {
    config_.shards = 1;
    start();
    const auto plain = listener();
    const ConnectionId plain_id = id_;
    const auto client = listener();
    // Of the next packets, sorted: how they are bundled is a matter of chance.
    const auto streams_of = [](LoopbackClient& from, std::size_t packets) {
        std::vector<int> streams;
        while (streams.size() < packets) {
            const auto frame = from.read_frame();
            if (!frame || frame->payload.size() < 3) {
                ADD_FAILURE() << "no bundle after " << streams.size() << " packets";
                break;
            }
            streams.insert(streams.end(), std::to_integer<std::size_t>(frame->payload[2]),
                           std::to_integer<int>(frame->payload[1]));
        }
        std::sort(streams.begin(), streams.end());
        return streams;
    };
    const auto settle = [](LoopbackClient& of) {
        of.send_envelope(wire::Kind::sync_request, v1::SyncRequest());
        EXPECT_EQ(of.read_frame()->kind(), wire::Kind::sync_reply);
    };
    transport_->subscribe(plain_id, StreamId{1});
    transport_->accompany(id_, {.tactile = true, .haptics = true});
    transport_->subscribe(id_, StreamId{1});
    settle(*plain);
    settle(*client);
    const auto push_all = [this](std::uint32_t sequence) {
        for (const int stream : {0, 1, 8, 9, 16, 17}) {
            push(sequence, 400ms, static_cast<std::uint8_t>(stream));
        }
    };
    push_all(1);
    EXPECT_EQ(streams_of(*client, 3), (std::vector<int>{1, 9, 17}));
    push_all(2);
    EXPECT_EQ(streams_of(*plain, 2), (std::vector<int>{1, 1})) << "and nothing in between";
    EXPECT_EQ(streams_of(*client, 3), (std::vector<int>{1, 9, 17}));

    // Moved to another perspective, with points alone: what is due of both comes at once.
    transport_->accompany(id_, {.haptics = true});
    transport_->subscribe(id_, StreamId{0});
    EXPECT_EQ(streams_of(*client, 4), (std::vector<int>{0, 0, 16, 16}));
    push_all(3);
    EXPECT_EQ(streams_of(*client, 2), (std::vector<int>{0, 16}));

    transport_->accompany(id_, {});
    settle(*client);
    push_all(4);
    push_all(5);
    EXPECT_EQ(streams_of(*client, 2), (std::vector<int>{0, 0}));
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

/// Instead of bytes, which differ from run to run, in the test's name.
void PrintTo(const Misdeed& misdeed, std::ostream* out) {
    *out << misdeed.name;
}

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

}  // namespace
}  // namespace earshot::transport
