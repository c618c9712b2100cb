#include "server/ops/admin_token.hpp"

#include "common/base/random_bytes.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace earshot::ops {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMinSecretCharacters = 32;
constexpr std::size_t kMaxFileBytes = 4096;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
    throw std::runtime_error(path.string() + ": " + what);
}
[[noreturn]] void fail_with_errno(const std::filesystem::path& path, const char* what) {
    fail(path, std::string(what) + ": " + std::generic_category().message(errno));
}

class Descriptor {
public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

/// @return nothing if there is no such file.
std::optional<std::string> read_secret(const std::filesystem::path& file) {
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (in.get() < 0) {
        if (errno == ENOENT) return std::nullopt;
        fail_with_errno(file, "cannot be read");
    }
    struct stat status {};
    if (::fstat(in.get(), &status) != 0) fail_with_errno(file, "cannot be read");
    if (!S_ISREG(status.st_mode)) fail(file, "is not a plain file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fail(file, "others may read the admin token; make a new one: remove it, or chmod 600 it");
    }
    std::array<char, kMaxFileBytes> text{};
    const ssize_t size = ::read(in.get(), text.data(), text.size());
    if (size < 0) fail_with_errno(file, "cannot be read");
    std::string secret(text.data(), static_cast<std::size_t>(size));
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
    if (secret.size() < kMinSecretCharacters ||
        secret.find_first_of(" \t\r\n") != std::string::npos) {
        fail(file,
             "holds no admin token (one line of 32 characters or more); remove it for a new one");
    }
    return secret;
}

/// Writes the whole file under another name first, so that nobody ever reads half a token.
void create_secret(const std::filesystem::path& file) {
    std::string temporary = file.string() + ".XXXXXX";
    const Descriptor out(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (out.get() < 0) fail_with_errno(file, "cannot be made");
    const std::string text = random_hex(kSecretBytes) + "\n";
    const bool written =
        ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(out.get()) == 0;
    // link(), not rename(): whoever came first stays.
    const bool linked =
        written && (::link(temporary.c_str(), file.c_str()) == 0 || errno == EEXIST);
    const int why = errno;
    ::unlink(temporary.c_str());
    errno = why;
    if (!linked) fail_with_errno(file, "cannot be written");
}

}  // namespace

AdminToken AdminToken::load_or_create(const std::filesystem::path& data_dir) {
    std::error_code error;
    if (std::filesystem::create_directories(data_dir, error)) {
        std::filesystem::permissions(data_dir, std::filesystem::perms::owner_all, error);
    }
    if (error)
        fail(data_dir, "the data folder cannot be made: " + error.message() +
                           "; name another with --data-dir");
    const std::filesystem::path file = data_dir / "admin.token";
    auto secret = read_secret(file);
    if (!secret) {
        create_secret(file);
        secret = read_secret(file);
    }
    if (!secret) fail(file, "vanished while it was made");
    return {file, std::move(*secret)};
}

bool AdminToken::matches(std::string_view presented) const noexcept {
    return presented.size() == secret_.size() &&
           CRYPTO_memcmp(presented.data(), secret_.data(), secret_.size()) == 0;
}

}  // namespace earshot::ops
