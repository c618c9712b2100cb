#pragma once

#include "client/core/spawn.hpp"

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace earshot::client {

/// Starts a person's command when something happens: no shell, a few at once, none waited for.
///
/// Children get /dev/null as input, else what spawn_command() says. A child that outlives the
/// program is left alone.
/// Thread: one owner (network). Real-time: no.
class CommandRunner {
public:
    static constexpr std::size_t kMaxRunning = 4;
    static constexpr std::size_t kMaxWaiting = 32;

    /// @param argv  Program (looked up in PATH) and arguments.
    /// @throws std::invalid_argument  if argv is empty.
    explicit CommandRunner(std::vector<std::string> argv);

    /// Starts the command now, or as soon as one of kMaxRunning ends. With kMaxWaiting waiting
    /// already, the oldest of them is dropped and counted.
    void run(CommandEnvironment environment);

    /// Collects ended children and starts waiting ones. Call it every 100 ms or so.
    void poll();

    [[nodiscard]] std::size_t running() const noexcept { return children_.size(); }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    [[nodiscard]] std::uint64_t started() const noexcept { return started_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    /// Children that ended with a status other than 0, and commands that could not be started.
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }
    /// Why the last one could not be started; empty if all could.
    [[nodiscard]] const std::string& last_error() const noexcept { return last_error_; }

private:
    void spawn(const CommandEnvironment& environment);

    std::vector<std::string> argv_;
    std::vector<pid_t> children_;
    std::deque<CommandEnvironment> waiting_;
    std::uint64_t started_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t failed_ = 0;
    std::string last_error_;
};

}  // namespace earshot::client
