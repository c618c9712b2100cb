#include "server/source/unique_fd.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>

namespace earshot::source {

void UniqueFd::reset() noexcept {
    if (fd_ >= 0) {
        ::close(std::exchange(fd_, -1));
    }
}

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_.valid()) {
        throw std::runtime_error("no event descriptor: too many open files");
    }
}

void StopSignal::raise() noexcept {
    const std::uint64_t one = 1;
    while (::write(event_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
}

bool StopSignal::wait_ms(int milliseconds) const noexcept {
    pollfd entry{.fd = event_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, milliseconds) > 0;
}

}  // namespace earshot::source
