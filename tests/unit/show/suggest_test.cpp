#include "common/show/suggest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace earshot::show {
namespace {

TEST(Suggest, CountsEdits) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("state", "sate"), 1U);
}

TEST(Suggest, FindsTheNearestWordAndNothingFarAway) {
    constexpr std::array<std::string_view, 3> kWords{"perspective", "state", "at"};
    EXPECT_EQ(nearest_word("persective", kWords), "perspective");
    EXPECT_EQ(nearest_word("stat", kWords), "state");
    EXPECT_EQ(nearest_word("weather", kWords), "");
    EXPECT_EQ(nearest_word("xy", kWords), "");
    EXPECT_EQ(nearest_word(std::string(100'000, 'a'), kWords), "");
}

}  // namespace
}  // namespace earshot::show
