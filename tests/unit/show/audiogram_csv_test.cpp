#include "common/show/audiogram_csv.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

namespace earshot::show {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Point = dsp::AudiogramPoint;

std::vector<Point> points_of(const dsp::Audiogram& audiogram) {
    return {audiogram.points().begin(), audiogram.points().end()};
}

std::string refusal(const std::string& csv) {
    const auto ears = read_audiogram_csv(csv, "anna.csv");
    EXPECT_FALSE(ears.has_value()) << csv;
    return ears.has_value() ? "" : ears.failure().text;
}

void expect_the_same(const std::string& csv) {
    const auto ears = read_audiogram_csv(csv, "anna.csv");
    ASSERT_TRUE(ears.has_value()) << ears.failure().text;
    EXPECT_THAT(points_of(ears->left), ElementsAre(Point{250, 20}, Point{1'000, 25.5}));
    EXPECT_THAT(points_of(ears->right), ElementsAre(Point{250, -5}, Point{1'000, 60}));
}

TEST(AudiogramCsv, ReadsFrequencyLeftAndRight) {
    expect_the_same("250,20,-5\n1000,25.5,60\n");
}

TEST(AudiogramCsv, ReadsWhatSpreadsheetsWrite) {
    expect_the_same("frequency,left,right\n250,20,-5\n1000,25.5,60\n");
    expect_the_same("Frequency;Left;Right\r\n250;20;-5\r\n1000;25.5;60\r\n");
    expect_the_same(
        "\xEF\xBB\xBF"
        "frequency, left, right\n 250 ,\t20 , -5\n1000,25.5,60");
    expect_the_same("# Anna, 3 May\n\nfrequency,left,right\n250,20,-5\n  # retest\n1e3,25.5,60\n");
}

TEST(AudiogramCsv, TakesColumnsInTheOrderOfTheirNames) {
    expect_the_same("frequency,right,left\n250,-5,20\n1000,60,25.5\n");
    expect_the_same("LEFT,FREQUENCY,RIGHT\n20,250,-5\n25.5,1000,60\n");
}

TEST(AudiogramCsv, LeavesOutWhatWasNotMeasured) {
    const auto ears = read_audiogram_csv("250,20,\n500,,\n1000,,60\n", "anna.csv");
    ASSERT_TRUE(ears.has_value()) << ears.failure().text;
    EXPECT_THAT(points_of(ears->left), ElementsAre(Point{250, 20}));
    EXPECT_THAT(points_of(ears->right), ElementsAre(Point{1'000, 60}));
    EXPECT_EQ(refusal("250,20,\n500,30,\n"),
              "anna.csv:2: expected at least one hearing level of the right ear, found none");
}

TEST(AudiogramCsv, KeepsTheAxisThatWasAskedFor) {
    const auto ears =
        read_audiogram_csv("250,20,30\n", "anna.csv", dsp::Audiogram::Axis::linear_hz);
    ASSERT_TRUE(ears.has_value());
    EXPECT_EQ(ears->left.axis(), dsp::Audiogram::Axis::linear_hz);
    EXPECT_EQ(ears->right.axis(), dsp::Audiogram::Axis::linear_hz);
}

TEST(AudiogramCsv, NamesFileLineAndRange) {
    EXPECT_EQ(refusal("250,20,30\n500,20,140\n"),
              "anna.csv:2: right, dB HL: expected a number from -20 to 130, found \"140\"");
    EXPECT_EQ(refusal("# x\r\n250,-21,30\r\n"),
              "anna.csv:2: left, dB HL: expected a number from -20 to 130, found \"-21\"");
    EXPECT_EQ(refusal("19,20,30\n"),
              "anna.csv:1: frequency in Hz: expected a number from 20 to 20000, found \"19\"");
    EXPECT_THAT(refusal("500,1,1\n250,1,1\n"),
                AllOf(StartsWith("anna.csv:2: "), HasSubstr("found 250 after 500")));
    EXPECT_THAT(refusal("500,1,1\n500,1,1\n"), HasSubstr("expected rising frequencies"));
    for (const char* value : {"nan", "inf", "1e400", "x", "20 dB", "0x14", "--5", "NR"}) {
        EXPECT_THAT(refusal("250," + std::string(value) + ",30\n"),
                    AllOf(StartsWith("anna.csv:1: left"), HasSubstr("from -20 to 130")))
            << value;
    }
}

TEST(AudiogramCsv, AsksForADecimalPoint) {
    EXPECT_THAT(
        refusal("frequency;left;right\n250;20,5;30\n"),
        AllOf(StartsWith("anna.csv:2: "), HasSubstr("with a decimal point, found \"20,5\"")));
}

TEST(AudiogramCsv, RefusesOtherShapes) {
    EXPECT_THAT(refusal("250,20\n"),
                AllOf(StartsWith("anna.csv:1: "),
                      HasSubstr("expected three values, frequency,left,right, found 2")));
    EXPECT_THAT(refusal("250,20,30\n500,20,30,40\n"),
                AllOf(StartsWith("anna.csv:2: "), HasSubstr("found 4")));
    EXPECT_THAT(refusal("frequency,left,rigt\n"), HasSubstr("did you mean \"right\"?"));
    EXPECT_THAT(refusal("frequency,left,left\n"), HasSubstr("is there twice"));
    EXPECT_THAT(refusal("a,b,c\n"), HasSubstr("expected frequency, left, right"));
    EXPECT_THAT(refusal(""), AllOf(StartsWith("anna.csv:1: "), HasSubstr("at least one")));
    EXPECT_THAT(refusal("frequency,left,right\n"), HasSubstr("at least one"));
    EXPECT_THAT(refusal(std::string("250,\x01\x7F,3\n")), HasSubstr("found \"  \""));
}

TEST(AudiogramCsv, BoundsPointsAndBytes) {
    std::string csv;
    for (int i = 0; i < 24; ++i) {
        csv += std::to_string(100 + i) + ",0,0\n";
    }
    EXPECT_TRUE(read_audiogram_csv(csv, "anna.csv").has_value());
    EXPECT_THAT(refusal(csv + "8000,0,0\n"),
                AllOf(StartsWith("anna.csv:25: "), HasSubstr("at most 24 frequencies")));
    EXPECT_THAT(refusal(std::string(kMaxAudiogramBytes + 1, '\n')), HasSubstr("at most 64 KiB"));
    EXPECT_THAT(refusal("250," + std::string(60'000, '7') + ",0\n"),
                Not(HasSubstr("7777777777777777777777777")));
}

TEST(AudiogramCsv, WritesWhatItReads) {
    const auto ears =
        read_audiogram_csv("250,20.1,\n999.9,,0.30000000000000004\n4000,55,60\n", "anna.csv");
    ASSERT_TRUE(ears.has_value()) << ears.failure().text;
    const std::string text = format_audiogram_csv(*ears);
    EXPECT_EQ(text, "frequency,left,right\n250,20.1,\n999.9,,0.30000000000000004\n4000,55,60\n");
    const auto again = read_audiogram_csv(text, "again.csv");
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->left, ears->left);
    EXPECT_EQ(again->right, ears->right);
}

TEST(AudiogramCsv, LoadsFiles) {
    const test::TempDir folder;
    std::ofstream(folder / "anna.csv") << "250,20,30\n";
    EXPECT_TRUE(load_audiogram_csv(folder / "anna.csv").has_value());
    const auto missing = load_audiogram_csv(folder / "bert.csv");
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.failure().code, Errc::not_found);
    EXPECT_THAT(missing.failure().text, HasSubstr("expected an audiogram file, found none"));
}

}  // namespace
}  // namespace earshot::show
