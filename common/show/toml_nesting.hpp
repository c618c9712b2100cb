#pragma once

#include <cstddef>
#include <string_view>

namespace earshot::show {

/// Line (from 1) of the first dotted key nested deeper than any show needs; 0 if there is none.
///
/// The TOML library turns `a.a.a…` into tables inside tables and frees them recursively, so a
/// hostile megabyte of it would overflow the stack. Dots in strings and comments do not count.
[[nodiscard]] std::size_t first_line_nested_too_deep(std::string_view toml) noexcept;

}  // namespace earshot::show
