// A session whose media may come by datagrams, with a scripted server and a clock moved by hand.
#include "client/core/client_session.hpp"
#include "common/wire/datagram_bodies.hpp"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/media.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "tests/support/sim_random.hpp"
#include "tests/unit/client_net/fakes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;
using wire::DatagramType;

constexpr LocalInstant kStart{100s};
/// The media clock is 3 s ahead of the listener's.
constexpr std::chrono::seconds kAhead{3};

MediaInstant media_at(LocalInstant local) {
    return MediaInstant{local.time_since_epoch() + kAhead};
}

class SessionUdpTest : public testing::Test {
protected:
    explicit SessionUdpTest(TransportChoice choice = TransportChoice::automatic)
        : session_(config(choice), audio_) {}

    static SessionConfig config(TransportChoice choice) {
        SessionConfig config;
        config.transport = choice;
        return config;
    }
    void receive(wire::Kind kind, const google::protobuf::MessageLite& message) {
        session_.on_envelope(wire::make_envelope(kind, message), now_);
    }
    void join() {
        session_.on_open(link_, now_, &datagrams_);
        v1::Welcome welcome;
        welcome.mutable_version()->set_major(1);
        welcome.set_session_id("session-1");
        welcome.set_lead_ms(400);
        welcome.mutable_streams()->add_streams()->set_perspective("objective");
        receive(wire::Kind::welcome, welcome);
    }
    void offer(const std::string& key = {}) {
        v1::MediaOffer message;
        message.set_route(77);
        message.set_cookie(0xC00C1E);
        message.set_key_up(key);
        message.set_key_down(key);
        message.set_max_datagram_bytes(1'200);
        receive(wire::Kind::media_offer, message);
        session_.tick(now_);
    }
    /// The server's answer to the newest probe.
    void acknowledge() {
        const auto probe = std::find_if(
            datagrams_.sent.rbegin(), datagrams_.sent.rend(),
            [](const FakeDatagrams::Sent& one) { return one.type == DatagramType::probe; });
        ASSERT_NE(probe, datagrams_.sent.rend());
        const auto nonce = wire::parse_probe(probe->body);
        ASSERT_TRUE(nonce);
        session_.on_datagram(DatagramType::probe_ack, wire::probe_ack_body(*nonce), now_);
    }
    void reply_by_udp(std::uint32_t sequence) {
        const auto t1 = static_cast<std::uint64_t>(now_.time_since_epoch().count());
        const std::int64_t there = media_at(now_ + 1ms).time_since_epoch().count();
        now_ += 2ms;
        session_.on_datagram(DatagramType::sync_reply,
                             wire::sync_reply_body({t1, there, there, sequence}), now_);
    }
    void audio(std::uint32_t sequence, DatagramType type = DatagramType::audio) {
        const auto bundle = bundle_of(0, 1, sequence, 1);
        session_.on_datagram(type, std::span{bundle}.subspan(1), now_);
    }
    /// Joined, on UDP, with a clock.
    void settle() {
        join();
        offer();
        acknowledge();
        for (int n = 0; n < 8; ++n) {
            now_ += 32ms;
            session_.tick(now_);
            reply_by_udp(datagrams_.syncs.back());
        }
        ASSERT_TRUE(session_.clock().valid);
    }
    template <class Message>
    std::vector<Message> all(wire::Kind kind) const {
        std::vector<Message> found;
        for (const auto& bytes : link_.sent) {
            if (bytes.front() == static_cast<std::byte>(kind)) {
                Message message;
                EXPECT_TRUE(wire::parse_body(std::span{bytes}.subspan(1), message));
                found.push_back(message);
            }
        }
        return found;
    }
    std::vector<v1::MediaPath> reports() const {
        return all<v1::MediaPath>(wire::Kind::media_path);
    }

    LocalInstant now_ = kStart;
    FakeLink link_;
    FakeDatagrams datagrams_;
    FakeAudio audio_;
    ClientSession session_;
};

class SessionOnlyUdpTest : public SessionUdpTest {
protected:
    SessionOnlyUdpTest() : SessionUdpTest(TransportChoice::udp) {}
};

class SessionOnlyWsTest : public SessionUdpTest {
protected:
    SessionOnlyWsTest() : SessionUdpTest(TransportChoice::ws) {}
};

bool announces_udp(const std::vector<std::byte>& hello_bytes) {
    v1::Hello hello;
    EXPECT_TRUE(wire::parse_body(std::span{hello_bytes}.subspan(1), hello));
    return std::find(hello.features().begin(), hello.features().end(), "udp") !=
           hello.features().end();
}

TEST_F(SessionUdpTest, AnnouncesUdpWhereItHasASocket) {
    join();
    EXPECT_TRUE(announces_udp(link_.sent.front()));
    FakeLink without;
    session_.on_closed();
    session_.on_open(without, now_);
    EXPECT_FALSE(announces_udp(without.sent.front()));
}

TEST_F(SessionOnlyWsTest, NeitherAnnouncesNorTakesADatagramPath) {
    join();
    EXPECT_FALSE(announces_udp(link_.sent.front()));
    offer();
    EXPECT_TRUE(datagrams_.opened.empty());
    audio(5);
    EXPECT_TRUE(audio_.packets.empty());
    EXPECT_EQ(session_.media_path().transport(), "ws");
}

TEST_F(SessionUdpTest, OpensWhatIsOfferedAndTellsTheServerOnceItPasses) {
    join();
    offer();
    ASSERT_EQ(datagrams_.opened.size(), 1U);
    EXPECT_EQ(datagrams_.opened[0].route, 77U);
    EXPECT_EQ(datagrams_.opened[0].cookie, 0xC00C1EU);
    EXPECT_TRUE(datagrams_.opened[0].key_up.empty());
    EXPECT_EQ(datagrams_.count(DatagramType::probe), 1);
    EXPECT_TRUE(reports().empty());
    EXPECT_EQ(session_.media_path().transport(), "ws");
    acknowledge();
    ASSERT_EQ(reports().size(), 1U);
    EXPECT_TRUE(reports()[0].udp());
    EXPECT_EQ(session_.media_path().transport(), "udp");
}

TEST_F(SessionUdpTest, TakesNoOfferWithKeysThatAreNone) {
    join();
    offer("short");
    EXPECT_TRUE(datagrams_.opened.empty());
    EXPECT_EQ(session_.malformed(), 1U);
    offer(std::string(32, 'k'));
    EXPECT_EQ(datagrams_.opened.size(), 1U);
}

TEST_F(SessionUdpTest, AsksTheClockByUdpAndTheConnectionForASignOfLife) {
    settle();
    const std::size_t by_connection = link_.syncs.size();
    for (const LocalInstant end = now_ + 10s; now_ < end; now_ += 20ms) {
        session_.tick(now_);
        audio(1'000);
        v1::SyncReply alive;
        receive(wire::Kind::sync_reply, alive);
    }
    EXPECT_EQ(link_.syncs.size() - by_connection, 5U);
    EXPECT_GE(datagrams_.syncs.size(), 40U);
    EXPECT_TRUE(link_.hung_up.empty());
}

TEST_F(SessionUdpTest, HangsUpWhereOnlyDatagramsStillCome) {
    settle();
    for (const LocalInstant end = now_ + 7s; now_ < end; now_ += 20ms) {
        session_.tick(now_);
        audio(1'000);
    }
    EXPECT_FALSE(link_.hung_up.empty()) << "panic would not reach this listener";
}

TEST_F(SessionUdpTest, TakesClockRepliesInAnyOrderAndEachOnce) {
    settle();
    now_ += 2s;
    session_.tick(now_);
    const std::uint32_t first = datagrams_.syncs.back();
    now_ += 20ms;
    session_.tick(now_);
    const std::uint32_t second = datagrams_.syncs.back();
    ASSERT_NE(first, second);
    reply_by_udp(second);
    reply_by_udp(first);
    EXPECT_EQ(session_.malformed(), 0U);
    reply_by_udp(first);
    reply_by_udp(second + 1);
    EXPECT_EQ(session_.malformed(), 2U);
}

TEST_F(SessionUdpTest, AsksForWhatIsMissing) {
    settle();
    const auto due = static_cast<std::uint32_t>(
        (media_at(now_ + 380ms).time_since_epoch() / std::chrono::milliseconds{20}));
    for (std::uint32_t n = due - 16; n < due + 5; ++n) {  // as to a joiner
        audio(n);
    }
    audio(due + 7);
    now_ += 10ms;
    session_.tick(now_);
    ASSERT_EQ(datagrams_.count(DatagramType::nack), 1);
    const auto names = wire::parse_nack(datagrams_.sent.back().body);
    ASSERT_TRUE(names);
    ASSERT_EQ(names->size(), 2U);
    EXPECT_EQ((*names)[0].sequence, due + 5);
    EXPECT_EQ((*names)[1].sequence, due + 6);
    audio(due + 5, DatagramType::audio_again);
    audio(due + 6, DatagramType::audio_again);
    EXPECT_EQ(session_.media_path().repaired(), 2U);
    EXPECT_EQ(audio_.packets.size(), 24U);
}

TEST_F(SessionUdpTest, FallsBackTellsAndTakesBundlesFromTheConnectionAgain) {
    settle();
    const auto due = static_cast<std::uint32_t>(
        (media_at(now_ + 380ms).time_since_epoch() / std::chrono::milliseconds{20}));
    audio(due);
    for (const LocalInstant end = now_ + 300ms; now_ < end; now_ += 10ms) {
        session_.tick(now_);
    }
    EXPECT_FALSE(session_.media_path().in_use());
    EXPECT_EQ(session_.media_path().transport(), "ws");
    ASSERT_FALSE(reports().empty());
    EXPECT_FALSE(reports().back().udp());
    session_.on_envelope(bundle_of(0, 1, due + 1, 1), now_);
    EXPECT_EQ(audio_.packets.size(), 2U);
}

TEST_F(SessionUdpTest, TellsItsLossesEveryTwoSeconds) {
    settle();
    const std::size_t before = reports().size();
    std::uint32_t number = 0;
    for (const LocalInstant end = now_ + 6s; now_ < end; now_ += 20ms) {
        number = static_cast<std::uint32_t>(
            (media_at(now_ + 400ms).time_since_epoch() / std::chrono::milliseconds{20}));
        if (number % 10 != 0) {
            audio(number);
        }
        session_.tick(now_);
        v1::SyncReply alive;
        receive(wire::Kind::sync_reply, alive);
    }
    ASSERT_EQ(reports().size() - before, 3U);
    EXPECT_TRUE(reports().back().udp());
    EXPECT_NEAR(reports().back().lost_permille(), 100.0, 15.0);
}

TEST_F(SessionUdpTest, ClosesTheSocketWithTheConnection) {
    settle();
    session_.on_closed();
    EXPECT_EQ(datagrams_.closed, 1);
    EXPECT_FALSE(session_.media_path().in_use());
    audio(7);
    EXPECT_TRUE(audio_.packets.empty());
    now_ += 1s;
    join();
    offer();
    acknowledge();
    EXPECT_TRUE(session_.media_path().in_use());
}

TEST_F(SessionUdpTest, StaysOnTheConnectionIfNoSocketCanBeHad) {
    datagrams_.opens = false;
    join();
    offer();
    EXPECT_TRUE(datagrams_.sent.empty());
    EXPECT_EQ(session_.media_path().transport(), "ws");
}

TEST_F(SessionUdpTest, SaysInTelemetryHowMediaComes) {
    settle();
    now_ += 2s;
    session_.tick(now_);
    EXPECT_EQ(all<v1::Telemetry>(wire::Kind::telemetry).back().transport(), "udp");
}

TEST_F(SessionOnlyUdpTest, PlaysNothingThatComesByTheConnection) {
    join();
    EXPECT_EQ(session_.media_path().transport(), "none");
    session_.on_envelope(bundle_of(0, 1, 3, 1), now_);
    EXPECT_TRUE(audio_.packets.empty());
    offer();
    acknowledge();
    audio(4);
    EXPECT_EQ(audio_.packets.size(), 1U);
    EXPECT_EQ(session_.media_path().transport(), "udp");
}

TEST_F(SessionOnlyUdpTest, NeverSendsForTheConnectionsMedia) {
    settle();
    audio(1'000);
    for (const LocalInstant end = now_ + 5s; now_ < end; now_ += 20ms) {
        session_.tick(now_);
    }
    EXPECT_EQ(session_.media_path().transport(), "none");
    for (const v1::MediaPath& report : reports()) {
        EXPECT_TRUE(report.udp());
    }
}

TEST_F(SessionUdpTest, SurvivesAnyBody) {
    settle();
    test::SimRandom random(23);
    for (int n = 0; n < 5'000; ++n) {
        std::vector<std::byte> body(random.seed() % 80U);
        for (std::byte& one : body) {
            one = static_cast<std::byte>(random.seed());
        }
        session_.on_datagram(static_cast<DatagramType>(random.seed() % 9U), body, now_);
    }
    EXPECT_GT(session_.malformed(), 500U);
    EXPECT_TRUE(link_.hung_up.empty());
}

}  // namespace
}  // namespace earshot::client
