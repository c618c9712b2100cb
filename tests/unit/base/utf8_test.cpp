#include "common/base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot {
namespace {

TEST(Utf8, TakesTheFirstAndTheLastOfEachLength) {
    for (const char* const text :
         {"A", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(utf8_length(text), std::string(text).size()) << text;
        EXPECT_TRUE(is_utf8(text)) << text;
    }
    EXPECT_TRUE(is_utf8({}));
    EXPECT_TRUE(is_utf8("caf\xC3\xA9 \xF0\x9F\x8E\xA7"));
}

TEST(Utf8, RefusesWhatIsCutOverlongOrASurrogate) {
    for (const char* const text :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xE2\x82",
          "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x8E", "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80", "\xFF"}) {
        EXPECT_EQ(utf8_length(text), 0U);
        EXPECT_FALSE(is_utf8(std::string("good, then ") + text));
    }
}

}  // namespace
}  // namespace earshot
