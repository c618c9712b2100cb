#pragma once

#include "common/base/errc.hpp"
#include "common/show/plain_text.hpp"
#include "common/show/refused.hpp"

#include <toml++/toml.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace earshot::show {

enum class Lines { one, many };

/// Takes values out of TOML tables and refuses what is not as expected: with file, line and what
/// was expected instead. Every refusal is a thrown Refused.
class TomlReader {
public:
    /// @param name  Stands for the file in errors; outlives the reader.
    explicit TomlReader(std::string_view name) : name_(name) {}

    [[noreturn]] void refuse(const toml::source_region& where,
                             const std::string& text,
                             Errc code = Errc::bad_value) const;
    [[noreturn]] void refuse_line(toml::source_index line,
                                  const std::string& text,
                                  Errc code = Errc::bad_value) const;

    void known_keys_only(const toml::table& table,
                         std::span<const std::string_view> known,
                         std::string_view of) const;
    [[nodiscard]] const toml::node& required(const toml::table& table,
                                             std::string_view key,
                                             std::string_view meaning) const;
    [[nodiscard]] std::string text_of(const toml::node& node,
                                      std::string_view key,
                                      std::size_t max_bytes,
                                      Lines lines = Lines::one) const;
    /// Empty where the key is missing.
    [[nodiscard]] std::string text(const toml::table& table,
                                   std::string_view key,
                                   std::size_t max_bytes,
                                   Lines lines = Lines::one) const;
    [[nodiscard]] double number_of(const toml::node& node,
                                   std::string_view key,
                                   double lowest,
                                   double highest) const;
    [[nodiscard]] double number(const toml::table& table,
                                std::string_view key,
                                double fallback,
                                double lowest,
                                double highest) const;
    [[nodiscard]] bool flag_of(const toml::node& node, std::string_view key) const;
    /// False where the key is missing.
    [[nodiscard]] bool flag(const toml::table& table, std::string_view key) const;
    /// Null where the key is missing.
    [[nodiscard]] const toml::table* sub_table(const toml::table& table,
                                               std::string_view key) const;
    template <class Each>
    void each_table(const toml::table& table,
                    std::string_view key,
                    std::size_t most,
                    Each&& each) const;

private:
    [[nodiscard]] const toml::array* tables(const toml::table& table,
                                            std::string_view key,
                                            std::size_t most) const;
    [[nodiscard]] const toml::table& element(const toml::node& node, std::string_view key) const;

    std::string_view name_;
};

template <class Each>
void TomlReader::each_table(const toml::table& table,
                            std::string_view key,
                            std::size_t most,
                            Each&& each) const {
    if (const toml::array* array = tables(table, key, most)) {
        for (const toml::node& node : *array) {
            each(element(node, key));
        }
    }
}

/// Parses text that is small and shallow enough to be parsed.
/// @throws Refused  if it is not, or is not TOML.
[[nodiscard]] toml::table parse_toml(std::string_view toml,
                                     std::string_view name,
                                     std::size_t max_bytes);

/// What `read` makes of the parsed text, or the first refusal as one line.
template <class Value, class Read>
[[nodiscard]] Expected<Value> read_toml(std::string_view toml,
                                        std::string_view name,
                                        std::size_t max_bytes,
                                        Read&& read) {
    try {
        return read(parse_toml(toml, name, max_bytes));
    } catch (const Refused& refused) {
        return Failure{refused.failure.code, one_line(refused.failure.text)};
    }
}

}  // namespace earshot::show
