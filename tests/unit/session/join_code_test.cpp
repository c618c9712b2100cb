#include "server/session/join_code.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace earshot::session {
namespace {

TEST(JoinCode, IsMadeOfLettersThatAreNotTakenForOneAnother) {
    for (const char c : {'0', 'O', '1', 'I', 'L', '2', '5', '6', '8', 'U', 'A', 'E'}) {
        EXPECT_EQ(JoinCode::kAlphabet.find(c), std::string_view::npos) << c;
    }
    std::set<std::string> made;
    std::array<int, 256> seen{};
    for (int i = 0; i < 4'000; ++i) {
        const std::string code = JoinCode::make().plain();
        ASSERT_EQ(code.size(), JoinCode::kLength);
        made.insert(code);
        for (const char c : code) ++seen[static_cast<unsigned char>(c)];
    }
    EXPECT_GE(made.size(), 3'990U) << "of 190 million";
    for (const char c : JoinCode::kAlphabet) {
        // 1 000 each; the standard deviation is 31.
        EXPECT_NEAR(seen[static_cast<unsigned char>(c)], 1'000, 200) << c;
    }
}

TEST(JoinCode, ReadsWhatPeopleType) {
    for (const char* const typed : {"K7M4QX", "K7M-4QX", "k7m 4qx", " k7M-4qX ", "K-7-M-4-Q-X"}) {
        const auto code = JoinCode::parse(typed);
        ASSERT_TRUE(code) << typed;
        EXPECT_EQ(code->plain(), "K7M4QX");
        EXPECT_EQ(code->spaced(), "K7M-4QX");
    }
}

TEST(JoinCode, RefusesWhatIsNone) {
    for (const char* const typed : {"", "K7M4Q", "K7M4QXX", "K7M4Q0", "K7M4QA", "K7M4Q\xC3\xA9",
                                    "K7M_4QX", "K7M4QX                              "}) {
        EXPECT_FALSE(JoinCode::parse(typed)) << typed;
    }
}

TEST(JoinCode, IsTheSameOnlyAsItself) {
    const JoinCode code = *JoinCode::parse("K7M4QX");
    EXPECT_TRUE(code.same_as(*JoinCode::parse("k7m-4qx")));
    for (const char* const other : {"X7M4QX", "K7M4QK", "K7M4XQ"}) {
        EXPECT_FALSE(code.same_as(*JoinCode::parse(other))) << other;
    }
}

}  // namespace
}  // namespace earshot::session
