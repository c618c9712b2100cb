#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace earshot::show {

/// Letters to insert, delete or replace to make one word of the other.
/// Source: Levenshtein, Soviet Physics Doklady 10(8), 1966.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of the known words, or empty if none is near enough to be a slip of the pen
/// (a third of its letters, at least one).
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string_view> known);

/// "a, b, c"
[[nodiscard]] std::string joined(std::span<const std::string_view> words);

}  // namespace earshot::show
