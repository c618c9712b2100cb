#include "client/core/client_session.hpp"

#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "tests/unit/client_net/fakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;
using Kind = PlayerCommand::Kind;
using State = ClientSession::State;

/// The listener's clock runs 40 ppm fast and was 3 s behind at its own 100 s.
constexpr double kListenerFast = 40e-6;
constexpr LocalInstant kStart{100s};

MediaInstant media_at(LocalInstant local) {
    const auto past = static_cast<double>((local - kStart).count());
    return MediaInstant{103s +
                        std::chrono::nanoseconds{std::llround(past / (1.0 + kListenerFast))}};
}

/// A session with a scripted server and a clock that moves by hand.
class ClientSessionTest : public testing::Test {
protected:
    ClientSessionTest() {
        welcome_.mutable_version()->set_major(1);
        welcome_.set_session_id("session-1");
        welcome_.set_listener_id(17);
        welcome_.set_badge("Blue Heron 17");
        welcome_.set_resume_token("token-17");
        welcome_.set_lead_ms(400);
        welcome_.set_stream_id(1);
        auto* streams = welcome_.mutable_streams();
        streams->set_objective_stream_id(0);
        auto* objective = streams->add_streams();
        objective->set_perspective("objective");
        auto* subjective = streams->add_streams();
        subjective->set_stream_id(1);
        subjective->set_perspective("subjective");
    }

    static SessionConfig config() {
        SessionConfig config;
        config.name = "Seat 4";
        config.perspective = "subjective";
        config.join_code = "BLUE";
        config.level_cap_dbfs = -6.0;
        return config;
    }

    void receive(wire::Kind kind, const google::protobuf::MessageLite& message) {
        session_.on_envelope(wire::make_envelope(kind, message), now_);
    }
    void receive(const std::vector<std::byte>& envelope) { session_.on_envelope(envelope, now_); }

    void join() {
        session_.on_open(link_, now_);
        receive(wire::Kind::welcome, welcome_);
    }

    /// The newest message of a kind that was sent.
    template <class Message>
    Message newest(wire::Kind kind) {
        Message message;
        for (const auto& bytes : link_.sent) {
            if (bytes.front() == static_cast<std::byte>(kind)) {
                EXPECT_TRUE(wire::parse_body(std::span{bytes}.subspan(1), message));
            }
        }
        return message;
    }

    std::size_t count(wire::Kind kind) const {
        return static_cast<std::size_t>(std::count_if(
            link_.sent.begin(), link_.sent.end(),
            [&](const auto& bytes) { return bytes.front() == static_cast<std::byte>(kind); }));
    }

    /// Answers the exchange sent at `asked`, after equal delays there and back.
    void reply(std::uint32_t sequence, LocalInstant asked, std::chrono::nanoseconds one_way) {
        v1::SyncReply answer;
        answer.set_sequence(sequence);
        answer.set_t1_local_ns(static_cast<std::uint64_t>(asked.time_since_epoch().count()));
        answer.set_t2_media_ns(media_at(asked + one_way).time_since_epoch().count());
        answer.set_t3_media_ns(media_at(asked + one_way).time_since_epoch().count());
        now_ = asked + 2 * one_way;
        receive(wire::Kind::sync_reply, answer);
    }

    void local_control(v1::LocalAction action, float cap = 0.0F, std::uint32_t fade_ms = 0) {
        v1::LocalControl control;
        control.set_action(action);
        control.set_level_cap_dbfs(cap);
        control.set_fade_ms(fade_ms);
        receive(wire::Kind::local_control, control);
    }

    void refuse(v1::RefusalCode code, const std::string& text) {
        session_.on_open(link_, now_);
        v1::Refusal refusal;
        refusal.set_code(code);
        refusal.set_text(text);
        refusal.mutable_version()->set_major(2);
        receive(wire::Kind::refusal, refusal);
    }

    LocalInstant now_ = kStart;
    FakeLink link_;
    FakeAudio audio_;
    v1::Welcome welcome_;
    ClientSession session_{config(), audio_};
};

TEST_F(ClientSessionTest, SaysHelloFirst) {
    session_.on_open(link_, now_);
    ASSERT_EQ(link_.sent.size(), 1U);
    const auto hello = newest<v1::Hello>(wire::Kind::hello);
    EXPECT_EQ(hello.version().major(), wire::kVersionMajor);
    EXPECT_EQ(hello.role(), v1::ROLE_LISTENER);
    EXPECT_EQ(hello.name(), "Seat 4");
    EXPECT_EQ(hello.perspective(), "subjective");
    EXPECT_EQ(hello.join_code(), "BLUE");
    EXPECT_EQ(hello.resume_token(), "");
    EXPECT_TRUE(hello.decodes_audio());
    EXPECT_EQ(session_.state(), State::greeted);
    EXPECT_TRUE(link_.syncs.empty());
}

TEST_F(ClientSessionTest, FollowsTheStreamItIsWelcomedTo) {
    join();
    EXPECT_TRUE(session_.live());
    EXPECT_EQ(session_.info().listener_id, 17U);
    EXPECT_EQ(session_.info().streams.size(), 2U);
    EXPECT_EQ(session_.heard_stream(), StreamId{1});
    ASSERT_EQ(audio_.commands.size(), 2U);
    EXPECT_EQ(audio_.commands[0].kind, Kind::level_cap);
    EXPECT_FLOAT_EQ(audio_.commands[0].value_db, -6.0F);
    EXPECT_EQ(audio_.commands[1].kind, Kind::follow);
    EXPECT_EQ(audio_.commands[1].stream, StreamId{1});
    EXPECT_EQ(link_.syncs.size(), 1U) << "the clock starts at once";
}

TEST_F(ClientSessionTest, NeedsAWelcomeBeforeAudioCounts) {
    session_.on_open(link_, now_);
    receive(bundle_of(1, 1, 0, 2));
    EXPECT_TRUE(audio_.packets.empty());
    receive(wire::Kind::welcome, welcome_);
    receive(bundle_of(1, 1, 2, 3));
    ASSERT_EQ(audio_.packets.size(), 3U);
    EXPECT_EQ(audio_.packets[2].stamp.sequence, 4U);
    EXPECT_EQ(audio_.packets[2].size, 2U);
    EXPECT_EQ(audio_.packets[2].payload[1], std::byte{4});
}

TEST_F(ClientSessionTest, LearnsTheClockFromItsExchanges) {
    join();
    while (now_ < kStart + 8s) {
        session_.tick(session_.next_due());
        reply(link_.syncs.back(), session_.next_due() < now_ ? now_ : now_ + 20ms, 300us);
    }
    ASSERT_FALSE(audio_.clocks.empty());
    const sync::ClockModel& model = audio_.clocks.back();
    ASSERT_TRUE(model.valid);
    // Equal delays: the offset is exact but for the fit's own prior on the skew.
    EXPECT_NEAR(static_cast<double>((model.to_media(now_) - media_at(now_)).count()), 0.0, 20e3);
    EXPECT_EQ(session_.clock().media_reference, model.media_reference);
    EXPECT_NEAR(static_cast<double>(session_.round_trip().count()), 600e3, 1e3);
}

TEST_F(ClientSessionTest, IgnoresRepliesItDidNotAskFor) {
    join();
    const std::size_t before = audio_.clocks.size();
    reply(999, now_, 1ms);
    reply(0, now_, 1ms);
    const auto asked = now_;
    reply(link_.syncs.back(), asked - 10s, 1ms + 5s);  // A round trip of 10 s.
    EXPECT_EQ(audio_.clocks.size(), before);
    EXPECT_EQ(session_.malformed(), 3U);
    reply(link_.syncs.back(), now_, 1ms);
    EXPECT_EQ(session_.malformed(), 3U);
    reply(link_.syncs.back(), now_, 1ms);  // The same again.
    EXPECT_EQ(session_.malformed(), 4U);
}

TEST_F(ClientSessionTest, ReportsEveryTwoSeconds) {
    join();
    audio_.now.packets_received = 321;
    audio_.now.playing = true;
    while (session_.next_due() < kStart + 6500ms) {
        now_ = std::max(now_ + 1us, session_.next_due());
        session_.tick(now_);
        receive(bundle_of(1, 1, 0, 1));
    }
    EXPECT_EQ(count(wire::Kind::telemetry), 3U);
    const auto telemetry = newest<v1::Telemetry>(wire::Kind::telemetry);
    EXPECT_EQ(telemetry.packets_received(), 321U);
    EXPECT_TRUE(telemetry.playing());
    EXPECT_EQ(telemetry.transport(), "ws");
}

TEST_F(ClientSessionTest, TellsWhatOfASecondHasCome) {
    join();
    receive(bundle_of(1, 1, 48, 2));
    receive(bundle_of(1, 1, 48, 2));
    receive(bundle_of(1, 1, 50, 1));
    for (const auto step : {2s, 2s}) {
        now_ += step;
        session_.tick(now_);
    }
    const auto telemetry = newest<v1::Telemetry>(wire::Kind::telemetry);
    ASSERT_EQ(telemetry.delivered_size(), 0) << "told of at 2 s, and only once";
    v1::Telemetry first;
    for (const auto& bytes : link_.sent) {
        if (bytes.front() == static_cast<std::byte>(wire::Kind::telemetry)) {
            ASSERT_TRUE(wire::parse_body(std::span{bytes}.subspan(1), first));
            break;
        }
    }
    ASSERT_EQ(first.delivered_size(), 2);
    EXPECT_EQ(first.delivered(0).stream_id(), 1U);
    EXPECT_EQ(first.delivered(0).packets(), (1ULL << 48U) | (1ULL << 49U));
    EXPECT_EQ(first.delivered(1).second(), 1U);
    EXPECT_EQ(first.delivered(1).packets(), 1U);
}

TEST_F(ClientSessionTest, HangsUpOnASilentServer) {
    join();
    now_ += 6s;
    session_.tick(now_);
    EXPECT_EQ(link_.hung_up, "");
    now_ += 2ms;
    session_.tick(now_);
    EXPECT_NE(link_.hung_up, "");
}

TEST_F(ClientSessionTest, ComesBackAsTheSameListenerWithItsClockAndStates) {
    join();
    reply(link_.syncs.back(), now_, 1ms);
    session_.on_closed();
    EXPECT_EQ(session_.state(), State::closed);
    EXPECT_EQ(session_.next_due(), LocalInstant::max());
    session_.on_open(link_, now_);
    EXPECT_EQ(newest<v1::Hello>(wire::Kind::hello).resume_token(), "token-17");
    const bool known = session_.clock().valid;
    receive(wire::Kind::welcome, welcome_);
    EXPECT_TRUE(session_.live());
    EXPECT_EQ(session_.clock().valid, known);
}

TEST_F(ClientSessionTest, ForgetsTheClockOfAServerThatWasStartedAnew) {
    join();
    for (int i = 0; i < 20; ++i) {
        now_ += 50ms;
        session_.tick(now_);
        reply(link_.syncs.back(), now_, 1ms);
    }
    ASSERT_TRUE(session_.clock().valid);
    session_.on_closed();
    session_.on_open(link_, now_);
    welcome_.set_session_id("session-2");
    receive(wire::Kind::welcome, welcome_);
    EXPECT_FALSE(session_.clock().valid);
}

TEST_F(ClientSessionTest, EndsForGoodOnAnotherVersion) {
    refuse(v1::REFUSAL_VERSION, "this server\nspeaks 2.0");
    EXPECT_EQ(session_.state(), State::refused);
    EXPECT_TRUE(session_.refusal().final);
    EXPECT_EQ(session_.refusal().text.find('\n'), std::string::npos);
    EXPECT_NE(session_.refusal().text.find("2.0"), std::string::npos);
    EXPECT_NE(link_.hung_up, "");
}

TEST_F(ClientSessionTest, EndsForGoodOnAWelcomeOfAnotherVersion) {
    welcome_.mutable_version()->set_major(2);
    join();
    EXPECT_EQ(session_.state(), State::refused);
    EXPECT_TRUE(session_.refusal().final);
}

TEST_F(ClientSessionTest, TriesAgainWhereTimeMayHelp) {
    for (const auto code : {v1::REFUSAL_RATE, v1::REFUSAL_FULL, v1::REFUSAL_TIMEOUT}) {
        refuse(code, "come back later");
        EXPECT_FALSE(session_.refusal().final) << code;
        session_.on_closed();
    }
    for (const auto code : {v1::REFUSAL_JOIN_CODE, v1::REFUSAL_ROLE, v1::REFUSAL_BAD_MESSAGE}) {
        refuse(code, "no");
        EXPECT_TRUE(session_.refusal().final) << code;
        session_.on_closed();
    }
}

TEST_F(ClientSessionTest, WaitsAsLongAsAGoodByeAsksFor) {
    join();
    v1::Bye bye;
    bye.set_reason("restarting");
    bye.set_come_back_after_ms(1'500);
    receive(wire::Kind::bye, bye);
    EXPECT_EQ(link_.hung_up, "restarting");
    EXPECT_EQ(session_.take_come_back_after(), 1'500ms);
    EXPECT_EQ(session_.take_come_back_after(), 0ms);
}

TEST_F(ClientSessionTest, GoesWhereItsPacketsCome) {
    join();
    audio_.commands.clear();
    receive(bundle_of(1, 1, 0, 1));
    EXPECT_TRUE(audio_.commands.empty());
    receive(bundle_of(3, 1, 0, 1));
    ASSERT_EQ(audio_.commands.size(), 1U);
    EXPECT_EQ(audio_.commands[0].kind, Kind::follow);
    EXPECT_EQ(audio_.commands[0].stream, StreamId{3});
    EXPECT_EQ(session_.heard_stream(), StreamId{3});
}

TEST_F(ClientSessionTest, PanicsToTheObjectiveStreamAndBackToItsOwn) {
    join();
    audio_.commands.clear();
    local_control(v1::LOCAL_ACTION_PANIC);
    EXPECT_EQ(session_.heard_stream(), StreamId{0});
    receive(bundle_of(1, 1, 0, 1));
    receive(bundle_of(0, 1, 5, 1));
    ASSERT_EQ(audio_.commands.size(), 1U);
    EXPECT_EQ(audio_.commands[0].kind, Kind::panic);
    EXPECT_EQ(audio_.commands[0].stream, StreamId{0});

    local_control(v1::LOCAL_ACTION_ALL_CLEAR, 0.0F, 400);
    receive(bundle_of(0, 1, 6, 1));  // Was under way.
    receive(bundle_of(1, 1, 6, 1));
    ASSERT_EQ(audio_.commands.size(), 2U);
    EXPECT_EQ(audio_.commands[1].kind, Kind::all_clear);
    EXPECT_EQ(audio_.commands[1].stream, StreamId{1});
    EXPECT_EQ(audio_.commands[1].fade_ms, 400U);
    EXPECT_EQ(session_.heard_stream(), StreamId{1});
}

TEST_F(ClientSessionTest, JoinsAPanicThatIsOn) {
    welcome_.mutable_session()->set_panic(true);
    join();
    EXPECT_EQ(audio_.commands.back().kind, Kind::panic);
    EXPECT_EQ(session_.heard_stream(), StreamId{0});
}

TEST_F(ClientSessionTest, LeavesAPanicWhoseEndItMissed) {
    join();
    local_control(v1::LOCAL_ACTION_SILENCE);
    EXPECT_EQ(audio_.commands.back().kind, Kind::silence);
    session_.on_closed();
    join();
    EXPECT_EQ(audio_.commands.back().kind, Kind::all_clear);
    EXPECT_EQ(audio_.commands.back().stream, StreamId{1});
}

TEST_F(ClientSessionTest, TakesTheLowerOfBothLevelCaps) {
    join();
    local_control(v1::LOCAL_ACTION_LEVEL_CAP, -12.0F);
    EXPECT_EQ(audio_.commands.back().kind, Kind::level_cap);
    EXPECT_FLOAT_EQ(audio_.commands.back().value_db, -12.0F);
    local_control(v1::LOCAL_ACTION_LEVEL_CAP, -3.0F);
    EXPECT_FLOAT_EQ(audio_.commands.back().value_db, -6.0F);
}

TEST_F(ClientSessionTest, KeepsTheMapAndTheStatesThatItIsTold) {
    auto* segment = welcome_.mutable_timeline()->add_segments();
    segment->set_epoch(1);
    segment->set_media_time(48'000);
    segment->set_rate(1.0);
    auto* state = welcome_.add_states();
    state->set_stream_id(1);
    state->set_epoch(1);
    state->set_media_time(48'000);
    state->set_state("full");
    join();
    v1::StateChange change;
    change.set_stream_id(1);
    change.set_epoch(1);
    change.set_media_time(96'000);
    change.set_state("felt");
    receive(wire::Kind::state_change, change);
    EXPECT_EQ(session_.programme().programme_at(MediaTime{Frames{96'000}}),
              ProgrammeTime{Frames{48'000}});
    EXPECT_EQ(session_.states().advance(MediaTime{Frames{95'999}}, StreamId{1}).size(), 1U);
    EXPECT_EQ(session_.states().advance(MediaTime{Frames{96'000}}, StreamId{1}).size(), 1U);
    EXPECT_EQ(session_.states().heard()->state, "felt");
}

TEST_F(ClientSessionTest, CountsWhatItCannotReadAndGoesOn) {
    join();
    receive({});
    receive({std::byte{0x01}, std::byte{0x00}});
    receive({std::byte{0x23}, std::byte{0xFF}});
    EXPECT_EQ(session_.malformed(), 3U);
    receive({std::byte{0x7E}, std::byte{0x00}});  // A kind of a newer minor version.
    EXPECT_EQ(session_.malformed(), 3U);
    EXPECT_TRUE(session_.live());
    EXPECT_EQ(link_.hung_up, "");
}

TEST_F(ClientSessionTest, SaysGoodByeOnlyWhenItIsIn) {
    session_.on_open(link_, now_);
    session_.leave("done");
    EXPECT_EQ(count(wire::Kind::bye), 0U);
    receive(wire::Kind::welcome, welcome_);
    session_.leave("done");
    EXPECT_EQ(newest<v1::Bye>(wire::Kind::bye).reason(), "done");
}

/// A listener that wants to feel, at a server that has companions.
class FeelingSessionTest : public ClientSessionTest {
protected:
    FeelingSessionTest() {
        auto* streams = welcome_.mutable_streams();
        for (std::uint32_t of = 0; of < 2; ++of) {
            for (const auto kind : {v1::COMPANION_KIND_TACTILE, v1::COMPANION_KIND_HAPTIC}) {
                auto* companion = streams->add_companions();
                companion->set_stream_id(kind == v1::COMPANION_KIND_TACTILE ? 8 + of : 16 + of);
                companion->set_companion_of(of);
                companion->set_kind(kind);
            }
        }
        auto* segment = welcome_.mutable_timeline()->add_segments();
        segment->set_epoch(1);
        segment->set_rate(1.0);
    }

    static SessionConfig feeling() {
        SessionConfig config = ClientSessionTest::config();
        config.haptics = true;
        return config;
    }
    void join_feeling() {
        session_feels_.on_open(link_, now_);
        receive_feeling(wire::make_envelope(wire::Kind::welcome, welcome_));
    }
    void receive_feeling(const std::vector<std::byte>& envelope) {
        session_feels_.on_envelope(envelope, now_);
    }
    void control(v1::LocalAction action) {
        v1::LocalControl message;
        message.set_action(action);
        receive_feeling(wire::make_envelope(wire::Kind::local_control, message));
    }
    /// A packet of two points, peaks 2 and 3, of a stream.
    static std::vector<std::byte> points(std::uint8_t stream, std::int64_t media) {
        wire::PacketSlot slot;
        slot.stamp = {StreamId{stream}, Epoch{1}, 0, MediaTime{Frames{media}}, ProgrammeTime{}};
        slot.size = 6;
        slot.payload[1] = std::byte{2};
        slot.payload[4] = std::byte{3};
        const wire::PacketSlot* pointer = &slot;
        std::vector<std::byte> envelope{static_cast<std::byte>(wire::Kind::bundle)};
        wire::append_bundle({&pointer, 1}, envelope);
        return envelope;
    }
    std::vector<int> felt(std::int64_t media) {
        std::vector<int> peaks;
        for (const TimedPoint& point : session_feels_.haptics().advance(
                 MediaTime{Frames{media}}, session_feels_.programme())) {
            peaks.push_back(point.point.peak);
        }
        return peaks;
    }

    FakeAudio tactile_;
    ClientSession session_feels_{feeling(), audio_, &tactile_};
};

TEST_F(FeelingSessionTest, AsksForCompanionsOnlyIfSomebodyFeels) {
    session_.on_open(link_, now_);
    EXPECT_FALSE(newest<v1::Hello>(wire::Kind::hello).has_companions());
    session_feels_.on_open(link_, now_);
    const auto hello = newest<v1::Hello>(wire::Kind::hello);
    EXPECT_TRUE(hello.companions().tactile());
    EXPECT_TRUE(hello.companions().haptics());
}

TEST_F(FeelingSessionTest, GivesEachStreamToWhoTakesIt) {
    join_feeling();
    EXPECT_EQ(audio_.commands.back().stream, StreamId{1});
    EXPECT_EQ(tactile_.commands.back().kind, Kind::follow);
    EXPECT_EQ(tactile_.commands.back().stream, StreamId{9});
    receive_feeling(bundle_of(1, 1, 0, 2));
    receive_feeling(bundle_of(9, 1, 0, 3));
    receive_feeling(points(17, 1'000));
    receive_feeling(points(16, 1'000));  // of a perspective that is not followed
    EXPECT_EQ(audio_.packets.size(), 2U);
    EXPECT_EQ(tactile_.packets.size(), 3U);
    EXPECT_EQ(session_feels_.heard_stream(), StreamId{1}) << "companions move nobody";
    EXPECT_THAT(felt(1'500), testing::ElementsAre(2, 3));
    EXPECT_EQ(session_feels_.malformed(), 0U);
    receive_feeling(bundle_of(17, 1, 0, 1));  // two bytes: no points
    EXPECT_EQ(session_feels_.malformed(), 1U);
}

TEST_F(FeelingSessionTest, CompanionsMoveWithTheirPerspective) {
    join_feeling();
    receive_feeling(points(17, 1'000));
    receive_feeling(bundle_of(0, 1, 0, 1));
    EXPECT_EQ(tactile_.commands.back().stream, StreamId{8});
    EXPECT_THAT(felt(1'000), testing::IsEmpty()) << "points of what was left";
    receive_feeling(points(16, 2'000));
    EXPECT_THAT(felt(2'000), testing::ElementsAre(2));
}

TEST_F(FeelingSessionTest, APanicIsNotFelt) {
    join_feeling();
    receive_feeling(points(17, 1'000));
    EXPECT_THAT(felt(1'000), testing::ElementsAre(2));
    control(v1::LOCAL_ACTION_PANIC);
    EXPECT_EQ(audio_.commands.back().kind, Kind::panic);
    EXPECT_EQ(tactile_.commands.back().kind, Kind::silence);
    EXPECT_THAT(felt(1'001), testing::ElementsAre(0)) << "the last point";
    EXPECT_THAT(felt(1'480), testing::IsEmpty());
    control(v1::LOCAL_ACTION_ALL_CLEAR);
    EXPECT_EQ(tactile_.commands.back().kind, Kind::all_clear);
    EXPECT_EQ(tactile_.commands.back().stream, StreamId{9});
    receive_feeling(points(17, 2'000));
    EXPECT_THAT(felt(2'000), testing::ElementsAre(2));
}

TEST_F(FeelingSessionTest, TheLevelCapHoldsForShakersToo) {
    welcome_.set_level_cap_dbfs(-20.0F);
    join_feeling();
    const auto cap = std::find_if(tactile_.commands.begin(), tactile_.commands.end(),
                                  [](const auto& one) { return one.kind == Kind::level_cap; });
    ASSERT_NE(cap, tactile_.commands.end());
    EXPECT_FLOAT_EQ(cap->value_db, -20.0F);
}

}  // namespace
}  // namespace earshot::client
