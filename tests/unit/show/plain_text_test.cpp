#include "common/show/plain_text.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace earshot::show {
namespace {

TEST(PlainText, PutsTextsInOneLine) {
    EXPECT_EQ(one_line("a\nb\tc\x7F"
                       "d\r"),
              "a b c d ");
    EXPECT_EQ(one_line("blå"), "blå");
}

TEST(PlainText, WritesBoundsAsPeopleDo) {
    EXPECT_EQ(plain_number(20'000.0), "20000");
    EXPECT_EQ(plain_number(0.5), "0.5");
    EXPECT_EQ(plain_number(-120.0), "-120");
    EXPECT_EQ(plain_number(1.0 / 3.0), "0.333333");
}

TEST(PlainText, ReadsFilesUpToTheirLimit) {
    const test::TempDir folder;
    std::ofstream(folder / "whole") << std::string(2'048, 'x');
    std::ofstream(folder / "large") << std::string(2'049, 'x');
    std::ofstream(folder / "empty");
    EXPECT_EQ(read_text_file(folder / "whole", 2'048, "a text")->size(), 2'048U);
    EXPECT_EQ(*read_text_file(folder / "empty", 2'048, "a text"), "");
    const auto large = read_text_file(folder / "large", 2'048, "a text");
    ASSERT_FALSE(large.has_value());
    EXPECT_EQ(large.failure().code, Errc::payload_too_large);
    EXPECT_EQ(large.failure().text, (folder / "large").string() + ": expected at most 2 KiB");
    const auto none = read_text_file(folder / "none", 2'048, "a text");
    EXPECT_EQ(none.failure().code, Errc::not_found);
    EXPECT_EQ(none.failure().text, (folder / "none").string() + ": expected a text, found none");
    EXPECT_FALSE(read_text_file(folder.path(), 2'048, "a text").has_value()) << "a folder";
}

}  // namespace
}  // namespace earshot::show
