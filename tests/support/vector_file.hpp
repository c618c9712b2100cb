#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace earshot::test {

/// JSON text of shared test vectors: objects and arrays as they are opened and closed, rows of
/// mixed values a line each, so that files can be compared by eye. Numbers are written with as few
/// digits as read back to the same double (17 at most).
class VectorFile {
public:
    using Cell = std::variant<std::int64_t, double, std::string_view>;

    VectorFile() { open("", '{'); }

    /// @param bracket  '{' or '['. Without a name: an element of the array around it.
    void open(std::string_view name, char bracket);
    /// Closes what was opened last.
    void close();
    void member(std::string_view name, const Cell& value);
    void member(std::string_view name, std::initializer_list<Cell> values);
    /// An array, as an element of the array around it.
    void row(std::initializer_list<Cell> values);
    /// Closes all and gives the whole text.
    [[nodiscard]] std::string finish();

private:
    void begin(std::string_view name);
    void write(const Cell& value);
    void write(std::initializer_list<Cell> values);

    std::string text_;
    std::string closing_;  ///< Brackets that are open, outermost first.
    bool first_ = true;    ///< Nothing stands in the innermost one.
};

}  // namespace earshot::test
