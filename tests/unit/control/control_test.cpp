#include "server/control/api.hpp"
#include "server/control/json_body.hpp"
#include "tests/unit/session/fakes.hpp"

#include <gtest/gtest.h>

namespace earshot::control {
namespace {

using namespace std::chrono_literals;

TEST(JsonBody, ReadsTextNumbersAndTruth) {
    const auto fields = parse_json_body(R"({"a":"x","b":2.5,"c":true,"d":3})");
    ASSERT_TRUE(fields);
    EXPECT_EQ(*text_field(*fields, "a"), "x");
    EXPECT_EQ(*number_field(*fields, "b", 0.0), 2.5);
    EXPECT_EQ(*number_field(*fields, "d", 0.0), 3.0);
    EXPECT_EQ(*number_field(*fields, "e", 9.0), 9.0);
    EXPECT_FALSE(text_field(*fields, "b"));
    EXPECT_FALSE(number_field(*fields, "a", 0.0));
}

TEST(JsonBody, TakesAnEmptyBodyForAnEmptyObject) {
    ASSERT_TRUE(parse_json_body(""));
    EXPECT_TRUE(parse_json_body("")->empty());
}

TEST(JsonBody, RefusesWhatIsNotOneFlatObject) {
    for (const char* body :
         {"[]", "7", "{\"a\":[1]}", "{\"a\":{}}", "{\"a\":null}", "{", "{} x", "\xff"}) {
        EXPECT_FALSE(parse_json_body(body)) << body;
    }
    std::string many = "{";
    for (int i = 0; i < 40; ++i) many += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
    EXPECT_EQ(parse_json_body(many + "}").failure().code, Errc::too_many);
}

class FixedClock final : public MediaClockSource {
public:
    [[nodiscard]] MediaInstant now() const noexcept override { return value; }
    MediaInstant value{5s};
};

class NoGateway final : public wire::ListenerGateway {
public:
    void send(ConnectionId, wire::SharedEnvelope) override {}
    void broadcast(wire::SharedEnvelope) override { ++broadcasts; }
    void accept(ConnectionId) override {}
    void subscribe(ConnectionId, StreamId) override {}
    void accompany(ConnectionId, wire::Companions) override {}
    void offer_datagrams(ConnectionId) override {}
    void close(ConnectionId, std::string) override {}
    void set_bundle_packets(int) override {}
    void set_lead(Frames) override {}
    int broadcasts = 0;
};

class ApiTest : public ::testing::Test {
protected:
    ApiTest() {
        session.attach(gateway, playback);
        playback.begin(clock.value);
        clock.value += 200ms;
        playback.tick(clock.value);
    }
    wire::HttpResponse call(const std::string& method,
                            const std::string& path,
                            const std::string& body = "") {
        wire::HttpResponse response;
        wire::HttpRequest request;
        request.method = method;
        request.path = path;
        request.body = body;
        api.handle(request, [&](wire::HttpResponse got) { response = std::move(got); });
        return response;
    }
    void start() {
        ASSERT_EQ(call("POST", "/api/v1/transport", R"({"action":"go"})").status, 200);
        clock.value += 500ms;
        playback.tick(clock.value);
    }

    show::Show show = session::test::two_perspectives();
    show::HearingStates states{*show.states};
    FixedClock clock;
    Log log{"test", LogFormat::text, LogLevel::error};
    NoGateway gateway;
    session::Session session{{.id = "s", .server_name = "test"}, show, clock, log};
    session::test::TenMinutes feed;
    session::test::FakeEngine engine;
    session::Playback playback{show,
                               {*show::build_schedule(show, "objective", states),
                                *show::build_schedule(show, "subjective", states)},
                               states,
                               feed,
                               engine,
                               session,
                               Frames{19'200},
                               clock.value};
    Api api{session, clock, [] { return std::string(R"({"ok":1})"); }};
};

TEST_F(ApiTest, AnswersTheStatus) {
    EXPECT_EQ(call("GET", "/api/v1/status").body, R"({"ok":1})");
    EXPECT_EQ(call("POST", "/api/v1/status").status, 405);
}

TEST_F(ApiTest, GivesTheLockstepReportInThreeForms) {
    const auto json = call("GET", "/api/v1/lockstep");
    EXPECT_EQ(json.status, 200);
    EXPECT_EQ(json.content_type, "application/json");
    EXPECT_NE(json.body.find(R"("perspective":"subjective","verdict":"unknown")"),
              std::string::npos)
        << json.body;
    EXPECT_EQ(call("GET", "/api/v1/lockstep.json").body, json.body);
    const auto csv = call("GET", "/api/v1/lockstep.csv");
    EXPECT_EQ(csv.content_type, "text/csv; charset=utf-8");
    EXPECT_TRUE(csv.body.starts_with("from_s,to_s,"));
    const auto svg = call("HEAD", "/api/v1/lockstep.svg");
    EXPECT_EQ(svg.content_type, "image/svg+xml");
    EXPECT_TRUE(svg.body.starts_with("<svg "));
    EXPECT_EQ(call("GET", "/api/v1/lockstep.png").status, 404);
    EXPECT_EQ(call("GET", "/api/v1/lockstepped").status, 404);
    EXPECT_EQ(call("POST", "/api/v1/lockstep.csv").status, 405);
}

TEST_F(ApiTest, PlaysPausesAndSeeks) {
    start();
    EXPECT_EQ(playback.phase(clock.value), timeline::Phase::playing);
    EXPECT_EQ(call("POST", "/api/v1/transport", R"({"action":"seek","at":"00:02:00.000"})").status,
              200);
    clock.value += 500ms;
    playback.tick(clock.value);
    EXPECT_GE(playback.position(clock.value),
              ProgrammeTime{std::chrono::duration_cast<Frames>(120s)});
    EXPECT_EQ(call("POST", "/api/v1/transport", R"({"action":"pause"})").status, 200);
}

TEST_F(ApiTest, SaysWhyItRefuses) {
    EXPECT_EQ(call("POST", "/api/v1/transport", R"({"action":"pause"})").status, 409);
    EXPECT_EQ(call("POST", "/api/v1/transport", R"({"action":"seek","at":"99:00:00.000"})").status,
              400);
    EXPECT_EQ(call("POST", "/api/v1/transport", R"({"action":"seek"})").status, 400);
    EXPECT_EQ(call("POST", "/api/v1/transport", R"({"action":"dance"})").status, 400);
    EXPECT_EQ(call("POST", "/api/v1/transport", "not json").status, 400);
    EXPECT_EQ(call("GET", "/api/v1/transport").status, 405);
    EXPECT_EQ(call("GET", "/api/v1/nothing").status, 404);
    EXPECT_NE(call("POST", "/api/v1/transport", R"({"action":"pause"})").body.find("error"),
              std::string::npos);
}

TEST_F(ApiTest, ChangesAStateByHand) {
    start();
    EXPECT_EQ(call("POST", "/api/v1/state",
                   R"({"perspective":"subjective","state":"felt","intensity":0.5,"fade_ms":400})")
                  .status,
              200);
    EXPECT_EQ(engine.commands.back().kind, show::EngineCommand::Kind::change);
    EXPECT_EQ(call("POST", "/api/v1/state", R"({"perspective":"nobody","state":"felt"})").status,
              404);
    EXPECT_EQ(call("POST", "/api/v1/state", R"({"perspective":"objective","state":"felt"})").status,
              409);
    EXPECT_EQ(call("POST", "/api/v1/state",
                   R"({"perspective":"subjective","state":"felt","fade_ms":1e99})")
                  .status,
              400);
}

TEST_F(ApiTest, ShowsAndChangesTheLead) {
    const auto before = call("GET", "/api/v1/lead");
    EXPECT_EQ(before.status, 200);
    EXPECT_EQ(before.body, R"({"lead_ms":400,"lead_now_ms":400,"preset":"wifi",)"
                           R"("presets":{"wired":150,"wifi":400,"crowded":800}})");
    EXPECT_EQ(call("POST", "/api/v1/lead", R"({"lead":"crowded"})").status, 200);
    EXPECT_EQ(engine.commands.back().lead, Frames{38'400});
    EXPECT_EQ(call("POST", "/api/v1/lead", R"({"lead":"250"})").status, 200);
    const auto after = call("POST", "/api/v1/lead", R"({"lead":250})");
    EXPECT_EQ(after.status, 200);
    EXPECT_NE(after.body.find(R"("lead_ms":250,"lead_now_ms":400,"preset":"")"), std::string::npos)
        << after.body;
    for (const char* wrong : {"", "{}", R"({"lead":true})", R"({"lead":1e300})", R"({"lead":99})",
                              R"({"lead":"slow"})", "not json"}) {
        EXPECT_EQ(call("POST", "/api/v1/lead", wrong).status, 400) << wrong;
    }
    EXPECT_EQ(call("DELETE", "/api/v1/lead").status, 405);
    engine.full = true;
    EXPECT_EQ(call("POST", "/api/v1/lead", R"({"lead":800})").status, 409);
}

TEST_F(ApiTest, PanicsAndClears) {
    EXPECT_EQ(call("POST", "/api/v1/panic").status, 200);
    EXPECT_TRUE(session.in_panic());
    EXPECT_GT(gateway.broadcasts, 0);
    EXPECT_EQ(call("POST", "/api/v1/panic", R"({"action":"all_clear"})").status, 200);
    EXPECT_FALSE(session.in_panic());
    EXPECT_EQ(call("POST", "/api/v1/panic", R"({"action":"maybe"})").status, 400);
}

}  // namespace
}  // namespace earshot::control
