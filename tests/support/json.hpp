#pragma once

#include <boost/json/value.hpp>

#include <filesystem>
#include <string_view>

namespace earshot::test {

/// Parses JSON text. @throws std::runtime_error  with the text's beginning, if it is none.
[[nodiscard]] boost::json::value parse_json(std::string_view text);
/// @throws std::runtime_error  if the file is missing or is no JSON.
[[nodiscard]] boost::json::value read_json(const std::filesystem::path& file);

/// A number whatever its JSON kind; strings of digits count. @throws std::runtime_error  otherwise.
[[nodiscard]] double to_double(const boost::json::value& value);
[[nodiscard]] std::int64_t to_int(const boost::json::value& value);

/// The member of an object; null if it has none or is no object.
[[nodiscard]] const boost::json::value& member(const boost::json::value& object,
                                               std::string_view name);
/// The number of a member, or the fallback if there is none.
[[nodiscard]] double number_or(const boost::json::value& object,
                               std::string_view name,
                               double fallback);
/// The text of a member, or nothing.
[[nodiscard]] std::string_view text_or_empty(const boost::json::value& object,
                                             std::string_view name);

}  // namespace earshot::test
