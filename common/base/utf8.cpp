#include "common/base/utf8.hpp"

namespace earshot {

std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto follows = [&](std::size_t i) {
        return i < text.size() && (byte(i) & 0xC0U) == 0x80U;
    };
    const unsigned char first = byte(0);
    if (first < 0x80U) {
        return 1;
    }
    if (first >= 0xC2U && first <= 0xDFU) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xE0U && first <= 0xEFU) {
        const bool whole = follows(1) && follows(2);
        const bool overlong = whole && first == 0xE0U && byte(1) < 0xA0U;
        const bool surrogate = whole && first == 0xEDU && byte(1) > 0x9FU;
        return whole && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const bool whole = follows(1) && follows(2) && follows(3);
        const bool overlong = whole && first == 0xF0U && byte(1) < 0x90U;
        const bool beyond = whole && first == 0xF4U && byte(1) > 0x8FU;
        return whole && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace earshot
