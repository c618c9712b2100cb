#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace earshot {

/// Appends text as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD;
/// `<`, `>` and `&` are escaped too, so that the result may stand inside an HTML page.
void append_json_string(std::string_view text, std::string& out);

/// Builds one JSON text (RFC 8259), compact, members in the order they are written.
///
/// ```
/// JsonWriter json;
/// json.begin_object().field("listeners", 48).key("streams").begin_array();
/// json.value("objective").end_array().end_object();
/// response.body = std::move(json).text();
/// ```
/// Thread: one owner. A misuse (a value without its key, an end without its begin) aborts.
class JsonWriter {
public:
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();

    /// Names the member that follows. Only inside an object.
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view{text}); }
    JsonWriter& value(const std::string& text) { return value(std::string_view{text}); }
    /// The shortest digits that read back as the same number; what is not finite becomes null.
    JsonWriter& value(double number);
    JsonWriter& value(float number);
    JsonWriter& value(bool flag);
    template <std::integral Integer>
    JsonWriter& value(Integer number) {
        if constexpr (std::is_signed_v<Integer>) {
            return signed_value(static_cast<std::int64_t>(number));
        } else {
            return unsigned_value(static_cast<std::uint64_t>(number));
        }
    }
    JsonWriter& null();
    /// A value that is JSON text already.
    JsonWriter& raw(std::string_view json);

    /// key() and value() in one.
    template <class Value>
    JsonWriter& field(std::string_view name, const Value& of) {
        return key(name).value(of);
    }

    /// The whole text. Every begin has had its end.
    [[nodiscard]] const std::string& text() const&;
    [[nodiscard]] std::string text() &&;

private:
    enum class Scope : std::uint8_t { object, array };
    struct Level {
        Scope scope = Scope::object;
        bool empty = true;
    };
    JsonWriter& signed_value(std::int64_t number);
    JsonWriter& unsigned_value(std::uint64_t number);
    void before_value();
    JsonWriter& begin(Scope scope, char bracket);
    JsonWriter& end(Scope scope, char bracket);

    std::string text_;
    std::vector<Level> levels_;
    bool key_pending_ = false;
};

}  // namespace earshot
