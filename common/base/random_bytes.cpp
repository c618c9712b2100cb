#include "common/base/random_bytes.hpp"

#include <sys/random.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace earshot {

void fill_random(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            throw std::runtime_error("the system gives no random numbers");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

std::string random_hex(std::size_t bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::vector<std::byte> drawn(bytes);
    fill_random(drawn);
    std::string text;
    for (const std::byte byte : drawn) {
        text += kHex[std::to_integer<unsigned>(byte) >> 4U];
        text += kHex[std::to_integer<unsigned>(byte) & 0xFU];
    }
    return text;
}

bool same_secret(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    std::byte difference{};
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= a[i] ^ b[i];
    }
    return difference == std::byte{};
}

}  // namespace earshot
