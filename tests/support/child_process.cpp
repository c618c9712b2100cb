#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared here

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (std::string& text : strings) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

std::optional<std::string> line_with(const std::string& all, const std::string& text) {
    const std::size_t at = all.find(text);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    const std::size_t end = all.find('\n', at);
    if (end == std::string::npos) {
        return std::nullopt;  // not whole yet
    }
    const std::size_t before = all.rfind('\n', at);
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    return all.substr(start, end - start);
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::filesystem::path& log_stem,
                           const std::vector<std::string>& environment)
    : out_(log_stem.string() + ".out"), err_(log_stem.string() + ".err") {
    std::vector<std::string> argument_copy = arguments;
    std::vector<std::string> environment_copy;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        environment_copy.emplace_back(*entry);
    }
    environment_copy.insert(environment_copy.end(), environment.begin(), environment.end());
    const std::vector<char*> argv = pointers(argument_copy);
    const std::vector<char*> envp = pointers(environment_copy);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out_.c_str(), flags, 0644);
    posix_spawn_file_actions_addopen(&actions, 2, err_.c_str(), flags, 0644);
    const int error = posix_spawn(&pid_, argument_copy.at(0).c_str(), &actions, nullptr,
                                  argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        pid_ = -1;
        throw std::system_error(error, std::generic_category(), "cannot start " + arguments[0]);
    }
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0 && !end_) {
        send_signal(SIGKILL);
        send_signal(SIGCONT);
        wait(10s);
    }
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      end_(other.end_),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(end_, other.end_);
    std::swap(out_, other.out_);
    std::swap(err_, other.err_);
    return *this;
}

void ChildProcess::send_signal(int number) const noexcept {
    if (pid_ > 0 && !end_) {
        ::kill(pid_, number);
    }
}

std::optional<ChildEnd> ChildProcess::wait(std::chrono::milliseconds timeout) {
    if (end_ || pid_ <= 0) {
        return end_ ? end_ : ChildEnd{};
    }
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
        int status = 0;
        const pid_t result = ::waitpid(pid_, &status, WNOHANG);
        if (result == pid_) {
            end_ = WIFEXITED(status) ? ChildEnd{WEXITSTATUS(status), 0}
                                     : ChildEnd{-1, WTERMSIG(status)};
            return end_;
        }
        if (result < 0 && errno != EINTR) {
            end_ = ChildEnd{};
            return end_;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return std::nullopt;
        }
        std::this_thread::sleep_for(2ms);
    }
}

ChildEnd ChildProcess::stop(std::chrono::milliseconds timeout) {
    send_signal(SIGTERM);
    if (const auto ended = wait(timeout)) {
        return *ended;
    }
    send_signal(SIGKILL);
    return wait(10s).value_or(ChildEnd{-1, SIGKILL});
}

std::string ChildProcess::output() const {
    return read_text(out_);
}

std::string ChildProcess::errors() const {
    return read_text(err_);
}

std::optional<std::string> ChildProcess::wait_for_line(const std::string& text,
                                                       std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
        const bool last = !running() || std::chrono::steady_clock::now() >= deadline;
        if (auto line = line_with(output(), text)) {
            return line;
        }
        if (auto line = line_with(errors(), text)) {
            return line;
        }
        if (last) {
            return std::nullopt;
        }
        std::this_thread::sleep_for(10ms);
    }
}

std::optional<ProcessUse> ChildProcess::use() const {
    const std::string stat = read_text("/proc/" + std::to_string(pid_) + "/stat");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    // Fields after the name, proc(5): 3 state ... 14 utime, 15 stime, 24 rss in pages.
    std::istringstream fields(stat.substr(name_end + 1));
    std::vector<std::string> values{std::istream_iterator<std::string>(fields), {}};
    if (values.size() < 22) {
        return std::nullopt;
    }
    const std::int64_t ticks = std::stoll(values[11]) + std::stoll(values[12]);
    const std::int64_t per_second = ::sysconf(_SC_CLK_TCK);
    return ProcessUse{std::chrono::milliseconds{ticks * 1000 / per_second},
                      std::stoll(values[21]) * ::sysconf(_SC_PAGESIZE)};
}

}  // namespace earshot::test
