#pragma once

#include "common/show/state_file.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace earshot::show {

/// The words of a state, five lines that are right; what follows them begins in line 6.
inline constexpr std::string_view kWords = R"(label = "Dull"
caption = "[dull: her hearing]"
description = "All is dull."
not_this = "Not a measured loss."
sources = ["ear"]
)";
inline constexpr int kWordLines = 5;

/// kWords, a gentle rating in line 6, and these lines behind them.
[[nodiscard]] inline std::string state_with(const std::string& lines) {
    return std::string(kWords) + "safety = \"gentle\"\n" + lines;
}
/// Line of the first one behind state_with()'s head.
inline constexpr int kFirstLine = kWordLines + 2;

[[nodiscard]] inline Expected<StateDefinition> read(const std::string& toml) {
    return read_state(toml, {.name = "dull.toml", .id = "dull", .base = {}, .folder = {}});
}

/// The failure text of a state with these lines behind its head.
[[nodiscard]] inline std::string refusal(const std::string& lines) {
    const auto state = read(state_with(lines));
    EXPECT_FALSE(state.has_value()) << lines;
    return state.has_value() ? "" : state.failure().text;
}

[[nodiscard]] inline std::string at_line(int line) {
    return "dull.toml:" + std::to_string(line) + ": ";
}

}  // namespace earshot::show
