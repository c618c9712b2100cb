#include "client/core/line_feeder.hpp"

#include "client/core/spawn.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace earshot::client {
namespace {

/// One page: what waits in it is 0.6 s of points at most.
constexpr int kPipeBytes = 4'096;

}  // namespace

LineFeeder::LineFeeder(std::vector<std::string> command) : command_(std::move(command)) {
    if (command_.empty()) {
        throw std::invalid_argument("a command needs a program");
    }
}

LineFeeder::~LineFeeder() {
    close();
}

void LineFeeder::close() noexcept {
    closed_ = true;
    if (pipe_ >= 0) {
        ::close(std::exchange(pipe_, -1));
    }
}

void LineFeeder::poll(Now now) {
    collect(now);
    if (child_ == 0 && !closed_ && now >= again_) {
        start(now);
    }
}

void LineFeeder::start(Now now) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return ended(now, std::string{"no pipe: "} + std::strerror(errno));
    }
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    ::fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);  // if it cannot be, more may wait
    const auto child = spawn_command(command_, {}, ends[0]);
    ::close(ends[0]);
    if (!child) {
        ::close(ends[1]);
        return ended(now, child.failure().text);
    }
    pipe_ = ends[1];
    child_ = *child;
    since_ = now;
    ++started_;
}

void LineFeeder::collect(Now now) {
    int status = 0;
    if (child_ == 0 || ::waitpid(child_, &status, WNOHANG) == 0) {
        return;
    }
    child_ = 0;
    if (pipe_ >= 0) {
        ::close(std::exchange(pipe_, -1));
    }
    if (now - since_ >= kStable) {
        wait_ = kFirstWait;
    }
    ended(now, command_.front() + (WIFEXITED(status)
                                       ? " ended with " + std::to_string(WEXITSTATUS(status))
                                       : std::string{" was killed"}));
}

void LineFeeder::ended(Now now, const std::string& why) {
    last_error_ = why;
    again_ = now + wait_;
    wait_ = std::min(wait_ * 2, kLongestWait);
}

void LineFeeder::write(std::string_view line, Now now) {
    poll(now);
    // Whole or not at all: pipe(7) says so of less than 4 KiB.
    const bool taken =
        pipe_ >= 0 && ::write(pipe_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    ++(taken ? written_ : dropped_);
}

}  // namespace earshot::client
