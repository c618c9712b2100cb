#include "server/evidence/lockstep_formats.hpp"

#include "tests/support/json.hpp"
#include "tests/unit/evidence/fakes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::evidence {
namespace {

using namespace std::chrono_literals;
using earshot::test::member;
using earshot::test::to_int;

class LockstepFormatsTest : public ::testing::Test {
protected:
    LockstepFormatsTest() {
        test::send(report, StreamId{1}, Epoch{1}, 0, 50);
        report.joined(ListenerId{4}, "Blue <Heron> \"4\"", StreamId{1}, facts.now);
        report.joined(ListenerId{5}, "Red Fox 5", StreamId{0}, facts.now);
        for (int n = 0; n < 12; ++n) {
            facts.now += 2s;
            report.told(ListenerId{5},
                        {.stream = StreamId{0}, .playing = true, .error_mean_us = -60.0},
                        facts.now);
            report.told(ListenerId{4},
                        {.stream = StreamId{1},
                         .playing = true,
                         .in_step = true,
                         .error_p50_us = 10.0,
                         .error_p99_us = 50.0,
                         .error_max_us = 70.0,
                         .error_mean_us = 20.0,
                         .reanchors = n < 6 ? 0U : 1U},
                        facts.now);
        }
        report.delivered(ListenerId{4}, test::told(StreamId{1}, Epoch{1}, 0, 50), facts.now);
    }

    SessionFacts facts{.id = "abc",
                       .title = "A <b>Show</b> & more",
                       .server = "test",
                       .perspectives = {"objective", "subjective"},
                       .now = MediaInstant{50s}};
    LockstepReport report{10, facts.now};
};

TEST_F(LockstepFormatsTest, JsonHoldsAllOfIt) {
    const auto json = earshot::test::parse_json(lockstep_json(report, facts));
    EXPECT_EQ(member(json, "session").as_string(), "abc");
    EXPECT_EQ(to_int(member(json, "duration_s")), 24);
    const auto& total = member(json, "total");
    EXPECT_EQ(to_int(member(total, "reports")), 24);
    EXPECT_EQ(to_int(member(member(total, "apart_us"), "max")), 80);
    EXPECT_EQ(to_int(member(total, "reanchors")), 1);
    const auto& p99 = member(total, "error_p99_us");
    EXPECT_EQ(to_int(member(p99, "p99")), 50);
    EXPECT_EQ(member(p99, "up_to_us").as_array().size(), 2U);
    const auto& delivery = member(json, "delivery").as_array();
    ASSERT_EQ(delivery.size(), 2U);
    EXPECT_EQ(member(delivery[0], "verdict").as_string(), "unknown");
    EXPECT_EQ(member(delivery[1], "verdict").as_string(), "identical");
    EXPECT_EQ(member(json, "slots").as_array().size(), 3U);
    const auto& listeners = member(json, "listeners").as_array();
    ASSERT_EQ(listeners.size(), 2U);
    EXPECT_EQ(member(listeners[0], "badge").as_string(), "Blue <Heron> \"4\"");
    EXPECT_EQ(to_int(member(listeners[0], "seconds_compared")), 1);
    const auto& events = member(json, "events").as_array();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(member(events[2], "event").as_string(), "reanchored");
    EXPECT_EQ(to_int(member(events[2], "at_s")), 14);
}

TEST_F(LockstepFormatsTest, CsvHasALineForEachSlotAndAsManyCells) {
    const std::string csv = lockstep_csv(report, facts);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
    EXPECT_NE(csv.find("\r\n0,10,8,8,4,1.1,1.1,50.0,70.0,80.0,80.0,2,0,0,0,0,0,0\r\n"),
              std::string::npos)
        << csv;
    EXPECT_NE(csv.find("\r\n20,24,6,6,3,"), std::string::npos) << "the last is not over: " << csv;
    std::size_t from = 0;
    while (from < csv.size()) {
        const std::size_t end = csv.find('\n', from);
        EXPECT_EQ(std::count(csv.begin() + static_cast<std::ptrdiff_t>(from),
                             csv.begin() + static_cast<std::ptrdiff_t>(end), ','),
                  17);
        from = end + 1;
    }
}

TEST_F(LockstepFormatsTest, SvgDrawsTheLinesAndEscapesWords) {
    const std::string svg = lockstep_svg(report, facts);
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_EQ(svg.find("<b>"), std::string::npos);
    EXPECT_NE(svg.find("A &lt;b&gt;Show&lt;/b&gt; &amp; more"), std::string::npos);
    EXPECT_NE(svg.find(">subjective: identical<"), std::string::npos);
    EXPECT_NE(svg.find("all listeners of this perspective were given identical audio"),
              std::string::npos);
    EXPECT_NE(svg.find("80 us apart in the median"), std::string::npos);
    EXPECT_NE(svg.find("in 50.0 % of 24 reports"), std::string::npos);
    EXPECT_NE(svg.find("#cc3311"), std::string::npos) << "the re-anchor";
    EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(LockstepFormats, SayAsMuchOfNothing) {
    const SessionFacts facts{
        .id = "s", .title = "t", .server = "v", .perspectives = {}, .now = MediaInstant{9s}};
    const LockstepReport report(1, facts.now);
    const auto json = earshot::test::parse_json(lockstep_json(report, facts));
    EXPECT_EQ(to_int(member(member(json, "total"), "reports")), 0);
    const std::string csv = lockstep_csv(report, facts);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1);
    const std::string svg = lockstep_svg(report, facts);
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace earshot::evidence
