#include "client/core/argv_split.hpp"

namespace earshot::client {

Expected<std::vector<std::string>> split_argv(std::string_view line) {
    std::vector<std::string> arguments;
    std::string current;
    bool in_argument = false;
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '\0') {
            return Failure{Errc::bad_value, "a command cannot hold a NUL character"};
        }
        if (c == '\\' && quote != '\'') {
            if (++i == line.size()) {
                return Failure{Errc::bad_value, "the command ends in a lone backslash"};
            }
            current += line[i];
            in_argument = true;
        } else if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            } else {
                current += c;
            }
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_argument = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (in_argument) {
                arguments.push_back(std::move(current));
                current.clear();
                in_argument = false;
            }
        } else {
            current += c;
            in_argument = true;
        }
    }
    if (quote != '\0') {
        return Failure{Errc::bad_value, std::string{"the command has an open "} + quote + " quote"};
    }
    if (in_argument) {
        arguments.push_back(std::move(current));
    }
    if (arguments.empty() || arguments.front().empty()) {
        return Failure{Errc::bad_value, "the command is empty"};
    }
    return arguments;
}

}  // namespace earshot::client
