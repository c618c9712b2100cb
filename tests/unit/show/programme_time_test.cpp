#include "common/show/show.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::show {
namespace {

using ::testing::HasSubstr;

std::int64_t frames_of(std::string_view text, std::optional<double> fps = {}) {
    const auto time = parse_programme_time(text, fps);
    EXPECT_TRUE(time.has_value()) << text;
    return time->time_since_epoch().count();
}

TEST(ProgrammeTimeText, ReadsMilliseconds) {
    EXPECT_EQ(frames_of("00:00:00.000"), 0);
    EXPECT_EQ(frames_of("00:00:00.001"), 48);
    EXPECT_EQ(frames_of("01:02:03.456"), (3723 * 1000 + 456) * 48LL);
    EXPECT_EQ(frames_of("23:59:59.999"), (86'400'000LL - 1) * 48);
}

TEST(ProgrammeTimeText, ReadsFilmFrames) {
    EXPECT_EQ(frames_of("00:00:01:12", 24.0), 48'000 + 24'000);
    EXPECT_EQ(frames_of("00:00:01:01", 25.0), 48'000 + 1'920);
    EXPECT_EQ(frames_of("00:00:01:29", 30.0), 48'000 + 46'400);
}

TEST(ProgrammeTimeText, CountsEveryFilmFrameAtTheNtscRates) {
    // 23.976: one film frame is 2002 samples exactly.
    EXPECT_EQ(frames_of("00:00:01:00", 23.976), 24 * 2002);
    EXPECT_EQ(frames_of("00:00:01:00", 24'000.0 / 1001.0), 24 * 2002);
    // 29.97: 1601.6 samples, rounded once and not per film frame.
    EXPECT_EQ(frames_of("00:00:00:01", 29.97), 1602);
    EXPECT_EQ(frames_of("00:00:00:05", 29.97), 8008);
    // Non-drop: an hour of labels lasts 3603.6 s.
    EXPECT_EQ(frames_of("01:00:00:00", 29.97), 36'036LL * 4800);
}

TEST(ProgrammeTimeText, RefusesFilmFramesBeyondTheRate) {
    EXPECT_EQ(parse_programme_time("00:00:01:24", 24.0).failure().code, Errc::out_of_range);
    EXPECT_THAT(parse_programme_time("00:00:01:25", 25.0).failure().text, HasSubstr("00 to 24"));
    EXPECT_FALSE(parse_programme_time("00:00:01:24", 23.976).has_value());
    EXPECT_FALSE(parse_programme_time("00:00:01:30", 29.97).has_value());
}

TEST(ProgrammeTimeText, NeedsFpsForFilmFrames) {
    EXPECT_THAT(parse_programme_time("00:00:01:12", {}).failure().text, HasSubstr("need fps"));
    EXPECT_THAT(parse_programme_time("00:00:01:12", 26.0).failure().text, HasSubstr("23.976"));
}

TEST(ProgrammeTimeText, RefusesDropFrameByName) {
    EXPECT_THAT(parse_programme_time("00:00:01;12", 29.97).failure().text,
                HasSubstr("drop-frame time code"));
}

TEST(ProgrammeTimeText, RefusesOtherShapes) {
    for (const char* text :
         {"", "1:30", "00:01:30", "00:00:00.00", "00:00:00.0000", "00:00:00,000", " 00:00:00.000",
          "-0:00:00.000", "00:00:0a.000", "00:00:00.000 ", "000:00:00.000"}) {
        const auto time = parse_programme_time(text, 25.0);
        ASSERT_FALSE(time.has_value()) << text;
        EXPECT_EQ(time.failure().code, Errc::bad_value) << text;
    }
    EXPECT_EQ(parse_programme_time("24:00:00.000", {}).failure().code, Errc::out_of_range);
    EXPECT_EQ(parse_programme_time("00:60:00.000", {}).failure().code, Errc::out_of_range);
    EXPECT_EQ(parse_programme_time("00:00:60.000", {}).failure().code, Errc::out_of_range);
}

TEST(ProgrammeTimeText, WritesWhatItReads) {
    for (const char* text : {"00:00:00.000", "00:00:22.000", "01:02:03.456", "23:59:59.999"}) {
        EXPECT_EQ(format_programme_time(*parse_programme_time(text, {})), text);
    }
}

TEST(ProgrammeTimeText, WritesTheNearestMillisecond) {
    EXPECT_EQ(format_programme_time(ProgrammeTime{Frames{23}}), "00:00:00.000");
    EXPECT_EQ(format_programme_time(ProgrammeTime{Frames{24}}), "00:00:00.001");
    EXPECT_EQ(format_programme_time(ProgrammeTime{Frames{-48}}), "-00:00:00.001");
    EXPECT_EQ(format_programme_time(ProgrammeTime{Frames{-1}}), "00:00:00.000");
}

}  // namespace
}  // namespace earshot::show
