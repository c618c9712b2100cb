#include "tests/support/vector_file.hpp"

#include <array>
#include <charconv>

namespace earshot::test {

void VectorFile::begin(std::string_view name) {
    if (closing_.empty()) {
        return;
    }
    text_ += first_ ? "\n" : ",\n";
    text_.append(closing_.size(), ' ');
    first_ = false;
    if (!name.empty()) {
        write(name);
        text_ += ": ";
    }
}

void VectorFile::open(std::string_view name, char bracket) {
    begin(name);
    text_ += bracket;
    closing_ += bracket == '{' ? '}' : ']';
    first_ = true;
}

void VectorFile::close() {
    const char bracket = closing_.back();
    closing_.pop_back();
    text_ += '\n';
    text_.append(closing_.size(), ' ');
    text_ += bracket;
    first_ = false;
}

void VectorFile::member(std::string_view name, const Cell& value) {
    begin(name);
    write(value);
}

void VectorFile::member(std::string_view name, std::initializer_list<Cell> values) {
    begin(name);
    write(values);
}

void VectorFile::row(std::initializer_list<Cell> values) {
    begin("");
    write(values);
}

std::string VectorFile::finish() {
    while (!closing_.empty()) {
        close();
    }
    return text_ + '\n';
}

void VectorFile::write(const Cell& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        text_ += '"';
        text_ += *text;  // ours: nothing to escape
        text_ += '"';
        return;
    }
    std::array<char, 32> digits{};
    char* const end = digits.data() + digits.size();
    const auto* whole = std::get_if<std::int64_t>(&value);
    const auto written = whole != nullptr
                             ? std::to_chars(digits.data(), end, *whole)
                             : std::to_chars(digits.data(), end, std::get<double>(value));
    text_.append(digits.data(), written.ptr);
}

void VectorFile::write(std::initializer_list<Cell> values) {
    text_ += '[';
    bool first = true;
    for (const Cell& value : values) {
        text_ += first ? "" : ",";
        first = false;
        write(value);
    }
    text_ += ']';
}

}  // namespace earshot::test
