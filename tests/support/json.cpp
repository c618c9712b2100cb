#include "tests/support/json.hpp"

#include "tests/support/child_process.hpp"

#include <boost/json/src.hpp>

#include <stdexcept>
#include <string>

namespace earshot::test {

boost::json::value parse_json(std::string_view text) {
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(text, error);
    if (error) {
        throw std::runtime_error("no JSON (" + error.message() +
                                 "): " + std::string(text.substr(0, 200)));
    }
    return value;
}

boost::json::value read_json(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    if (text.empty()) {
        throw std::runtime_error(file.string() + " is missing or empty");
    }
    return parse_json(text);
}

double to_double(const boost::json::value& value) {
    if (value.is_double()) {
        return value.get_double();
    }
    return static_cast<double>(to_int(value));
}

std::int64_t to_int(const boost::json::value& value) {
    if (value.is_int64()) {
        return value.get_int64();
    }
    if (value.is_uint64()) {
        return static_cast<std::int64_t>(value.get_uint64());
    }
    if (value.is_double()) {
        return static_cast<std::int64_t>(value.get_double());
    }
    if (value.is_string()) {
        return std::stoll(std::string(value.get_string()));
    }
    throw std::runtime_error("expected a number, found " + boost::json::serialize(value));
}

const boost::json::value& member(const boost::json::value& object, std::string_view name) {
    static const boost::json::value nothing;
    if (!object.is_object()) {
        return nothing;
    }
    const boost::json::value* found = object.get_object().if_contains(name);
    return found == nullptr ? nothing : *found;
}

double number_or(const boost::json::value& object, std::string_view name, double fallback) {
    const boost::json::value& found = member(object, name);
    return found.is_null() ? fallback : to_double(found);
}

std::string_view text_or_empty(const boost::json::value& object, std::string_view name) {
    const boost::json::value& found = member(object, name);
    return found.is_string() ? std::string_view(found.get_string()) : std::string_view();
}

}  // namespace earshot::test
