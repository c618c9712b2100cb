#include "client/core/command_runner.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace earshot::client {
namespace {

void finish(CommandRunner& runner) {
    while (runner.running() > 0 || runner.waiting() > 0) {
        sched_yield();
        runner.poll();
    }
}

std::filesystem::path scratch(const std::string& name) {
    return std::filesystem::path(testing::TempDir()) / ("earshot_command_" + name);
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(CommandRunner, GivesTheCommandItsEnvironmentAndNoShell) {
    const auto path = scratch("environment");
    CommandRunner runner({"sh", "-c", "printf '%s|%s' \"$EARSHOT_STATE\" \"$1\" > \"$2\"", "x",
                          "$(id) ;", path.string()});
    runner.run({{"EARSHOT_STATE", "muffled \"inner\"; $HOME"}});
    finish(runner);
    EXPECT_EQ(text_of(path), "muffled \"inner\"; $HOME|$(id) ;");
    EXPECT_EQ(runner.started(), 1U);
    EXPECT_EQ(runner.failed(), 0U);
    std::filesystem::remove(path);
}

TEST(CommandRunner, HoldsMoreThanFourBackAndDropsTheOldestOfTooMany) {
    // Children wait for a file that only appears once all have been asked for.
    const auto gate = scratch("gate");
    std::filesystem::remove(gate);
    ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
    CommandRunner runner({"sh", "-c", ": < \"$1\"", "x", gate.string()});
    for (std::size_t i = 0; i < CommandRunner::kMaxRunning + CommandRunner::kMaxWaiting + 3; ++i) {
        runner.run({});
    }
    EXPECT_EQ(runner.running(), CommandRunner::kMaxRunning);
    EXPECT_EQ(runner.waiting(), CommandRunner::kMaxWaiting);
    EXPECT_EQ(runner.dropped(), 3U);
    const std::fstream open_gate(gate, std::ios::in | std::ios::out);
    finish(runner);
    EXPECT_EQ(runner.started(), CommandRunner::kMaxRunning + CommandRunner::kMaxWaiting);
    EXPECT_EQ(runner.failed(), 0U);
    std::filesystem::remove(gate);
}

TEST(CommandRunner, CountsWhatFailsAndWhatCannotStart) {
    CommandRunner fails({"false"});
    fails.run({});
    finish(fails);
    EXPECT_EQ(fails.failed(), 1U);
    EXPECT_EQ(fails.last_error(), "");

    CommandRunner missing({"/nonexistent/earshot-command"});
    missing.run({});
    finish(missing);
    EXPECT_EQ(missing.failed(), 1U);
    EXPECT_NE(missing.last_error().find("/nonexistent/earshot-command"), std::string::npos);
}

TEST(CommandRunner, RefusesAnEmptyCommand) {
    EXPECT_THROW(CommandRunner({}), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::client
