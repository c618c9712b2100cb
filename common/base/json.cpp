#include "common/base/json.hpp"

#include "common/base/assert.hpp"
#include "common/base/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

namespace earshot {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void append_escape(unsigned char c, std::string& out) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\u00";
    out += kHex[c >> 4U];
    out += kHex[c & 15U];
}

template <class Number>
void append_number(Number number, std::string& out) {
    std::array<char, 32> digits{};
    const auto done = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), done.ptr);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto c = static_cast<unsigned char>(text.front());
        if (length == 0) {
            out += kReplacement;
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c < 0x20U || c == 0x7FU || c == '<' || c == '>' || c == '&') {
            append_escape(c, out);
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

JsonWriter& JsonWriter::begin_object() {
    return begin(Scope::object, '{');
}
JsonWriter& JsonWriter::end_object() {
    return end(Scope::object, '}');
}
JsonWriter& JsonWriter::begin_array() {
    return begin(Scope::array, '[');
}
JsonWriter& JsonWriter::end_array() {
    return end(Scope::array, ']');
}

JsonWriter& JsonWriter::key(std::string_view name) {
    EARSHOT_ASSERT(!levels_.empty() && levels_.back().scope == Scope::object && !key_pending_);
    if (!levels_.back().empty) {
        text_ += ',';
    }
    levels_.back().empty = false;
    append_json_string(name, text_);
    text_ += ':';
    key_pending_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    before_value();
    append_json_string(text, text_);
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    if (!std::isfinite(number)) {
        return null();
    }
    before_value();
    append_number(number, text_);
    return *this;
}

JsonWriter& JsonWriter::value(float number) {
    if (!std::isfinite(number)) {
        return null();
    }
    before_value();
    append_number(number, text_);
    return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
    return raw(flag ? "true" : "false");
}
JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    before_value();
    text_ += json;
    return *this;
}

JsonWriter& JsonWriter::signed_value(std::int64_t number) {
    before_value();
    append_number(number, text_);
    return *this;
}

JsonWriter& JsonWriter::unsigned_value(std::uint64_t number) {
    before_value();
    append_number(number, text_);
    return *this;
}

const std::string& JsonWriter::text() const& {
    EARSHOT_ASSERT(levels_.empty() && !text_.empty());
    return text_;
}

std::string JsonWriter::text() && {
    EARSHOT_ASSERT(levels_.empty() && !text_.empty());
    return std::move(text_);
}

void JsonWriter::before_value() {
    if (levels_.empty()) {
        EARSHOT_ASSERT(text_.empty());
        return;
    }
    if (levels_.back().scope == Scope::object) {
        EARSHOT_ASSERT(key_pending_);
        key_pending_ = false;
        return;
    }
    if (!levels_.back().empty) {
        text_ += ',';
    }
    levels_.back().empty = false;
}

JsonWriter& JsonWriter::begin(Scope scope, char bracket) {
    before_value();
    text_ += bracket;
    levels_.push_back({scope});
    return *this;
}

JsonWriter& JsonWriter::end(Scope scope, char bracket) {
    EARSHOT_ASSERT(!levels_.empty() && levels_.back().scope == scope && !key_pending_);
    levels_.pop_back();
    text_ += bracket;
    return *this;
}

}  // namespace earshot
