#include "client/core/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace earshot::client {
namespace {

/// A file descriptor that closes itself.
class File {
public:
    File(const char* path, int flags, mode_t mode = 0)
        : fd_(::open(path, flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

void make_state_directory(const std::filesystem::path& directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        std::filesystem::create_directories(directory, error);
        if (!error) {
            std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
        }
        if (error) {
            throw std::runtime_error("cannot make the state directory " + directory.string() +
                                     ": " + error.message());
        }
    }
    if (::access(directory.c_str(), W_OK) != 0) {
        throw std::runtime_error("cannot write to the state directory " + directory.string() +
                                 ": " + std::strerror(errno));
    }
}

std::string read_small_file(const std::filesystem::path& path, std::size_t most) {
    const File file(path.c_str(), O_RDONLY);
    std::string text(most + 1, '\0');
    const ssize_t got = file.get() < 0 ? 0 : ::read(file.get(), text.data(), text.size());
    text.resize(got > 0 && static_cast<std::size_t>(got) <= most ? static_cast<std::size_t>(got)
                                                                 : 0);
    return text;
}

Expected<bool> write_private_file(const std::filesystem::path& path,
                                  std::string_view bytes,
                                  const std::string& what) {
    const std::string fresh = path.string() + ".new";
    const auto failed = [&] {
        Failure failure{Errc::io_failed, "cannot keep " + what + " in " + path.string() + ": " +
                                             std::strerror(errno)};
        ::unlink(fresh.c_str());
        return failure;
    };
    {
        ::unlink(fresh.c_str());
        const File file(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
        if (file.get() < 0 || !write_all(file.get(), bytes) || ::fsync(file.get()) != 0) {
            return failed();
        }
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        return failed();
    }
    const File directory(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY);
    if (directory.get() >= 0) {
        ::fsync(directory.get());
    }
    return true;
}

}  // namespace earshot::client
