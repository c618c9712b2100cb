#include "server/session/session.hpp"

#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "server/session/lead.hpp"
#include "server/session/room_risk.hpp"
#include "tests/unit/session/fakes.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace earshot::session {
namespace {

using namespace std::chrono_literals;

class SetClock final : public MediaClockSource {
public:
    [[nodiscard]] MediaInstant now() const noexcept override { return value; }
    MediaInstant value{5s};
};

class FakeGateway final : public wire::ListenerGateway {
public:
    void send(ConnectionId connection, wire::SharedEnvelope envelope) override {
        sent.emplace_back(connection, std::move(envelope));
    }
    void broadcast(wire::SharedEnvelope envelope) override {
        broadcasts.push_back(std::move(envelope));
    }
    void accept(ConnectionId connection) override { accepted.push_back(connection); }
    void subscribe(ConnectionId connection, StreamId stream) override {
        streams[connection] = stream;
    }
    void accompany(ConnectionId connection, wire::Companions wanted) override {
        companions[connection] = wanted;
    }
    void offer_datagrams(ConnectionId connection) override { offered.push_back(connection); }
    void close(ConnectionId connection, std::string reason) override {
        closed[connection] = std::move(reason);
    }
    void set_bundle_packets(int) override {}
    void set_lead(Frames frames) override { lead = frames; }

    Frames lead{0};
    std::vector<std::pair<ConnectionId, wire::SharedEnvelope>> sent;
    std::vector<wire::SharedEnvelope> broadcasts;
    std::vector<ConnectionId> accepted;
    std::vector<ConnectionId> offered;
    std::map<ConnectionId, StreamId> streams;
    std::map<ConnectionId, wire::Companions> companions;
    std::map<ConnectionId, std::string> closed;
};

class SessionTest : public ::testing::Test {
protected:
    SessionTest() {
        session.attach(gateway, playback);
        playback.begin(clock.value);
        gateway.broadcasts.clear();
    }

    void give(ConnectionId from, wire::Kind kind, const google::protobuf::MessageLite& message) {
        const auto bytes = wire::make_envelope(kind, message);
        session.on_envelope(from, kind, std::span(bytes).subspan(1));
    }
    v1::Hello hello() {
        v1::Hello message;
        message.mutable_version()->set_major(1);
        message.mutable_version()->set_minor(7);  // a newer minor is welcome
        message.set_role(v1::ROLE_LISTENER);
        return message;
    }
    template <class Message>
    Message last_sent(wire::Kind kind) {
        Message message;
        EXPECT_FALSE(gateway.sent.empty());
        const auto& bytes = *gateway.sent.back().second;
        const auto envelope = wire::parse_envelope(bytes);
        EXPECT_TRUE(envelope.has_value() && envelope->kind == kind);
        EXPECT_TRUE(wire::parse_body(envelope->body, message).has_value());
        return message;
    }

    show::Show show = test::two_perspectives();
    show::HearingStates states{*show.states};
    SetClock clock;
    Log log{"test", LogFormat::text, LogLevel::error};
    SessionSettings settings{.id = "s", .seats = 3, .start_at_listeners = 2, .server_name = "test"};
    Session session{settings, show, clock, log};
    FakeGateway gateway;
    test::TenMinutes feed;
    test::FakeEngine engine;
    Playback playback{show,
                      {*show::build_schedule(show, "objective", states),
                       *show::build_schedule(show, "subjective", states)},
                      states,
                      feed,
                      engine,
                      session,
                      Frames{19'200},
                      clock.value};
    ConnectionId ann{11};
    ConnectionId bob{22};
};

TEST_F(SessionTest, WelcomesAListenerAndRoutesTheShowsOwnPerspective) {
    give(ann, wire::Kind::hello, hello());
    const auto welcome = last_sent<v1::Welcome>(wire::Kind::welcome);
    EXPECT_EQ(welcome.stream_id(), 1U);
    EXPECT_EQ(welcome.streams().streams_size(), 2);
    EXPECT_EQ(welcome.lead_ms(), 400U);
    EXPECT_EQ(welcome.states_size(), 2);
    EXPECT_EQ(welcome.timeline().segments_size(), 1);
    EXPECT_EQ(welcome.resume_token().size(), 16U);
    EXPECT_EQ(gateway.accepted, std::vector{ann});
    EXPECT_EQ(gateway.streams.at(ann), StreamId{1});
}

TEST_F(SessionTest, OffersDatagramsToWhoCanTakeThemOnly) {
    give(ann, wire::Kind::hello, hello());
    EXPECT_TRUE(gateway.offered.empty());
    auto message = hello();
    message.add_features("resume");
    message.add_features("udp");
    give(bob, wire::Kind::hello, message);
    EXPECT_EQ(gateway.offered, std::vector{bob});
}

TEST_F(SessionTest, TellsEveryoneOfANewLeadAndKeepsWhatWasSentWithTheOld) {
    give(ann, wire::Kind::hello, hello());
    gateway.broadcasts.clear();
    ASSERT_TRUE(session.set_lead(800ms));
    ASSERT_EQ(gateway.broadcasts.size(), 1U);
    const auto envelope = wire::parse_envelope(*gateway.broadcasts.back());
    v1::SessionState state;
    ASSERT_TRUE(wire::parse_body(envelope->body, state).has_value());
    EXPECT_EQ(state.lead_ms(), 800U);
    EXPECT_EQ(gateway.lead, Frames{800ms});
    ASSERT_TRUE(session.set_lead(150ms));
    EXPECT_EQ(gateway.lead, Frames{800ms}) << "packets of then are still to be heard";
    give(bob, wire::Kind::hello, hello());
    const auto welcome = last_sent<v1::Welcome>(wire::Kind::welcome);
    EXPECT_EQ(welcome.lead_ms(), 150U);
    EXPECT_EQ(welcome.session().lead_ms(), 150U);
    engine.full = true;
    EXPECT_FALSE(session.set_lead(400ms));
    EXPECT_EQ(session.settings().lead, Frames{150ms});
}

TEST_F(SessionTest, CountsWhoIsAtRiskAndForgetsWhoIsGone) {
    give(ann, wire::Kind::hello, hello());
    v1::Telemetry telemetry;
    telemetry.set_playing(true);
    telemetry.set_buffer_ms(300.0F);
    give(ann, wire::Kind::telemetry, telemetry);
    EXPECT_EQ(room_risk(session).at_risk, 0U);
    telemetry.set_packets_late(3);
    clock.value += 2s;
    give(ann, wire::Kind::telemetry, telemetry);
    EXPECT_EQ(session.risk_of(session.listeners().all().begin()->second), Risk::late);
    EXPECT_EQ(room_risk(session).at_risk, 1U);
    EXPECT_EQ(room_risk(session).advice, "raise the lead to 800 ms: earshot lead crowded");
    session.on_closed(ann, {});
    EXPECT_EQ(room_risk(session).at_risk, 0U);
}

TEST(Lead, IsAPresetOrMillisecondsInBounds) {
    EXPECT_EQ(*parse_lead("wired"), 150ms);
    EXPECT_EQ(*parse_lead("wifi"), 400ms);
    EXPECT_EQ(*parse_lead("crowded"), 800ms);
    EXPECT_EQ(*parse_lead("100"), 100ms);
    EXPECT_EQ(*parse_lead("1500"), 1'500ms);
    for (const char* wrong : {"", "99", "1501", "-400", "400ms", "4e2", "Wifi", "live", " 400"}) {
        EXPECT_FALSE(parse_lead(wrong)) << wrong;
    }
    EXPECT_EQ(preset_name(Frames{400ms}), "wifi");
    EXPECT_EQ(preset_name(Frames{401ms}), "");
    EXPECT_EQ(next_preset(Frames{100ms})->name, "wired");
    EXPECT_EQ(next_preset(Frames{150ms})->name, "wifi");
    EXPECT_EQ(next_preset(Frames{800ms}), nullptr);
}

TEST_F(SessionTest, RefusesAnotherMajorVersionClearly) {
    auto message = hello();
    message.mutable_version()->set_major(2);
    give(ann, wire::Kind::hello, message);
    EXPECT_EQ(last_sent<v1::Refusal>(wire::Kind::refusal).code(), v1::REFUSAL_VERSION);
    EXPECT_TRUE(gateway.closed.contains(ann));
    EXPECT_TRUE(gateway.accepted.empty());
}

TEST_F(SessionTest, RefusesWhoDoesNotSayHelloFirst) {
    give(ann, wire::Kind::telemetry, v1::Telemetry{});
    EXPECT_EQ(last_sent<v1::Refusal>(wire::Kind::refusal).code(), v1::REFUSAL_BAD_MESSAGE);
}

TEST_F(SessionTest, RefusesAFourthListenerOfThreeSeats) {
    for (std::uint64_t i = 1; i <= 3; ++i) give(ConnectionId{i}, wire::Kind::hello, hello());
    EXPECT_EQ(gateway.accepted.size(), 3U);
    give(ConnectionId{4}, wire::Kind::hello, hello());
    EXPECT_EQ(last_sent<v1::Refusal>(wire::Kind::refusal).code(), v1::REFUSAL_FULL);
}

TEST_F(SessionTest, StartsWhenEnoughListen) {
    give(ann, wire::Kind::hello, hello());
    EXPECT_EQ(engine.relocations().size(), 1U);
    session.tick(clock.value);
    give(bob, wire::Kind::hello, hello());
    const auto pass = [&](std::chrono::milliseconds time) {
        for (auto passed = 0ms; passed < time; passed += 10ms) {
            clock.value += 10ms;
            session.tick(clock.value);
            playback.tick(clock.value);
        }
    };
    pass(1'000ms);
    session.on_closed(bob, {});
    pass(1'500ms);
    give(bob, wire::Kind::hello, hello());
    pass(1'990ms);
    EXPECT_EQ(engine.relocations().size(), 1U) << "they still learn their clocks";
    pass(2'500ms);
    ASSERT_EQ(engine.relocations().size(), 2U) << "once, however long the start takes";
    EXPECT_TRUE(engine.relocations()[1].playing);
}

TEST_F(SessionTest, PanicTakesEveryoneToObjectiveAndAllClearBack) {
    auto message = hello();
    message.set_perspective("subjective");
    give(ann, wire::Kind::hello, message);
    session.panic();
    EXPECT_EQ(gateway.streams.at(ann), StreamId{0});
    v1::LocalControl control;
    const auto envelope = wire::parse_envelope(*gateway.broadcasts.front());
    ASSERT_EQ(envelope->kind, wire::Kind::local_control);
    ASSERT_TRUE(wire::parse_body(envelope->body, control).has_value());
    EXPECT_EQ(control.action(), v1::LOCAL_ACTION_PANIC);
    give(bob, wire::Kind::hello, hello());  // who comes during a panic hears objective too
    EXPECT_EQ(gateway.streams.at(bob), StreamId{0});
    session.all_clear();
    EXPECT_EQ(gateway.streams.at(ann), StreamId{1});
}

TEST_F(SessionTest, AnExitLeadsToObjectiveUntilTheListenerComesBack) {
    give(ann, wire::Kind::hello, hello());
    v1::Exit exit;
    exit.set_left(true);
    give(ann, wire::Kind::exit, exit);
    EXPECT_EQ(gateway.streams.at(ann), StreamId{0});
    exit.set_left(false);
    give(ann, wire::Kind::exit, exit);
    EXPECT_EQ(gateway.streams.at(ann), StreamId{1});
}

TEST_F(SessionTest, GivesCompanionsToWhoAsksForThem) {
    give(ann, wire::Kind::hello, hello());
    EXPECT_EQ(gateway.companions.at(ann), wire::Companions{});
    auto message = hello();
    message.mutable_companions()->set_tactile(true);
    message.mutable_companions()->set_haptics(true);
    give(bob, wire::Kind::hello, message);
    EXPECT_EQ(gateway.companions.at(bob), (wire::Companions{.tactile = true, .haptics = true}));
    const auto welcome = last_sent<v1::Welcome>(wire::Kind::welcome);
    ASSERT_EQ(welcome.streams().streams_size(), 2) << "companions are no perspectives";
    ASSERT_EQ(welcome.streams().companions_size(), 4);
    const v1::Companion& last = welcome.streams().companions(3);
    EXPECT_EQ(last.kind(), v1::COMPANION_KIND_HAPTIC);
    EXPECT_EQ(last.companion_of(), 1U);
    EXPECT_EQ(last.stream_id(), wire::haptic_stream(StreamId{1}).value);

    v1::Subscribe subscribe;
    subscribe.set_perspective("objective");
    give(bob, wire::Kind::subscribe, subscribe);
    EXPECT_EQ(gateway.streams.at(bob), StreamId{0});
    EXPECT_TRUE(gateway.companions.at(bob).tactile) << "they stay as they were";
    subscribe.clear_perspective();
    subscribe.mutable_companions()->set_haptics(true);
    give(bob, wire::Kind::subscribe, subscribe);
    EXPECT_EQ(gateway.streams.at(bob), StreamId{0}) << "and so does the perspective";
    EXPECT_EQ(gateway.companions.at(bob), (wire::Companions{.tactile = false, .haptics = true}));
}

TEST_F(SessionTest, WhoIsLedAwayFeelsNothing) {
    auto message = hello();
    message.mutable_companions()->set_tactile(true);
    give(ann, wire::Kind::hello, message);
    session.panic();
    EXPECT_FALSE(gateway.companions.at(ann).tactile);
    session.all_clear();
    EXPECT_TRUE(gateway.companions.at(ann).tactile);
    v1::Exit exit;
    exit.set_left(true);
    give(ann, wire::Kind::exit, exit);
    EXPECT_FALSE(gateway.companions.at(ann).tactile);
}

TEST_F(SessionTest, CountsWhoIsInStep) {
    give(ann, wire::Kind::hello, hello());
    give(bob, wire::Kind::hello, hello());
    v1::Telemetry telemetry;
    telemetry.set_playing(true);
    telemetry.set_error_p99_us(300.0F);
    give(ann, wire::Kind::telemetry, telemetry);
    telemetry.set_error_p99_us(5'000.0F);
    give(bob, wire::Kind::telemetry, telemetry);
    EXPECT_EQ(session.in_step(), 1U);
    session.on_closed(ann, {});
    EXPECT_EQ(session.in_step(), 0U);
}

TEST_F(SessionTest, PutsWhatListenersTellIntoTheLockstepReport) {
    give(ann, wire::Kind::hello, hello());
    v1::Telemetry telemetry;
    telemetry.set_playing(true);
    telemetry.set_error_p99_us(300.0F);
    telemetry.set_packets_received(100);
    telemetry.set_frames_concealed(960);
    session.sent({.stream = StreamId{1}, .epoch = Epoch{1}, .sequence = 4, .checksum = 99});
    v1::DeliveredSecond& second = *telemetry.add_delivered();
    second.set_stream_id(1);
    second.set_epoch(1);
    second.set_packets(1U << 4U);
    second.set_checksum(99);
    give(ann, wire::Kind::telemetry, telemetry);
    const evidence::LockstepReport& report = session.lockstep();
    EXPECT_EQ(report.total().joins, 1U);
    EXPECT_EQ(report.total().in_step, 1U);
    const evidence::DeliveryFigures delivery = report.delivery(StreamId{1});
    EXPECT_EQ(delivery.seconds, 1U);
    EXPECT_EQ(delivery.different, 0U);
    EXPECT_EQ(delivery.concealed_frames, 960U);
    session.on_closed(ann, {});
    EXPECT_EQ(report.total().departures, 1U);
    ASSERT_EQ(session.take_reports().size(), 1U);
    EXPECT_TRUE(session.take_reports().empty());
}

TEST_F(SessionTest, DropsFiguresThatCannotBeAndStays) {
    give(ann, wire::Kind::hello, hello());
    v1::Telemetry good;
    good.set_playing(true);
    good.set_error_p99_us(300.0F);
    give(ann, wire::Kind::telemetry, good);
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    std::vector<v1::Telemetry> bad(5, good);
    bad[0].set_error_p99_us(kNaN);
    bad[1].set_error_max_us(-1.0F);
    bad[2].set_correction_ppm(kInfinite);
    bad[3].set_buffer_ms(-kInfinite);
    bad[4].set_error_mean_us(kNaN);
    for (const v1::Telemetry& message : bad) {
        clock.value += 2s;
        give(ann, wire::Kind::telemetry, message);
    }
    EXPECT_EQ(session.take_reports().size(), 1U);
    EXPECT_EQ(session.lockstep().total().reports, 1U);
    EXPECT_EQ(session.in_step(), 1U) << "by the last one that could be read";
    EXPECT_FALSE(gateway.closed.contains(ann));

    good.set_error_p99_us(std::numeric_limits<float>::max());
    good.set_error_mean_us(std::numeric_limits<float>::lowest());
    good.set_packets_lost(std::numeric_limits<std::uint64_t>::max());
    give(ann, wire::Kind::telemetry, good);
    const auto reports = session.take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].error_p99_us, 1e8) << "held";
    EXPECT_EQ(reports[0].error_mean_us, -1e8);
    EXPECT_LT(session.lockstep().total().lost, 10'000U);
}

TEST_F(SessionTest, CountsAListenerNoMoreOftenThanOthers) {
    give(ann, wire::Kind::hello, hello());
    v1::Telemetry telemetry;
    telemetry.set_playing(true);
    for (std::uint32_t n = 0; n < 100; ++n) {
        telemetry.set_packets_late(n);
        give(ann, wire::Kind::telemetry, telemetry);
        clock.value += 20ms;
    }
    EXPECT_EQ(session.take_reports().size(), 2U) << "in 2 s";
    EXPECT_EQ(session.lockstep().total().reports, 2U);
    give(ann, wire::Kind::telemetry, telemetry);
    EXPECT_EQ(session.lockstep().total().late, 99U) << "counters lose nothing";
}

TEST_F(SessionTest, TakesEightSecondsOfAReportAndStreamsThatThereAre) {
    give(ann, wire::Kind::hello, hello());
    v1::Telemetry telemetry;
    for (std::uint32_t n = 0; n < 20; ++n) {
        v1::DeliveredSecond& second = *telemetry.add_delivered();
        second.set_stream_id(n < 2 ? 256 + n : 1);
        second.set_second(n);
        second.set_packets(1);
    }
    give(ann, wire::Kind::telemetry, telemetry);
    EXPECT_EQ(session.lockstep().delivery(StreamId{1}).unverifiable, 6U);
    EXPECT_EQ(session.lockstep().delivery(StreamId{0}).unverifiable, 0U);
}

TEST_F(SessionTest, GivesAnUnknownPerspectiveAClearRefusal) {
    auto message = hello();
    message.set_perspective("nobody\n");
    give(ann, wire::Kind::hello, message);
    const auto refusal = last_sent<v1::Refusal>(wire::Kind::refusal);
    EXPECT_NE(refusal.text().find("nobody?"), std::string::npos);
}

}  // namespace
}  // namespace earshot::session
