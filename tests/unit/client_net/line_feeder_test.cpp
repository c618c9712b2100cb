#include "client/core/line_feeder.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

class LineFeederTest : public testing::Test {
protected:
    LineFeederTest() { std::signal(SIGPIPE, SIG_IGN); }

    std::filesystem::path scratch(const std::string& name) {
        const auto path = std::filesystem::path(testing::TempDir()) / ("earshot_feeder_" + name);
        std::filesystem::remove(path);
        return path;
    }
    static std::string text_of(const std::filesystem::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// Until the command has ended.
    void finish(LineFeeder& feeder) {
        while (feeder.running()) {
            sched_yield();
            feeder.poll(now_);
        }
    }

    LineFeeder::Now now_{100s};
};

TEST_F(LineFeederTest, GivesOneCommandAllLinesAndThenTheEndOfItsInput) {
    const auto path = scratch("lines");
    LineFeeder feeder({"sh", "-c", "cat > \"$1\"", "x", path.string()});
    feeder.write("one\n", now_);
    feeder.write("two\n", now_);
    EXPECT_TRUE(feeder.running());
    feeder.close();
    finish(feeder);
    EXPECT_EQ(text_of(path), "one\ntwo\n");
    EXPECT_EQ(feeder.started(), 1U);
    EXPECT_EQ(feeder.written(), 2U);
    EXPECT_EQ(feeder.dropped(), 0U);
    feeder.poll(now_ + 60s);
    EXPECT_FALSE(feeder.running()) << "nothing is started after close()";
}

TEST_F(LineFeederTest, DropsWhatNobodyTakes) {
    // It reads nothing until the gate opens.
    const auto gate = scratch("gate");
    ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
    LineFeeder feeder({"sh", "-c", ": < \"$1\"", "x", gate.string()});
    const std::string line(100, 'x');
    for (int i = 0; i < 1'000; ++i) {
        feeder.write(line + "\n", now_);
    }
    EXPECT_GE(feeder.dropped(), 900U) << "the pipe holds one page";
    EXPECT_GE(feeder.written(), 30U);
    feeder.close();
    std::ofstream{gate};
    finish(feeder);
    std::filesystem::remove(gate);
}

TEST_F(LineFeederTest, StartsAgainLaterAndLater) {
    LineFeeder feeder({"false"});
    feeder.poll(now_);
    for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        finish(feeder);
        EXPECT_EQ(feeder.last_error(), "false ended with 1");
        const std::uint64_t before = feeder.started();
        now_ += wait - 1ms;
        feeder.poll(now_);
        EXPECT_EQ(feeder.started(), before);
        now_ += 1ms;
        feeder.poll(now_);
        EXPECT_EQ(feeder.started(), before + 1) << "after " << wait.count() << " s";
    }
    feeder.close();
}

TEST_F(LineFeederTest, ACommandThatRanForTenSecondsStartsOver) {
    LineFeeder feeder({"sh", "-c", "read x"});
    feeder.poll(now_);
    for (int i = 0; i < 3; ++i) {
        now_ += 11s;
        feeder.write("go\n", now_);
        finish(feeder);
        now_ += 1s;
        feeder.poll(now_);
        EXPECT_TRUE(feeder.running()) << i;
    }
    EXPECT_EQ(feeder.started(), 4U);
}

TEST_F(LineFeederTest, SaysWhatCannotBeStarted) {
    LineFeeder feeder({"/there/is/no/such/program"});
    feeder.write("line\n", now_);
    EXPECT_FALSE(feeder.running());
    EXPECT_EQ(feeder.dropped(), 1U);
    EXPECT_NE(feeder.last_error().find("/there/is/no/such/program"), std::string::npos);
    EXPECT_THROW(LineFeeder({}), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::client
