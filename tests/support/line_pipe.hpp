#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace earshot::test {

/// A named pipe that is read at once, line by line: tells when a program under test wrote what.
/// Thread: one owner; reads in one of its own.
class LinePipe {
public:
    struct Line {
        std::int64_t raw_ns = 0;  ///< CLOCK_MONOTONIC_RAW when it had come.
        std::string text;
    };

    /// Makes the pipe. @throws std::system_error  if it cannot be made.
    explicit LinePipe(const std::filesystem::path& path);
    ~LinePipe();
    LinePipe(const LinePipe&) = delete;
    LinePipe& operator=(const LinePipe&) = delete;

    /// Reads what is there still, and no more after it. @return all whole lines.
    std::vector<Line> stop();

private:
    void take();
    void run();

    int fd_ = -1;
    std::string rest_;
    std::vector<Line> lines_;  ///< The reader's until it is joined.
    std::atomic<bool> stops_{false};
    std::thread reader_;
};

}  // namespace earshot::test
