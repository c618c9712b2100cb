#include "common/show/toml_nesting.hpp"

namespace earshot::show {
namespace {

constexpr int kMaxDotsInLine = 16;

}  // namespace

std::size_t first_line_nested_too_deep(std::string_view toml) noexcept {
    std::size_t line = 1;
    int dots = 0;
    char quote = 0;  // The quote of the string we stand in, 0 outside.
    bool many_lines = false;
    bool comment = false;
    for (std::size_t i = 0; i < toml.size(); ++i) {
        const char c = toml[i];
        if (c == '\n') {
            ++line;
            dots = 0;
            comment = false;
            if (!many_lines) {
                quote = 0;
            }
        } else if (comment) {
            continue;
        } else if (quote != 0) {
            if (c == '\\' && quote == '"') {
                ++i;
                if (i < toml.size() && toml[i] == '\n') {
                    --i;  // Counted as a line above.
                }
            } else if (c == quote && !many_lines) {
                quote = 0;
            } else if (c == quote && toml.substr(i).starts_with(quote == '"' ? "\"\"\"" : "'''")) {
                i += 2;
                quote = 0;
                many_lines = false;
            }
        } else if (c == '"' || c == '\'') {
            quote = c;
            many_lines = toml.substr(i).starts_with(c == '"' ? "\"\"\"" : "'''");
            i += many_lines ? 2 : 0;
        } else if (c == '#') {
            comment = true;
        } else if (c == '.' && ++dots > kMaxDotsInLine) {
            return line;
        }
    }
    return 0;
}

}  // namespace earshot::show
