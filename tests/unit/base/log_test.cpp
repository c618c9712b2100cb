#include "common/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace earshot {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// What a piece of code writes to standard error.
template <class Code>
std::string written_by(Code&& code) {
    ::testing::internal::CaptureStderr();
    code();
    return ::testing::internal::GetCapturedStderr();
}

std::ptrdiff_t lines_in(const std::string& text) {
    return std::ranges::count(text, '\n');
}

TEST(Log, WritesOneLineWithProgramAreaAndText) {
    Log log("earshot-test");
    const std::string text = written_by([&] { log.info("transport", "listener 7 joined"); });
    EXPECT_EQ(lines_in(text), 1);
    EXPECT_THAT(text, HasSubstr("earshot-test info transport: listener 7 joined\n"));
}

TEST(Log, KeepsAPeerFromForgingLines) {
    Log log("earshot-test");
    const std::string text =
        written_by([&] { log.warning("transport", "name \"a\nerror: on fire\x1B[31m\""); });
    EXPECT_EQ(lines_in(text), 1);
    EXPECT_EQ(text.find('\x1B'), std::string::npos);
}

TEST(Log, CutsTextOfAnyLength) {
    Log log("earshot-test");
    const std::string text =
        written_by([&] { log.error("transport", std::string(1'000'000, 'x')); });
    EXPECT_LT(text.size(), 2200U);
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
    Log log("earshot-test", LogFormat::text, LogLevel::warning);
    EXPECT_EQ(written_by([&] {
                  log.debug("a", "b");
                  log.info("a", "b");
              }),
              "");
    EXPECT_THAT(written_by([&] { log.error("a", "b"); }), EndsWith("error a: b\n"));
}

TEST(Log, WritesJsonWithWhatNeedsEscapingEscaped) {
    Log log("earshot-test", LogFormat::json);
    const std::string text = written_by([&] { log.info("show", R"(cue "12" \ 13 {})"); });
    EXPECT_EQ(lines_in(text), 1);
    EXPECT_THAT(text, HasSubstr(R"("area":"show","text":"cue \"12\" \\ 13 {}"})"));
    EXPECT_THAT(text, HasSubstr(R"("program":"earshot-test","level":"info")"));
}

TEST(Log, HoldsBackRepeatedWarningsOfOneKey) {
    Log log("earshot-test");
    const std::string text = written_by([&] {
        for (int i = 0; i < 500; ++i) {
            log.warning_limited("transport", "bad-envelope 10.0.0.7", "not an envelope");
        }
    });
    EXPECT_EQ(lines_in(text), 1);
}

TEST(Log, LimitsEachKeyByItself) {
    Log log("earshot-test");
    const std::string text = written_by([&] {
        log.warning_limited("transport", "a", "one");
        log.warning_limited("transport", "b", "two");
        log.warning_limited("transport", "a", "three");
    });
    EXPECT_EQ(lines_in(text), 2);
    EXPECT_EQ(text.find("three"), std::string::npos);
}

TEST(Log, ForgetsItsKeysRatherThanGrow) {
    Log log("earshot-test");
    const std::string text = written_by([&] {
        log.warning_limited("transport", "first", "once");
        for (int i = 0; i < 1000; ++i) {
            log.warning_limited("transport", std::to_string(i), "x");
        }
        log.warning_limited("transport", "first", "again");
    });
    EXPECT_THAT(text, HasSubstr("again"));
}

}  // namespace
}  // namespace earshot
