#include "server/source/pipe_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace earshot::source {
namespace {

constexpr std::size_t kFrameBytes = 4;
constexpr std::size_t kLeastRoomFrames = 240;  // Smaller reads are not worth a system call.
constexpr int kFullNapMs = 4;                  // While the ring is full: a fifth of a block.
constexpr int kNoWriterNapMs = 10;
/// Half a common pipe, 170 ms of sound: a writer so far ahead is not live. Only half, because small
/// writes fill a pipe's slots before they fill its bytes.
constexpr std::int64_t kMostFullBytes = 32'768;

std::string reason() {
    return std::strerror(errno);
}

}  // namespace

void StereoS16Parser::parse(std::span<const std::byte> bytes, std::vector<StereoFrame>& frames) {
    frames.clear();
    const auto sample = [](std::byte low, std::byte high) {
        const auto bits = static_cast<std::uint16_t>(std::to_integer<unsigned>(low) |
                                                     (std::to_integer<unsigned>(high) << 8U));
        return static_cast<float>(static_cast<std::int16_t>(bits)) / 32'768.0F;
    };
    for (const std::byte byte : bytes) {
        partial_[held_++] = byte;
        if (held_ == kFrameBytes) {
            frames.push_back({sample(partial_[0], partial_[1]), sample(partial_[2], partial_[3])});
            held_ = 0;
        }
    }
}

std::unique_ptr<PipeInput> PipeInput::open_fifo(const std::filesystem::path& path) {
    const std::string name = path.string();
    struct stat facts {};
    if (::stat(name.c_str(), &facts) != 0) {
        throw std::runtime_error("no fifo " + name + "; make it with: mkfifo " + name);
    }
    if (!S_ISFIFO(facts.st_mode)) {
        throw std::runtime_error(name + " is not a fifo; play a sound file with file:" + name);
    }
    // Without O_NONBLOCK this would wait for the first writer.
    UniqueFd fd{::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!fd.valid()) {
        throw std::runtime_error("cannot read fifo " + name + ": " + reason());
    }
    return std::make_unique<PipeInput>(std::move(fd), "fifo " + name, false);
}

std::unique_ptr<PipeInput> PipeInput::open_stdin() {
    UniqueFd fd{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
    if (!fd.valid()) {
        throw std::runtime_error("standard input is closed; pipe raw sound into it");
    }
    if (::isatty(fd.get()) == 1) {
        throw std::runtime_error(
            "standard input is a terminal; pipe raw sound into it "
            "(16 bit little-endian, 48 kHz, stereo)");
    }
    return std::make_unique<PipeInput>(std::move(fd), "standard input", true);
}

PipeInput::PipeInput(UniqueFd fd, std::string description, bool ends)
    : fd_(std::move(fd)), description_(std::move(description)), ends_(ends) {
    struct stat facts {};
    paced_by_us_ = ::fstat(fd_.get(), &facts) == 0 && S_ISREG(facts.st_mode);
    const int pipe_bytes = ::fcntl(fd_.get(), F_GETPIPE_SZ);
    full_bytes_ =
        pipe_bytes > 0 ? std::min<std::int64_t>(kMostFullBytes, pipe_bytes / 2) : kMostFullBytes;
}

PipeInput::~PipeInput() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void PipeInput::start(LiveBuffer& buffer) {
    bytes_.resize(buffer.capacity() * kFrameBytes);
    frames_.reserve(buffer.capacity());
    thread_ = std::thread([this, &buffer] { run(buffer); });
}

void PipeInput::run(LiveBuffer& buffer) {
    for (;;) {
        if (buffer.room() < kLeastRoomFrames) {
            // The engine frees room without a system call, so this thread looks for itself.
            note(buffer);
            if (stop_.wait_ms(kFullNapMs)) {
                return;
            }
            continue;
        }
        std::array<pollfd, 2> entries{{{.fd = fd_.get(), .events = POLLIN, .revents = 0},
                                       {.fd = stop_.fd(), .events = POLLIN, .revents = 0}}};
        if (::poll(entries.data(), entries.size(), -1) < 0) {
            if (errno == EINTR) {
                continue;
            }
            return;
        }
        if (entries[1].revents != 0) {
            return;
        }
        if (read_some(buffer) == Outcome::end) {
            parser_.restart();
            note(buffer);
            if (stop_.wait_ms(ends_ ? -1 : kNoWriterNapMs)) {
                return;
            }
        }
    }
}

PipeInput::Outcome PipeInput::read_some(LiveBuffer& buffer) {
    const std::size_t wanted = std::min(bytes_.size(), buffer.room() * kFrameBytes);
    const ssize_t got = ::read(fd_.get(), bytes_.data(), wanted - parser_.held_bytes());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return Outcome::nothing;
    }
    if (got <= 0) {
        return Outcome::end;
    }
    parser_.parse(std::span{bytes_}.first(static_cast<std::size_t>(got)), frames_);
    (void)buffer.push(frames_);  // Never more than there was room for.
    note(buffer);
    return Outcome::data;
}

void PipeInput::note(LiveBuffer& buffer) const {
    int outside_bytes = 0;
    if (::ioctl(fd_.get(), FIONREAD, &outside_bytes) != 0 || outside_bytes < 0) {
        outside_bytes = 0;
    }
    buffer.note(outside_bytes / static_cast<int>(kFrameBytes),
                paced_by_us_ || outside_bytes >= full_bytes_);
}

}  // namespace earshot::source
