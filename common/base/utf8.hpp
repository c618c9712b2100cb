#pragma once

#include <cstddef>
#include <string_view>

namespace earshot {

/// Bytes of the UTF-8 character that text starts with; 0 if it is not one (RFC 3629 section 4: no
/// surrogates, nothing overlong).
/// @pre !text.empty()
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

/// True if the text is UTF-8 from end to end; nothing is, too.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace earshot
