#include "server/control/json_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace earshot::control {
namespace {

constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxDepth = 4;

}  // namespace

Expected<JsonFields> parse_json_body(std::string_view body) {
    if (body.empty()) return JsonFields{};
    boost::json::parse_options options;
    options.max_depth = kMaxDepth;
    boost::json::error_code error;
    const boost::json::value document =
        boost::json::parse({body.data(), body.size()}, error, {}, options);
    if (error || !document.is_object()) {
        return Failure{Errc::bad_value, "the body must be one JSON object"};
    }
    if (document.get_object().size() > kMaxMembers) {
        return Failure{Errc::too_many, "the JSON object has more than 32 members"};
    }
    JsonFields fields;
    for (const auto& member : document.get_object()) {
        const std::string name(member.key());
        const boost::json::value& value = member.value();
        if (value.is_string()) {
            fields[name] = std::string(value.get_string());
        } else if (value.is_bool()) {
            fields[name] = value.get_bool();
        } else if (value.is_number()) {
            fields[name] = value.to_number<double>();
        } else {
            return Failure{Errc::bad_value, "'" + name + "' must be text, a number, true or false"};
        }
    }
    return fields;
}

Expected<std::string> text_field(const JsonFields& fields, std::string_view name) {
    const auto it = fields.find(name);
    if (it == fields.end() || !std::holds_alternative<std::string>(it->second)) {
        return Failure{Errc::bad_value,
                       "the member '" + std::string(name) + "' must be there, as text"};
    }
    return std::get<std::string>(it->second);
}

Expected<double> number_field(const JsonFields& fields, std::string_view name, double fallback) {
    const auto it = fields.find(name);
    if (it == fields.end()) return fallback;
    if (!std::holds_alternative<double>(it->second)) {
        return Failure{Errc::bad_value, "the member '" + std::string(name) + "' must be a number"};
    }
    return std::get<double>(it->second);
}

}  // namespace earshot::control
