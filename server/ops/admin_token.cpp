#include "server/ops/admin_token.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace earshot::ops {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenText = 2 * kTokenBytes;

std::string random_hex() {
    std::array<unsigned char, kTokenBytes> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("the system gives no random numbers");
    }
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += kHex[byte >> 4U];
        text += kHex[byte & 0xFU];
    }
    return text;
}

/// Writes beside the file, syncs and renames: a power cut leaves the whole token or none.
void write_private(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path part = file.string() + ".new";
    std::filesystem::remove(part);
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) throw std::runtime_error("cannot write " + part.string());
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fsync(fd) == 0;
    ::close(fd);
    if (!written) throw std::runtime_error("cannot write " + part.string());
    std::filesystem::rename(part, file);
}

}  // namespace

AdminToken AdminToken::load_or_create(const std::filesystem::path& data_dir) {
    std::error_code error;
    std::filesystem::create_directories(data_dir, error);
    if (error) {
        throw std::runtime_error("cannot make the data folder " + data_dir.string() + ": " +
                                 error.message() + "; name another with --data-dir");
    }
    const std::filesystem::path file = data_dir / "admin.token";
    if (!std::filesystem::exists(file)) write_private(file, random_hex());
    std::ifstream in(file);
    std::string token;
    if (!std::getline(in, token) || token.size() < kTokenText / 2) {
        throw std::runtime_error(file.string() + " holds no token; remove it to have a new one made");
    }
    return AdminToken(token);
}

bool AdminToken::matches(std::string_view claimed) const noexcept {
    if (claimed.size() != token_.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < token_.size(); ++i) {
        difference |= static_cast<unsigned>(static_cast<unsigned char>(token_[i]) ^
                                            static_cast<unsigned char>(claimed[i]));
    }
    return difference == 0;
}

}  // namespace earshot::ops
