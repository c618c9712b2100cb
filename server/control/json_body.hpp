#pragma once

#include "common/base/errc.hpp"

#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace earshot::control {

/// A flat JSON object: text, number or truth by name.
using JsonFields = std::map<std::string, std::variant<std::string, double, bool>, std::less<>>;

/// Reads a request's body: one JSON object without nesting, at most 32 members, 64 KiB.
/// An empty body is an empty object. Fails with Errc::bad_value and words for a person.
[[nodiscard]] Expected<JsonFields> parse_json_body(std::string_view body);

/// The member, if it is there and text.
[[nodiscard]] Expected<std::string> text_field(const JsonFields& fields, std::string_view name);
/// The member, if it is there and a number; `fallback` if it is not there.
[[nodiscard]] Expected<double> number_field(const JsonFields& fields,
                                            std::string_view name,
                                            double fallback);

}  // namespace earshot::control
