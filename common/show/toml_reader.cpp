#include "common/show/toml_reader.hpp"

#include "common/show/suggest.hpp"
#include "common/show/toml_nesting.hpp"

#include <algorithm>
#include <optional>

namespace earshot::show {
void TomlReader::refuse(const toml::source_region& where,
                        const std::string& text,
                        Errc code) const {
    refuse_line(where.begin.line, text, code);
}

void TomlReader::refuse_line(toml::source_index line, const std::string& text, Errc code) const {
    throw Refused{{code, std::string(name_) + ":" +
                             std::to_string(std::max<toml::source_index>(line, 1)) + ": " + text}};
}

void TomlReader::known_keys_only(const toml::table& table,
                                 std::span<const std::string_view> known,
                                 std::string_view of) const {
    for (const auto& [key, value] : table) {
        if (std::ranges::find(known, key.str()) != known.end()) {
            continue;
        }
        const std::string_view near = nearest_word(key.str(), known);
        std::string message =
            "unknown key " + in_quotes(key.str().substr(0, 40)) + " in " + std::string(of);
        message += near.empty() ? "; expected one of: " + joined(known)
                                : "; did you mean " + in_quotes(near) + "?";
        refuse(key.source(), message);
    }
}

const toml::node& TomlReader::required(const toml::table& table,
                                       std::string_view key,
                                       std::string_view meaning) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
        refuse(table.source(), in_quotes(key) + " is missing; expected " + std::string(meaning));
    }
    return *node;
}

std::string TomlReader::text_of(const toml::node& node,
                                std::string_view key,
                                std::size_t max_bytes,
                                Lines lines) const {
    const toml::value<std::string>* value = node.as_string();
    if (value == nullptr) {
        refuse(node.source(), in_quotes(key) + ": expected text in quotes");
    }
    const std::string& text = value->get();
    if (text.size() > max_bytes) {
        refuse(
            node.source(),
            in_quotes(key) + ": expected at most " + std::to_string(max_bytes) + " bytes of text",
            Errc::payload_too_large);
    }
    const bool clean = std::ranges::all_of(text, [lines](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7F) || (lines == Lines::many && (c == '\n' || c == '\t'));
    });
    if (!clean) {
        refuse(node.source(), in_quotes(key) + ": expected " +
                                  (lines == Lines::one ? "one line of " : "") +
                                  "text without control characters");
    }
    return text;
}

std::string TomlReader::text(const toml::table& table,
                             std::string_view key,
                             std::size_t max_bytes,
                             Lines lines) const {
    const toml::node* node = table.get(key);
    return node == nullptr ? std::string() : text_of(*node, key, max_bytes, lines);
}

double TomlReader::number_of(const toml::node& node,
                             std::string_view key,
                             double lowest,
                             double highest) const {
    const std::optional<double> value = node.value<double>();
    // Written so that "nan" is refused too.
    if (!node.is_number() || !value || !(*value >= lowest && *value <= highest)) {
        refuse(node.source(),
               in_quotes(key) + ": expected a number from " + plain_number(lowest) + " to " +
                   plain_number(highest),
               node.is_number() ? Errc::out_of_range : Errc::bad_value);
    }
    return *value;
}

double TomlReader::number(const toml::table& table,
                          std::string_view key,
                          double fallback,
                          double lowest,
                          double highest) const {
    const toml::node* node = table.get(key);
    return node == nullptr ? fallback : number_of(*node, key, lowest, highest);
}

bool TomlReader::flag_of(const toml::node& node, std::string_view key) const {
    const toml::value<bool>* value = node.as_boolean();
    if (value == nullptr) {
        refuse(node.source(), in_quotes(key) + ": expected true or false");
    }
    return value->get();
}

bool TomlReader::flag(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    return node != nullptr && flag_of(*node, key);
}

const toml::table* TomlReader::sub_table(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node != nullptr && !node->is_table()) {
        refuse(node->source(), in_quotes(key) + ": expected a section [" + std::string(key) + "]");
    }
    return node == nullptr ? nullptr : node->as_table();
}

const toml::array* TomlReader::tables(const toml::table& table,
                                      std::string_view key,
                                      std::size_t most) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
        return nullptr;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        refuse(node->source(), in_quotes(key) + ": expected sections in double brackets, [[" +
                                   std::string(key) + "]]");
    }
    if (array->size() > most) {
        refuse(
            (*array)[most].source(),
            "expected at most " + std::to_string(most) + " [[" + std::string(key) + "]] sections",
            Errc::too_many);
    }
    return array;
}

const toml::table& TomlReader::element(const toml::node& node, std::string_view key) const {
    const toml::table* section = node.as_table();
    if (section == nullptr) {
        refuse(node.source(), "expected a [[" + std::string(key) + "]] section");
    }
    return *section;
}

toml::table parse_toml(std::string_view toml, std::string_view name, std::size_t max_bytes) {
    const std::string file(name);
    if (toml.size() > max_bytes) {
        throw Refused{{Errc::payload_too_large,
                       file + ": expected at most " + std::to_string(max_bytes / 1024) + " KiB"}};
    }
    const TomlReader reader(name);
    if (const std::size_t line = first_line_nested_too_deep(toml); line != 0) {
        reader.refuse_line(static_cast<toml::source_index>(line),
                           "expected simpler keys than these");
    }
    try {
        return toml::parse(toml, file);
    } catch (const toml::parse_error& error) {
        reader.refuse(error.source(), std::string(error.description()));
    }
}

}  // namespace earshot::show
