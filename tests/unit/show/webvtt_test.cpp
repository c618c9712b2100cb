#include "common/show/webvtt.hpp"

#include "common/show/caption_text.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace earshot::show {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ProgrammeTime ms(std::int64_t value) {
    return ProgrammeTime{Frames{value * (kSampleRateHz / 1'000)}};
}

std::vector<Caption> captions_of(const std::string& vtt) {
    const auto captions = read_webvtt(vtt, "film.vtt");
    EXPECT_TRUE(captions.has_value()) << captions.failure().text;
    return captions.has_value() ? *captions : std::vector<Caption>{};
}

std::string refusal(const std::string& vtt) {
    const auto captions = read_webvtt(vtt, "film.vtt");
    EXPECT_FALSE(captions.has_value()) << vtt;
    return captions.has_value() ? "" : captions.failure().text;
}

TEST(WebVtt, ReadsTimesAndTexts) {
    EXPECT_THAT(captions_of("WEBVTT\n\n00:01.000 --> 00:03.500\nHello.\n\n"
                            "01:02:03.456 --> 01:02:04.000\nAnd\ngoodbye.\n"),
                ElementsAre(Caption{ms(1'000), ms(3'500), "", "Hello."},
                            Caption{ms(3'723'456), ms(3'724'000), "", "And\ngoodbye."}));
}

TEST(WebVtt, ReadsWhatProgramsWrite) {
    const Caption expected{ms(1'000), ms(2'000), "", "Hello."};
    for (const char* const vtt : {
             "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.",
             "\xEF\xBB\xBFWEBVTT - made by a program\r\nX-TIMESTAMP-MAP=LOCAL:0\r\n\r\n"
             "1\r\n00:00:01.000 --> 00:00:02.000 align:start line:0\r\nHello.\r\n",
             "WEBVTT\r\r00:01.000 --> 00:02.000\rHello.\r",
             "WEBVTT\n\nNOTE 00:05 --> is not read here\nnor this\n\nSTYLE\n::cue{color:red}\n\n"
             "REGION\nid:a\n\nintro\n00:01.000\t-->\t00:02.000\nHello.\n\n\n\n",
         }) {
        EXPECT_THAT(captions_of(vtt), ElementsAre(expected)) << vtt;
    }
    EXPECT_THAT(captions_of("WEBVTT"), IsEmpty());
}

TEST(WebVtt, TakesMarkupOffAndKeepsTheSpeaker) {
    EXPECT_THAT(captions_of("WEBVTT\n\n00:01.000 --> 00:02.000\n"
                            "<v.loud Ruben &amp; Lou><i>I</i> <c.red>can't</c> <00:01.500>hear.\n"
                            "  You &lt;3&gt; &copy; <v Joe>No.\n"),
                ElementsAre(Caption{ms(1'000), ms(2'000), "Ruben & Lou",
                                    "I can't hear.\nYou <3> &copy; No."}));
    EXPECT_EQ(plain_caption("a < b").text, "a") << "a tag that never ends";
    EXPECT_EQ(plain_caption("<v >x").speaker, "");
    EXPECT_EQ(plain_caption("<voice A>x").speaker, "");
}

TEST(WebVtt, LeavesOutCaptionsWithoutTextAndSortsTheRest) {
    EXPECT_THAT(
        captions_of("WEBVTT\n\n00:05.000 --> 00:06.000\nlater\n\n00:01.000 --> 00:02.000\n"
                    "\n00:01.000 --> 00:09.000\n<i></i>\n\n00:03.000 --> 00:09.000\nsooner\n"),
        ElementsAre(Caption{ms(3'000), ms(9'000), "", "sooner"},
                    Caption{ms(5'000), ms(6'000), "", "later"}));
}

TEST(WebVtt, SaysWhereAFileIsWrong) {
    EXPECT_EQ(refusal(""), "film.vtt:1: expected \"WEBVTT\" on the first line");
    EXPECT_EQ(refusal("WEBVTTX\n"), "film.vtt:1: expected \"WEBVTT\" on the first line");
    EXPECT_EQ(refusal("1\n00:00:01,000 --> 00:00:02,000\nsrt\n"),
              "film.vtt:1: expected \"WEBVTT\" on the first line");
    EXPECT_EQ(refusal("WEBVTT\n\nname\nno times\n"),
              "film.vtt:4: expected times such as 00:01.000 --> 00:03.500 after a caption's name");
    EXPECT_EQ(refusal("WEBVTT\n\n00:01,000 --> 00:02.000\nx\n"),
              "film.vtt:3: expected a time such as 01:02:03.456, found \"00:01,000\"");
    EXPECT_EQ(refusal("WEBVTT\n\n00:02.000 --> 00:02.000\nx\n"),
              "film.vtt:3: expected an end after the start");
    EXPECT_EQ(refusal("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny\n"),
              "film.vtt:5: expected an empty line before the next caption's times");
    EXPECT_EQ(refusal("WEBVTT\n\n00:01.000 --> 00:02.000\ncaf\xE9\n"),
              "film.vtt:4: expected text in UTF-8");
}

TEST(WebVtt, RefusesTimesThatAreNone) {
    for (const char* const time :
         {"", "1", "00:60.000", "60:00.000", "0:01.000", "1:00:01.000", "100:00:00.000", "00:01.00",
          "00:01.0000", "-0:01.000", "00:00:00:01.000", "0x:01.000", "00:1 .000"}) {
        EXPECT_THAT(refusal("WEBVTT\n\n00:00.000 --> " + std::string(time) + "\nx\n"),
                    HasSubstr("film.vtt:3: expected a time"))
            << time;
    }
}

TEST(WebVtt, HoldsItsLimits) {
    EXPECT_THAT(refusal("WEBVTT\n\n00:00.000 --> 00:01.000\n" + std::string(601, 'x') + "\n"),
                HasSubstr("at most 600 bytes"));
    EXPECT_EQ(captions_of("WEBVTT\n\n00:00.000 --> 00:01.000\n" + std::string(600, 'x')).size(),
              1U);
    EXPECT_THAT(refusal("WEBVTT\n\n" + std::string(kMaxWebVttBytes, '\n')),
                HasSubstr("film.vtt: expected at most 2048 KiB"));
    std::string many = "WEBVTT\n";
    for (std::size_t i = 0; i <= kMaxCaptions; ++i) {
        many += "\n00:00.000 --> 00:01.000\nx\n";
    }
    EXPECT_THAT(refusal(many), HasSubstr("at most 20000 captions"));
}

TEST(WebVtt, ReadsFiles) {
    const test::TempDir folder;
    std::ofstream(folder / "a.vtt") << "WEBVTT\n\n00:00.000 --> 00:01.000\nx\n";
    const auto captions = load_webvtt(folder / "a.vtt");
    ASSERT_TRUE(captions.has_value());
    EXPECT_EQ(captions->size(), 1U);
    EXPECT_THAT(load_webvtt(folder / "b.vtt").failure().text,
                HasSubstr("b.vtt: expected a WebVTT caption file, found none"));
}

}  // namespace
}  // namespace earshot::show
