#include "server/session/join_code.hpp"

#include "common/base/random_bytes.hpp"

#include <cstddef>
#include <span>

namespace earshot::session {

JoinCode JoinCode::make() {
    // A byte below this many whole alphabets gives every letter equally often.
    constexpr std::size_t kFair = 256 / kAlphabet.size() * kAlphabet.size();
    JoinCode code;
    for (char& letter : code.letters_) {
        std::byte drawn{};
        do {
            fill_random({&drawn, 1});
        } while (std::to_integer<std::size_t>(drawn) >= kFair);
        letter = kAlphabet[std::to_integer<std::size_t>(drawn) % kAlphabet.size()];
    }
    return code;
}

std::optional<JoinCode> JoinCode::parse(std::string_view typed) noexcept {
    constexpr std::size_t kMostTyped = 32;
    JoinCode code;
    std::size_t length = 0;
    if (typed.size() > kMostTyped) return std::nullopt;
    for (const char c : typed) {
        if (c == ' ' || c == '-') continue;
        const char letter = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (length == kLength || kAlphabet.find(letter) == std::string_view::npos) {
            return std::nullopt;
        }
        code.letters_[length++] = letter;
    }
    if (length != kLength) return std::nullopt;
    return code;
}

std::string JoinCode::spaced() const {
    const std::string all = plain();
    return all.substr(0, kLength / 2) + '-' + all.substr(kLength / 2);
}

bool JoinCode::same_as(const JoinCode& other) const noexcept {
    return same_secret(std::as_bytes(std::span{letters_}),
                       std::as_bytes(std::span{other.letters_}));
}

}  // namespace earshot::session
