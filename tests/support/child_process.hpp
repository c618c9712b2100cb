#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace earshot::test {

/// What a process has used up, from /proc.
struct ProcessUse {
    std::chrono::milliseconds cpu{0};  ///< User and system, in the kernel's ticks of 10 ms.
    std::int64_t rss_bytes = 0;
};

/// How a child ended: its exit code, or the signal that killed it.
struct ChildEnd {
    int exit_code = -1;
    int signal = 0;
};

/// A program under test. Its standard output and error go to files; it is killed with this object.
/// Thread: one owner.
class ChildProcess {
public:
    /// Starts a program.
    /// @param arguments    The first is the program's path.
    /// @param log_stem     Output goes to `<log_stem>.out` and `<log_stem>.err`.
    /// @param environment  "NAME=value", added to our own.
    /// @throws std::system_error  if it cannot be started.
    ChildProcess(const std::vector<std::string>& arguments,
                 const std::filesystem::path& log_stem,
                 const std::vector<std::string>& environment = {});
    ~ChildProcess();
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    void send_signal(int number) const noexcept;

    /// Waits for its end. @return nothing if it still runs after the time-out.
    std::optional<ChildEnd> wait(std::chrono::milliseconds timeout);
    /// True until it has ended.
    [[nodiscard]] bool running() { return !wait(std::chrono::milliseconds{0}).has_value(); }
    /// SIGTERM, then SIGKILL after the time-out. @return how it ended (signal 9 if it had to be
    /// killed)
    ChildEnd stop(std::chrono::milliseconds timeout);

    /// All it has written so far.
    [[nodiscard]] std::string output() const;
    [[nodiscard]] std::string errors() const;
    /// Waits until standard output or error has a line with the text.
    /// @return the line, or nothing if the process ended or the time-out passed before.
    [[nodiscard]] std::optional<std::string> wait_for_line(const std::string& text,
                                                           std::chrono::milliseconds timeout);

    /// Nothing once it has ended.
    [[nodiscard]] std::optional<ProcessUse> use() const;

private:
    pid_t pid_ = -1;
    std::optional<ChildEnd> end_;
    std::filesystem::path out_;
    std::filesystem::path err_;
};

/// The whole content of a file; empty if there is none.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

}  // namespace earshot::test
