#pragma once

#include "common/base/errc.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace earshot::client {

/// Splits a command line into arguments: blanks part them; 'single' and "double" quotes keep
/// blanks; a backslash takes the next character as it is (not inside single quotes). Nothing is
/// expanded: no variable, no glob, no shell. Fails on an open quote, a backslash at the end, or no
/// argument at all.
[[nodiscard]] Expected<std::vector<std::string>> split_argv(std::string_view line);

}  // namespace earshot::client
