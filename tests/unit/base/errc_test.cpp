#include "common/base/errc.hpp"

#include "common/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace earshot {
namespace {

TEST(Errc, HasAMessageOfItsOwnForEveryCode) {
    std::set<std::string> messages;
    const int last = static_cast<int>(Errc::codec_failed);
    for (int code = 1; code <= last; ++code) {
        const std::string message = make_error_code(static_cast<Errc>(code)).message();
        EXPECT_EQ(message.find("unknown error"), std::string::npos) << code;
        EXPECT_FALSE(message.ends_with('.')) << message;
        messages.insert(message);
    }
    EXPECT_EQ(messages.size(), static_cast<std::size_t>(last));
    EXPECT_EQ(errc_category().message(999), "unknown error 999");
}

TEST(Errc, ComparesWithErrorCodesOfItsCategoryOnly) {
    const boost::system::error_code code = Errc::truncated;
    EXPECT_EQ(code, Errc::truncated);
    EXPECT_NE(code, Errc::bad_value);
    EXPECT_NE(boost::system::error_code(1, boost::system::system_category()), Errc::truncated);
    EXPECT_TRUE(code.failed());
}

TEST(Result, HoldsAValueOrTheReason) {
    const Result<int> value = 7;
    EXPECT_EQ(*value, 7);
    const Result<int> error = Errc::out_of_range;
    ASSERT_TRUE(error.has_error());
    EXPECT_EQ(error.error(), Errc::out_of_range);
}

TEST(Expected, HoldsAValueOrAFailureForPeople) {
    Expected<std::unique_ptr<int>> value = std::make_unique<int>(7);
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(**value, 7);
    const Expected<int> failure = Failure{Errc::not_found, "no such cue"};
    EXPECT_FALSE(failure);
    EXPECT_EQ(failure.failure().code, Errc::not_found);
    EXPECT_EQ(failure.failure().text, "no such cue");
}

}  // namespace
}  // namespace earshot
