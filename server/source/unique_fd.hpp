#pragma once

#include <utility>

namespace earshot::source {

/// Owns a file descriptor.
class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}
    ~UniqueFd() { reset(); }
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }
    void reset() noexcept;

private:
    int fd_ = -1;
};

/// A flag one thread sets and others poll() for beside their own descriptors.
class StopSignal {
public:
    /// @throws std::runtime_error
    StopSignal();
    /// For good. Thread: any.
    void raise() noexcept;
    /// Waits until raise() or the time is up. @return true if raised.
    [[nodiscard]] bool wait_ms(int milliseconds) const noexcept;
    /// Readable once raised.
    [[nodiscard]] int fd() const noexcept { return event_.get(); }

private:
    UniqueFd event_;
};

}  // namespace earshot::source
