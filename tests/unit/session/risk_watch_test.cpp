#include "server/session/risk_watch.hpp"

#include "server/session/room_risk.hpp"

#include <gtest/gtest.h>

namespace earshot::session {
namespace {

using namespace std::chrono_literals;

constexpr Frames kAhead{19'200};  // 400 ms

/// A listener that reports every 2 s.
struct Reports {
    Reports() {
        report.known = true;
        report.playing = true;
        report.error_p99_us = 40.0;
        report.buffer_ms = 330.0;
        report.rtt_us = 900.0;
        watch.connected(now);
    }
    Risk tell(int times = 1) {
        for (int n = 0; n < times; ++n) {
            now += 2s;
            watch.told(report, ahead, now);
        }
        return watch.at(now);
    }
    Risk after(std::chrono::milliseconds time) const { return watch.at(now + time); }

    ListenerReport report;
    Frames ahead = kAhead;
    MediaInstant now{100s};
    RiskWatch watch;
};

TEST(RiskWatch, SeesNoRiskInAGoodListener) {
    Reports of;
    of.report.late = 7;  // of its join
    of.report.lost = 2;
    EXPECT_EQ(of.tell(100), Risk::none);
}

TEST(RiskWatch, SaysGapsAndLatePacketsAtOnceAndForTenSeconds) {
    Reports of;
    (void)of.tell();
    of.report.late = 1;
    EXPECT_EQ(of.tell(), Risk::late);
    of.report.concealed_frames = 960;
    EXPECT_EQ(of.tell(), Risk::gaps) << "the worst of them";
    EXPECT_EQ(of.tell(4), Risk::gaps);
    EXPECT_EQ(of.tell(), Risk::none);
    of.report.lost = 1;
    EXPECT_EQ(of.tell(), Risk::gaps);
    of.report.lost = 0;  // the program was started again
    of.report.concealed_frames = 0;
    EXPECT_EQ(of.tell(6), Risk::none);
}

TEST(RiskWatch, TakesOneSmallBufferForChanceAndTwoForRisk) {
    Reports of;
    of.report.buffer_ms = 49.0;
    EXPECT_EQ(of.tell(), Risk::none);
    of.report.buffer_ms = 330.0;
    EXPECT_EQ(of.tell(), Risk::none);
    of.report.buffer_ms = 49.0;
    EXPECT_EQ(of.tell(2), Risk::buffer);
    of.report.buffer_ms = 90.0;  // better, but not at ease
    EXPECT_EQ(of.tell(10), Risk::buffer);
    of.report.buffer_ms = 110.0;
    EXPECT_EQ(of.tell(2), Risk::buffer);
    EXPECT_EQ(of.tell(), Risk::none);
    of.report.buffer_ms = 0.0;
    of.report.playing = false;  // holds nothing because nothing is due
    EXPECT_EQ(of.tell(5), Risk::none);
}

TEST(RiskWatch, ExpectsLessOfAShortLead) {
    Reports of;
    of.ahead = Frames{3'720};  // 77.5 ms: live sound with a lead of 150
    of.report.buffer_ms = 12.0;
    EXPECT_EQ(of.tell(5), Risk::none);
    of.report.buffer_ms = 9.0;
    EXPECT_EQ(of.tell(2), Risk::buffer);
}

TEST(RiskWatch, SeesALongRoundTripAndALargeError) {
    Reports of;
    of.report.rtt_us = 210'000.0;
    EXPECT_EQ(of.tell(2), Risk::delay);
    of.report.error_p99_us = 21'000.0;
    EXPECT_EQ(of.tell(2), Risk::error);
    of.report.rtt_us = 900.0;
    of.report.error_p99_us = 40.0;
    EXPECT_EQ(of.tell(3), Risk::none);
}

TEST(RiskWatch, SeesWhoNoLongerReports) {
    Reports of;
    EXPECT_EQ(of.after(6'000ms), Risk::none);
    EXPECT_EQ(of.after(6'001ms), Risk::silent) << "never a report";
    (void)of.tell();
    EXPECT_EQ(of.after(6'000ms), Risk::none);
    EXPECT_EQ(of.after(6'001ms), Risk::silent);
    of.now += 30s;
    of.watch.connected(of.now);
    EXPECT_EQ(of.after(0ms), Risk::none);
}

TEST(RiskWatch, RemembersADevicesJumpForAMinute) {
    Reports of;
    of.report.device_jumps = 3;
    EXPECT_EQ(of.tell(), Risk::none);
    of.report.device_jumps = 4;
    EXPECT_EQ(of.tell(30), Risk::device);
    EXPECT_EQ(of.tell(), Risk::none);
}

TEST(RoomRisk, AdvisesTheNextLeadWhenItIsTheRoom) {
    EXPECT_EQ(lead_advice(Frames{400ms}, 0, 10), "");
    EXPECT_EQ(lead_advice(Frames{400ms}, 3, 10), "raise the lead to 800 ms: earshot lead crowded");
    EXPECT_EQ(lead_advice(Frames{120ms}, 1, 1), "raise the lead to 150 ms: earshot lead wired");
    EXPECT_EQ(lead_advice(Frames{400ms}, 1, 10), "look at this listener's network, or move it");
    EXPECT_NE(lead_advice(Frames{800ms}, 5, 10).find("already"), std::string::npos);
}

}  // namespace
}  // namespace earshot::session
