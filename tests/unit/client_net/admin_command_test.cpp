#include "client/tools/admin_command.hpp"

#include "client/tools/status_table.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace earshot::admin {
namespace {

using Kind = Command::Kind;

Command of(Kind kind) {
    Command command;
    command.kind = kind;
    return command;
}

TEST(AdminCommand, AsksForTheStatusWithoutABody) {
    const auto call = request_of(of(Kind::status));
    EXPECT_EQ(call.method, "GET");
    EXPECT_EQ(call.target, "/api/v1/status");
    EXPECT_EQ(call.body, "");
}

TEST(AdminCommand, AsksForTheLockstepReportInAForm) {
    Command command = of(Kind::lockstep);
    EXPECT_EQ(request_of(command).target, "/api/v1/lockstep.json");
    EXPECT_EQ(request_of(command).method, "GET");
    command.format = "csv";
    EXPECT_EQ(request_of(command).target, "/api/v1/lockstep.csv");
    EXPECT_EQ(*answer_of(command, {200, "from_s\r\n"}), "from_s\r\n");
    EXPECT_FALSE(answer_of(command, {404, "{}"}));
}

TEST(AdminCommand, ShowsAndChangesTheLead) {
    Command command = of(Kind::lead);
    EXPECT_EQ(request_of(command).method, "GET");
    EXPECT_EQ(request_of(command).target, "/api/v1/lead");
    command.lead = "crowded";
    EXPECT_EQ(request_of(command).method, "POST");
    EXPECT_EQ(request_of(command).body, R"({"lead":"crowded"})");
    EXPECT_EQ(*answer_of(command, {200, R"({"lead_ms":800,"lead_now_ms":800,"preset":"crowded"})"}),
              "800 ms (crowded)\n");
    EXPECT_EQ(*answer_of(command, {200, R"({"lead_ms":250,"lead_now_ms":412,"preset":""})"}),
              "250 ms, 412 ms by now\n");
    EXPECT_FALSE(answer_of(command, {400, R"({"error":"a lead is wired"})"}));
    EXPECT_FALSE(answer_of(command, {200, "[]"}));
}

TEST(AdminCommand, SendsEachActionWhereItBelongs) {
    const auto expect = [](const Command& command, const char* target, const char* body) {
        const auto call = request_of(command);
        EXPECT_EQ(call.method, "POST");
        EXPECT_EQ(call.target, target);
        EXPECT_EQ(call.body, body);
    };
    expect(of(Kind::go), "/api/v1/transport", R"({"action":"go"})");
    expect(of(Kind::play), "/api/v1/transport", R"({"action":"play"})");
    expect(of(Kind::pause), "/api/v1/transport", R"({"action":"pause"})");
    expect(of(Kind::unloop), "/api/v1/transport", R"({"action":"unloop"})");
    expect(of(Kind::panic), "/api/v1/panic", R"({"action":"panic"})");
    expect(of(Kind::silence), "/api/v1/panic", R"({"action":"silence"})");
    expect(of(Kind::all_clear), "/api/v1/panic", R"({"action":"all_clear"})");
    Command seek = of(Kind::seek);
    seek.at = "00:00:30.000";
    expect(seek, "/api/v1/transport", R"({"action":"seek","at":"00:00:30.000"})");
    Command loop = of(Kind::loop);
    loop.from = "00:00:01.000";
    loop.to = "00:00:02.000";
    expect(loop, "/api/v1/transport",
           R"({"action":"loop","from":"00:00:01.000","to":"00:00:02.000"})");
    Command state = of(Kind::state);
    state.perspective = "subjective";
    state.state = "felt";
    expect(state, "/api/v1/state", R"({"perspective":"subjective","state":"felt"})");
    state.intensity = 0.5;
    state.fade_ms = 250.0;
    expect(state, "/api/v1/state",
           R"({"perspective":"subjective","state":"felt","intensity":0.5,"fade_ms":250})");
}

TEST(AdminCommand, PassesOnTheServersOwnWords) {
    const auto answer = answer_of(of(Kind::pause), {409, R"({"error":"nothing\u001b[2J plays"})"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.failure().text, "nothing?[2J plays");
}

TEST(AdminCommand, SaysWhatToDoWithoutAToken) {
    const auto answer = answer_of(of(Kind::go), {401, ""});
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.failure().text.find("--token-file"), std::string::npos);
}

TEST(AdminCommand, SaysDoneForAnAction) {
    EXPECT_EQ(*answer_of(of(Kind::go), {200, R"({"ok":true})"}), "done\n");
}

TEST(AdminCommand, ReadsTheTokensFirstLine) {
    const auto path = std::filesystem::path(testing::TempDir()) / "earshot_admin_token";
    std::ofstream(path) << "  abc123 \n";
    EXPECT_EQ(*read_token(path.string()), "abc123");
    std::ofstream(path) << "two words\n";
    EXPECT_FALSE(read_token(path.string()));
    std::ofstream(path) << "\n";
    EXPECT_FALSE(read_token(path.string()));
    std::filesystem::remove(path);
    EXPECT_FALSE(read_token(path.string()));
}

TEST(StatusTable, ShowsShowStreamsAndListeners) {
    const auto table = status_table(R"({
        "title": "Concert", "phase": "playing", "programme": "00:00:12.340", "panic": false,
        "lead_ms": 400, "listeners_connected": 2, "listeners_in_step": 1,
        "listeners_apart_us": 41.27,
        "source": {"description": "demo", "stalled": true},
        "streams": [{"stream_id": 0, "perspective": "objective", "title": "Objective",
                     "state": "full", "intensity": 1, "listeners": 2}],
        "listeners": [{"id": 7, "badge": "Blue Heron 7", "perspective": "objective",
                       "connected": true, "in_step": true, "error_p99_us": 12.4, "late": 0},
                      {"id": 12, "badge": "Red Fox 12", "connected": false}]})");
    ASSERT_TRUE(table);
    EXPECT_NE(table->find("show       Concert\n"), std::string::npos) << *table;
    EXPECT_NE(table->find("playing, programme at 00:00:12.340"), std::string::npos);
    EXPECT_NE(table->find("2 here, 1 in step, the farthest two 41.3 us apart\n"),
              std::string::npos);
    EXPECT_NE(table->find("demo (STALLED)"), std::string::npos);
    EXPECT_EQ(table->find("PANIC"), std::string::npos);
    EXPECT_NE(table->find("\n0       objective    Objective  full   1.00       2          -\n"),
              std::string::npos)
        << *table;
    EXPECT_NE(table->find("\n7   Blue Heron 7"), std::string::npos) << *table;
    EXPECT_NE(table->find("\n12  Red Fox 12"), std::string::npos) << *table;
}

TEST(LockstepTable, ShowsWhatWasGivenErrorsAndTheWorstFirst) {
    const auto table = lockstep_table(R"({
        "title": "Concert", "duration_s": 24,
        "total": {"reports": 12, "playing": 12, "in_step": 11, "joins": 2, "returns": 0,
                  "departures": 1, "reanchors": 1, "late": 0, "lost": 3, "concealed_frames": 960,
                  "error_p99_us": {"p50": 41.5, "p95": 50, "p99": 60, "max": 70.25}},
        "delivery": [{"perspective": "objective", "statement": "all \u001b[2J identical"}],
        "listeners": [{"id": 7, "badge": "Blue Heron 7", "error_max_us": 70},
                      {"id": 8, "badge": "Red Fox 8", "error_max_us": 700},
                      "no object"]})");
    ASSERT_TRUE(table);
    EXPECT_NE(table->find("12, 12 while playing, 11 in step"), std::string::npos) << *table;
    EXPECT_NE(table->find("\n99 % of 2 s         41.5  50.0  60.0  70.2\n"), std::string::npos)
        << *table;
    EXPECT_NE(table->find("\nmedian of 2 s       -     -     -     -\n"), std::string::npos)
        << *table;
    EXPECT_NE(table->find("all ?[2J identical"), std::string::npos) << *table;
    EXPECT_LT(table->find("Red Fox 8"), table->find("Blue Heron 7"));
    EXPECT_NE(table->find("Blue Heron 7"), std::string::npos);
}

TEST(LockstepTable, TakesAnyObjectAndNothingElse) {
    EXPECT_TRUE(lockstep_table("{}"));
    EXPECT_TRUE(lockstep_table(R"({"total": 7, "listeners": {}, "delivery": [7]})"));
    EXPECT_FALSE(lockstep_table("[]"));
    EXPECT_FALSE(lockstep_table(""));
}

TEST(StatusTable, ShowsWhoIsAtRiskAndWhatToDo) {
    const auto table = status_table(R"({
        "lead_ms": 400, "lead_now_ms": 380, "preset": "wifi",
        "listeners_connected": 3, "listeners_in_step": 3, "listeners_at_risk": 2,
        "advice": "raise the lead to 800 ms: earshot lead crowded",
        "listeners": [{"badge": "Blue Heron 7", "at_risk": true, "risk": "late"},
                      {"badge": "Red Fox 12", "at_risk": false, "risk": "none"},
                      {"badge": "Wet Owl 3", "at_risk": true, "risk": "buffer"}]})");
    ASSERT_TRUE(table);
    EXPECT_NE(table->find("3 in step, 2 at risk (Blue Heron 7: late, Wet Owl 3: buffer)\n"),
              std::string::npos)
        << *table;
    EXPECT_NE(table->find("advice     raise the lead to 800 ms"), std::string::npos) << *table;
    EXPECT_NE(table->find("lead       400 ms (wifi), 380 ms by now\n"), std::string::npos);
}

TEST(StatusTable, ShowsAPanic) {
    const auto table = status_table(R"({"panic": true})");
    ASSERT_TRUE(table);
    EXPECT_NE(table->find("all-clear"), std::string::npos);
}

TEST(StatusTable, RefusesWhatIsNoObject) {
    EXPECT_FALSE(status_table("[]"));
    EXPECT_FALSE(status_table("{"));
    EXPECT_FALSE(status_table(""));
}

}  // namespace
}  // namespace earshot::admin
