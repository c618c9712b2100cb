#include "common/base/json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace earshot {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
}

TEST(JsonString, EscapesWhatMustBe) {
    EXPECT_EQ(quoted("a\"b\\c\nd\te"), R"("a\"b\\c\nd\te")");
    EXPECT_EQ(quoted(std::string_view("\0\x1F\x7F", 3)), R"("\u0000\u001f\u007f")");
    EXPECT_EQ(quoted("</script>&"), R"("\u003c/script\u003e\u0026")");
}

TEST(JsonString, KeepsUtf8AndReplacesWhatIsNone) {
    EXPECT_EQ(quoted("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xA7"),
              "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xA7\"");
    const std::string replaced = "\xEF\xBF\xBD";
    EXPECT_EQ(quoted("\xC3("), "\"" + replaced + "(\"") << "cut short";
    EXPECT_EQ(quoted("\xC0\xAF"), "\"" + replaced + replaced + "\"") << "overlong";
    EXPECT_EQ(quoted("\xED\xA0\x80"), "\"" + replaced + replaced + replaced + "\"") << "surrogate";
    EXPECT_EQ(quoted("\xF4\x90\x80\x80"), "\"" + replaced + replaced + replaced + replaced + "\"")
        << "beyond Unicode";
}

TEST(JsonWriter, WritesNestedValuesInOrder) {
    JsonWriter json;
    json.begin_object().field("listeners", 48).key("streams").begin_array();
    json.value("objective").begin_object().end_object().value(true).null().end_array();
    json.field("x", -1.5).end_object();
    EXPECT_EQ(json.text(), R"({"listeners":48,"streams":["objective",{},true,null],"x":-1.5})");
}

TEST(JsonWriter, WritesNumbersExactly) {
    JsonWriter json;
    json.begin_array();
    json.value(std::numeric_limits<std::int64_t>::min());
    json.value(std::numeric_limits<std::uint64_t>::max());
    json.value(0.1).value(0.1F).value(std::numeric_limits<double>::quiet_NaN()).end_array();
    EXPECT_EQ(json.text(), "[-9223372036854775808,18446744073709551615,0.1,0.1,null]");
}

TEST(JsonWriterDeathTest, AbortsOnAValueWithoutItsKey) {
    JsonWriter json;
    json.begin_object();
    EXPECT_DEATH(json.value(1), "assertion failed");
}

}  // namespace
}  // namespace earshot
