#include "tests/support/line_pipe.hpp"

#include "common/base/clock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace earshot::test {

LinePipe::LinePipe(const std::filesystem::path& path) {
    // Does not wait for somebody who writes, and does not end with him.
    if (::mkfifo(path.c_str(), 0600) != 0 ||
        (fd_ = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0) {
        throw std::system_error(errno, std::generic_category(), path.string());
    }
    reader_ = std::thread([this] { run(); });
}

LinePipe::~LinePipe() {
    stop();
    ::close(fd_);
}

std::vector<LinePipe::Line> LinePipe::stop() {
    stops_ = true;
    if (reader_.joinable()) {
        reader_.join();
    }
    return std::exchange(lines_, {});
}

void LinePipe::run() {
    constexpr int kPatienceMs = 20;
    bool more = true;
    while (more || !stops_) {
        pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
        more = ::poll(&ready, 1, kPatienceMs) > 0;
        if (more) {
            take();
        }
    }
}

void LinePipe::take() {
    std::array<char, 4'096> bytes{};
    const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
    const std::int64_t now = RawLocalClock{}.now().time_since_epoch().count();
    for (ssize_t i = 0; i < count; ++i) {
        if (const char c = bytes[static_cast<std::size_t>(i)]; c != '\n') {
            rest_.push_back(c);
        } else {
            lines_.push_back({now, std::exchange(rest_, {})});
        }
    }
}

}  // namespace earshot::test
