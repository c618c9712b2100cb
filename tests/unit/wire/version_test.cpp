#include "common/wire/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::wire {
namespace {

using ::testing::HasSubstr;

TEST(Version, AcceptsANewerMinorAndSpeaksTheLower) {
    const auto agreed = agree_version({1, 2}, {1, 7}, "listener");
    ASSERT_TRUE(agreed.has_value());
    EXPECT_EQ(*agreed, (ProtocolVersion{1, 2}));
}

TEST(Version, AcceptsAnOlderMinorAndSpeaksIt) {
    const auto agreed = agree_version({1, 2}, {1, 0}, "listener");
    ASSERT_TRUE(agreed.has_value());
    EXPECT_EQ(*agreed, (ProtocolVersion{1, 0}));
}

TEST(Version, RefusesANewerMajorAndSaysToUpdateThisEnd) {
    const auto refused = agree_version({1, 0}, {2, 3}, "listener");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.failure().code, Errc::bad_version);
    EXPECT_EQ(refused.failure().text,
              "the listener speaks protocol 2.3, this end 1.0; update this end");
}

TEST(Version, RefusesAnOlderMajorAndSaysToUpdateThePeer) {
    const auto refused = agree_version({2, 0}, {1, 9}, "server");
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.failure().text, HasSubstr("update the server"));
}

TEST(Version, RefusesAPeerThatNamesNone) {
    const auto refused = agree_version(kOwnVersion, {}, "listener");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.failure().code, Errc::bad_version);
}

}  // namespace
}  // namespace earshot::wire
