#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::client {

/// Keeps a person's command running and writes lines to its standard input; never waits for it.
///
/// A line that finds the pipe full (4 KiB) is dropped: what comes late is of no use. A command that
/// ends is started again after 1 s, then 2, 4 ... 30 s; one that ran for 10 s starts over at 1 s.
/// It learns from the end of its input that it is not needed any more; one that outlives the
/// program is left alone.
/// Thread: one owner (network). SIGPIPE must be ignored. Real-time: no. Time is what the caller
/// says.
class LineFeeder {
public:
    using Now = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds kFirstWait{1};
    static constexpr std::chrono::seconds kLongestWait{30};
    static constexpr std::chrono::seconds kStable{10};

    /// @param command  Program (looked up in PATH) and arguments.
    /// @throws std::invalid_argument  if there is none.
    explicit LineFeeder(std::vector<std::string> command);
    /// As close().
    ~LineFeeder();
    LineFeeder(const LineFeeder&) = delete;
    LineFeeder& operator=(const LineFeeder&) = delete;

    /// Starts the command if it does not run and it is time to. Call it every 100 ms or so.
    void poll(Now now);
    /// @param line  With its line end, at most 512 bytes: arrives whole or not at all.
    void write(std::string_view line, Now now);
    /// Ends its input. Nothing is started after it.
    void close() noexcept;

    [[nodiscard]] bool running() const noexcept { return child_ > 0; }
    [[nodiscard]] std::uint64_t started() const noexcept { return started_; }
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
    /// Lines that nobody took.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    /// Why it could not be started or what became of it, the last time; empty if nothing is wrong.
    [[nodiscard]] const std::string& last_error() const noexcept { return last_error_; }

private:
    void start(Now now);
    void ended(Now now, const std::string& why);
    void collect(Now now);

    std::vector<std::string> command_;
    pid_t child_ = 0;
    int pipe_ = -1;
    Now since_{};
    Now again_{};
    std::chrono::seconds wait_{kFirstWait};
    bool closed_ = false;
    std::uint64_t started_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t dropped_ = 0;
    std::string last_error_;
};

}  // namespace earshot::client
