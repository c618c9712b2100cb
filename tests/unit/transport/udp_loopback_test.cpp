// Media by UDP over real loopback sockets. That something is never answered is seen by what comes
// next: datagrams of the loopback keep their order.

#include "common/wire/datagram_bodies.hpp"
#include "tests/unit/transport/datagram_client.hpp"
#include "tests/unit/transport/loopback_fixture.hpp"

#include <algorithm>
#include <set>

namespace earshot::transport {
namespace {

using wire::DatagramType;
using Sequences = std::vector<std::uint32_t>;

class UdpLoopback : public TransportLoopback {
protected:
    UdpLoopback() { config_.shards = 1; }
    void TearDown() override {
        client_.reset();  // Else the server waits for its goodbye.
        TransportLoopback::TearDown();
    }

    /// What the server offers to the newest listener.
    v1::MediaOffer offer_to(LoopbackClient& client) {
        transport_->offer_datagrams(id_);
        const auto frame = client.read_frame();
        v1::MediaOffer offer;
        EXPECT_TRUE(frame && frame->kind() == wire::Kind::media_offer);
        if (frame && frame->kind() == wire::Kind::media_offer) {
            EXPECT_TRUE(wire::parse_body(std::span(frame->payload).subspan(1), offer));
        }
        return offer;
    }
    /// A listener that has been offered a way and has sent a probe.
    void join(bool tls = false) {
        client_ = listener(tls);
        offer_ = offer_to(*client_);
        udp_ = std::make_unique<DatagramClient>(offer_, transport_->port());
        expect_acknowledged(*udp_, 1);
        transport_->subscribe(id_, StreamId{0});
        settle();
    }
    static void expect_acknowledged(DatagramClient& udp, std::uint64_t nonce) {
        udp.send(DatagramType::probe, wire::probe_body(nonce));
        const auto ack = udp.receive();
        ASSERT_TRUE(ack);
        ASSERT_EQ(ack->head.type, DatagramType::probe_ack);
        EXPECT_EQ(*wire::parse_probe(ack->body), nonce);
        EXPECT_EQ(ack->body.size(), wire::kProbeAckBodyBytes);
    }
    void choose(bool udp, std::uint32_t lost_permille = 0) {
        v1::MediaPath path;
        path.set_udp(udp);
        path.set_lost_permille(lost_permille);
        client_->send_envelope(wire::Kind::media_path, path);
    }
    /// All that was sent to the server before has been done; nothing else came by the connection.
    void settle() {
        client_->send_envelope(wire::Kind::sync_request, v1::SyncRequest());
        const auto frame = client_->read_frame();
        ASSERT_TRUE(frame && frame->kind() == wire::Kind::sync_reply);
    }
    static Sequences sequences_of(const std::optional<DatagramClient::Datagram>& datagram,
                                  DatagramType type) {
        Sequences found;
        EXPECT_TRUE(datagram && datagram->head.type == type);
        if (!datagram) return found;
        const auto bundle = wire::parse_bundle(datagram->body);
        EXPECT_TRUE(bundle);
        for (int i = 0; bundle && i < bundle->count; ++i) {
            found.push_back(bundle->packets[static_cast<std::size_t>(i)].stamp.sequence);
        }
        return found;
    }
    Sequences next_by_udp(DatagramType type = DatagramType::audio) {
        return sequences_of(udp_->receive(), type);
    }
    /// Sequences of so many packets, however they are bundled.
    Sequences by_connection(std::size_t packets) {
        Sequences all;
        while (all.size() < packets) {
            const auto some = sequences(client_->read_frame());
            if (some.empty()) {
                ADD_FAILURE() << "no bundle after " << all.size() << " packets";
                break;
            }
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }
    void nack(const std::vector<wire::PacketName>& names) {
        udp_->send(DatagramType::nack, wire::nack_body(names));
    }
    std::uint64_t dropped(DatagramDrop why) {
        return transport_->counters().datagrams_dropped[static_cast<std::size_t>(why)];
    }

    std::unique_ptr<LoopbackClient> client_;
    v1::MediaOffer offer_;
    std::unique_ptr<DatagramClient> udp_;
};

TEST_F(UdpLoopback, OffersARouteAndAcknowledgesProbes) {
    config_.shards = 3;
    start();
    EXPECT_TRUE(transport_->udp());
    join();
    EXPECT_EQ(offer_.route() & 0xFFU, id_.value & 0xFFU) << "the lowest byte is the shard";
    EXPECT_NE(offer_.cookie(), 0U);
    EXPECT_TRUE(offer_.key_up().empty() && offer_.key_down().empty()) << "not sealed without TLS";
    EXPECT_EQ(offer_.max_datagram_bytes(), 1'200U);
    const auto counters = transport_->counters();
    EXPECT_EQ(counters.datagrams_received, 1U);
    EXPECT_EQ(counters.datagrams_sent, 1U);
}

TEST_F(UdpLoopback, OffersOnce) {
    start();
    join();
    transport_->offer_datagrams(id_);
    settle();
    settle();
}

TEST_F(UdpLoopback, OffersNothingWithoutUdp) {
    config_.udp = false;
    start();
    EXPECT_FALSE(transport_->udp());
    client_ = listener();
    transport_->offer_datagrams(id_);
    choose(true);
    transport_->subscribe(id_, StreamId{0});
    settle();
    push(1, 400ms);
    EXPECT_EQ(by_connection(1), (Sequences{1}));
}

TEST_F(UdpLoopback, GoesOnWithoutIfThePortIsTaken) {
    boost::asio::io_context io;
    boost::asio::ip::udp::socket other(
        io, {boost::asio::ip::make_address("127.0.0.1"), std::uint16_t{0}});
    config_.port = other.local_endpoint().port();
    start();
    EXPECT_FALSE(transport_->udp());
    client_ = listener();
    transport_->offer_datagrams(id_);
    settle();
}

TEST_F(UdpLoopback, SealsWhatTheConnectionSeals) {
    configure_tls("localhost");
    start();
    join(/*tls=*/true);
    ASSERT_EQ(offer_.key_up().size(), wire::kDatagramKeyBytes);
    ASSERT_EQ(offer_.key_down().size(), wire::kDatagramKeyBytes);
    EXPECT_NE(offer_.key_up(), offer_.key_down());
    v1::MediaOffer without = offer_;
    without.clear_key_up();
    without.clear_key_down();
    DatagramClient plain(without, transport_->port());
    (void)plain.make(DatagramType::probe, wire::probe_body(2));  // the first counter was taken
    plain.send(DatagramType::probe, wire::probe_body(2));
    auto forged = udp_->make(DatagramType::probe, wire::probe_body(3));
    forged.back() ^= std::byte{1};
    udp_->send_bytes(forged);
    expect_acknowledged(*udp_, 4);
    EXPECT_EQ(dropped(DatagramDrop::seal), 2U);
    choose(true);
    settle();
    push(7, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{7}));
}

TEST_F(UdpLoopback, NeverAnswersWhatIsNotGenuine) {
    start();
    join();
    const auto spoiled = [&](std::size_t at) {
        auto bytes = udp_->make(DatagramType::probe, wire::probe_body(99));
        bytes[at] ^= std::byte{0xFF};
        return bytes;
    };
    const auto before = transport_->counters().datagrams_sent;
    udp_->send_bytes(spoiled(6));   // route
    udp_->send_bytes(spoiled(16));  // cookie
    udp_->send_bytes(spoiled(0));   // type
    udp_->send_bytes({});
    udp_->send_bytes(std::vector<std::byte>(2'000));
    const auto once = udp_->make(DatagramType::probe, wire::probe_body(5));
    udp_->send_bytes(once);
    udp_->send_bytes(once);
    auto small = udp_->make(DatagramType::probe, wire::probe_body(6));
    small.resize(wire::clear_bytes(wire::DatagramWay::up) + 8);
    udp_->send_bytes(small);
    const auto ack = udp_->receive();
    ASSERT_TRUE(ack);
    EXPECT_EQ(*wire::parse_probe(ack->body), 5U);
    expect_acknowledged(*udp_, 7);
    settle();
    EXPECT_EQ(transport_->counters().datagrams_sent - before, 2U);
    EXPECT_EQ(dropped(DatagramDrop::route), 1U);
    EXPECT_EQ(dropped(DatagramDrop::cookie), 1U);
    EXPECT_EQ(dropped(DatagramDrop::replay), 1U);
    EXPECT_EQ(dropped(DatagramDrop::malformed), 4U) << "type, empty, too long, too small to answer";
}

TEST_F(UdpLoopback, ListensToTheAddressOfTheConnectionOnly) {
    start();
    join();
    DatagramClient elsewhere(offer_, transport_->port(), "127.0.0.1", "127.0.0.2");
    for (int i = 0; i < 2; ++i) elsewhere.send(DatagramType::probe, wire::probe_body(1));
    expect_acknowledged(*udp_, 2);
    settle();
    EXPECT_EQ(dropped(DatagramDrop::address), 2U);
    EXPECT_EQ(transport_->counters().datagrams_sent, 2U) << "of join() and of the last probe";
}

TEST_F(UdpLoopback, ForgetsTheRouteWithItsConnection) {
    start();
    join();
    choose(true);
    settle();
    EXPECT_EQ(transport_->counters().listeners_udp, 1);
    const auto gone = std::move(client_);
    gone->reset_connection();
    session_.wait_closed(id_);
    EXPECT_EQ(transport_->counters().listeners_udp, 0);
    udp_->send(DatagramType::probe, wire::probe_body(2));
    const auto other = std::move(udp_);
    join();
    EXPECT_EQ(dropped(DatagramDrop::route), 1U);
}

TEST_F(UdpLoopback, AnswersTheClock) {
    start();
    join();
    udp_->send(DatagramType::sync_request, wire::sync_request_body(123, 77));
    const auto datagram = udp_->receive();
    ASSERT_TRUE(datagram);
    ASSERT_EQ(datagram->head.type, DatagramType::sync_reply);
    const auto reply = wire::parse_sync_reply(datagram->body);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->t1, 123U);
    EXPECT_EQ(reply->sequence, 77U);
    EXPECT_EQ(reply->t3, 10'000'000'000);
    EXPECT_LE(reply->t2, reply->t3);
    EXPECT_GE(reply->t2, reply->t3 - 1'000'000'000);
}

TEST_F(UdpLoopback, SendsAudioByUdpOnceThatIsChosen) {
    start();
    join();
    push(1, 400ms);
    EXPECT_EQ(by_connection(1), (Sequences{1}));
    choose(true);
    settle();
    EXPECT_EQ(next_by_udp(DatagramType::audio_again), (Sequences{1})) << "it may not have come";
    EXPECT_EQ(transport_->counters().listeners_udp, 1);
    push(2, 400ms);
    push(3, 400ms);
    Sequences got;
    while (got.size() < 2) {
        const auto some = next_by_udp();
        ASSERT_FALSE(some.empty());
        got.insert(got.end(), some.begin(), some.end());
    }
    EXPECT_EQ(got, (Sequences{2, 3}));
    settle();  // and nothing by the connection
    transport_->subscribe(id_, StreamId{1});
    settle();
    push(4, 400ms, 1);
    EXPECT_EQ(next_by_udp(), (Sequences{4}));
}

TEST_F(UdpLoopback, DoesNotSendToWhoHasNotShownThatUdpPasses) {
    start();
    client_ = listener();
    offer_to(*client_);
    transport_->subscribe(id_, StreamId{0});
    choose(true);
    settle();
    push(1, 400ms);
    EXPECT_EQ(by_connection(1), (Sequences{1}));
}

TEST_F(UdpLoopback, SendsByTheConnectionWhatFitsIntoNoDatagram) {
    start();
    join();
    choose(true);
    settle();
    wire::PacketSlot slot;
    slot.stamp.sequence = 5;
    slot.stamp.media = to_frame(clock_.now() + 400ms);
    slot.size = wire::kMaxPayloadBytes;
    transport_->sink().push(slot);
    transport_->sink().flush();
    EXPECT_EQ(by_connection(1), (Sequences{5}));
    push(6, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{6}));
}

TEST_F(UdpLoopback, FillsDatagramsAndNoMore) {
    start();
    join();
    for (std::uint32_t i = 0; i < 20; ++i) push(i, 20ms * (i + 10));
    EXPECT_EQ(by_connection(20).size(), 20U);
    choose(true);
    settle();
    Sequences all;
    while (all.size() < 20) {
        const auto datagram = udp_->receive();
        ASSERT_TRUE(datagram);
        EXPECT_LE(datagram->body.size() + wire::kDatagramHeaderBytes, wire::kMaxDatagramBytes);
        const auto some = sequences_of(datagram, DatagramType::audio_again);
        ASSERT_FALSE(some.empty());
        all.insert(all.end(), some.begin(), some.end());
    }
    for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(all[i], i);
    expect_acknowledged(*udp_, 2);
}

TEST_F(UdpLoopback, SendsWhatIsStillDueAgainWhenTheConnectionIsChosen) {
    start();
    join();
    choose(true);
    settle();
    for (std::uint32_t i = 0; i < 5; ++i) push(i, 20ms * (i + 1));
    std::size_t received = 0;
    while (received < 5) {
        const auto some = next_by_udp();
        ASSERT_FALSE(some.empty());
        received += some.size();
    }
    clock_.advance(50ms);
    choose(false);
    EXPECT_EQ(by_connection(3), (Sequences{2, 3, 4})) << "those heard before are of no use";
    push(5, 400ms);
    EXPECT_EQ(by_connection(1), (Sequences{5}));
    EXPECT_EQ(transport_->counters().listeners_udp, 0);
    EXPECT_EQ(transport_->counters().udp_fallbacks, 0U);
}

TEST_F(UdpLoopback, GoesBackToTheConnectionByItselfAfterThreeSecondsOfSilence) {
    start();
    join();
    choose(true);
    settle();
    clock_.advance(3s);
    push(1, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{1}));
    clock_.advance(1ms);
    push(2, 400ms);
    EXPECT_EQ(by_connection(2), (Sequences{1, 2})) << "the one sent before may be lost";
    EXPECT_EQ(transport_->counters().udp_fallbacks, 1U);
    choose(true);
    settle();
    push(3, 400ms);
    EXPECT_EQ(by_connection(1), (Sequences{3})) << "it has not been heard since";
    expect_acknowledged(*udp_, 2);
    choose(true);
    settle();
    const auto again = next_by_udp(DatagramType::audio_again);
    EXPECT_EQ(again, (Sequences{1, 2, 3}));
}

TEST_F(UdpLoopback, FollowsAListenerToAnotherPort) {
    start();
    join();
    choose(true);
    settle();
    udp_->move_away();
    expect_acknowledged(*udp_, 2);
    push(1, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{1}));
}

TEST_F(UdpLoopback, SendsAgainWhatIsAskedForWhileItIsOfUse) {
    start();
    join();
    push(1, 400ms);
    push(2, 400ms);
    push(3, 40ms);
    push(9, 400ms, /*stream=*/1);
    EXPECT_EQ(by_connection(3).size(), 3U);
    clock_.advance(36ms);
    const auto name = [](std::uint32_t sequence, std::uint8_t stream = 0) {
        return wire::PacketName{StreamId{stream}, Epoch{0}, sequence};
    };
    nack({name(2), name(7), name(3), name(9, 1), name(1), name(1, 200)});
    EXPECT_EQ(next_by_udp(DatagramType::audio_again), (Sequences{2, 1}))
        << "7 is unknown, 3 too late, and stream 1 not this listener's";
    expect_acknowledged(*udp_, 2);
    const auto counters = transport_->counters();
    EXPECT_EQ(counters.repairs_asked, 6U);
    EXPECT_EQ(counters.repairs_sent, 2U);
}

TEST_F(UdpLoopback, SendsNoMoreThanAHundredAgainASecond) {
    start();
    join();
    push(1, 400ms);
    EXPECT_EQ(by_connection(1), (Sequences{1}));
    const std::vector<wire::PacketName> most(wire::kMaxNackNames, {StreamId{0}, Epoch{0}, 1});
    for (int i = 0; i < 10; ++i) nack(most);
    udp_->send(DatagramType::probe, wire::probe_body(2));
    std::size_t packets = 0;
    for (;;) {
        const auto datagram = udp_->receive();
        ASSERT_TRUE(datagram);
        if (datagram->head.type == DatagramType::probe_ack) break;
        packets += sequences_of(datagram, DatagramType::audio_again).size();
    }
    EXPECT_EQ(packets, 100U);
    EXPECT_EQ(transport_->counters().repairs_asked, 320U);
    EXPECT_EQ(transport_->counters().repairs_sent, 100U);
}

TEST_F(UdpLoopback, RepeatsThePreviousPacketWhereManyAreLost) {
    start();
    join();
    choose(true, 11);
    settle();
    push(1, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{1}));
    push(2, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{2}));
    EXPECT_EQ(next_by_udp(DatagramType::audio_again), (Sequences{1}));
    choose(true, 10);
    settle();
    push(3, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{3}));
    expect_acknowledged(*udp_, 2);
    EXPECT_EQ(transport_->counters().packets_repeated, 1U);
}

TEST_F(UdpLoopback, SteersEveryDatagramToItsShard) {
    config_.shards = 3;
    start();
    std::set<std::uint32_t> shards;
    std::vector<std::unique_ptr<LoopbackClient>> clients;
    for (std::uint64_t i = 0; i < 9; ++i) {
        clients.push_back(listener());
        const auto offer = offer_to(*clients.back());
        shards.insert(offer.route() & 0xFFU);
        DatagramClient udp(offer, transport_->port());
        expect_acknowledged(udp, i);
        expect_acknowledged(udp, 100 + i);
    }
    EXPECT_EQ(shards, (std::set<std::uint32_t>{0, 1, 2}));
    EXPECT_EQ(dropped(DatagramDrop::route), 0U);
}

TEST_F(UdpLoopback, TakesIPv6) {
    config_.listen_address = "::1";
    start();
    client_ = listener(false, 0, "::1");
    udp_ = std::make_unique<DatagramClient>(offer_to(*client_), transport_->port(), "::1");
    expect_acknowledged(*udp_, 1);
    transport_->subscribe(id_, StreamId{0});
    choose(true);
    settle();
    push(1, 400ms);
    EXPECT_EQ(next_by_udp(), (Sequences{1}));
}

TEST_F(UdpLoopback, TakesBothOnOneSocketAndAnswersFromWhereItWasAsked) {
    config_.listen_address = "::";
    config_.shards = 2;
    start();
    for (const std::string address : {"127.0.0.1", "127.0.0.3", "::1"}) {
        client_ = listener(false, 0, address);
        // Connected, it takes answers from that address only.
        udp_ = std::make_unique<DatagramClient>(offer_to(*client_), transport_->port(), address);
        expect_acknowledged(*udp_, 1);
    }
}

TEST_F(UdpLoopback, RefusesChoicesThatCannotBeReadAndOffersOfListeners) {
    start();
    join();
    client_->send_frame(2, {std::byte{0x41}, std::byte{0xFF}});
    EXPECT_EQ(refusal_of(client_->read_frame()).code(), v1::REFUSAL_BAD_MESSAGE);
    join();
    client_->send_envelope(wire::Kind::media_offer, v1::MediaOffer());
    EXPECT_EQ(refusal_of(client_->read_frame()).code(), v1::REFUSAL_BAD_MESSAGE);
}

}  // namespace
}  // namespace earshot::transport
