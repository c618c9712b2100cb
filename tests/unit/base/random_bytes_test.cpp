#include "common/base/random_bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace earshot {
namespace {

TEST(RandomBytes, FillsAllOfThemAnewEachTime) {
    std::vector<std::byte> first(4'096);
    std::vector<std::byte> second(4'096);
    fill_random(first);
    fill_random(second);
    EXPECT_NE(first, second);
    int set = 0;
    for (const std::byte one : first) {
        for (unsigned bit = 0; bit < 8; ++bit) set += (one >> bit & std::byte{1}) != std::byte{};
    }
    EXPECT_NEAR(set, 16'384, 640);  // seven standard deviations
    fill_random({});
}

TEST(RandomBytes, AreWrittenInHexadecimalDigits) {
    const std::string text = random_hex(32);
    EXPECT_EQ(text.size(), 64U);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(text, random_hex(32));
    EXPECT_EQ(random_hex(0), "");
}

TEST(SameSecret, IsTrueForEqualBytesOnly) {
    const std::array a{std::byte{1}, std::byte{2}, std::byte{3}};
    auto b = a;
    EXPECT_TRUE(same_secret(a, b));
    for (std::byte& one : b) {
        one ^= std::byte{0x80};
        EXPECT_FALSE(same_secret(a, b));
        one ^= std::byte{0x80};
    }
    EXPECT_FALSE(same_secret(a, std::span{a}.first(2)));
    EXPECT_TRUE(same_secret({}, {}));
}

}  // namespace
}  // namespace earshot
