#include "server/timeline/cue_list.hpp"

#include <gtest/gtest.h>

namespace earshot::timeline {
namespace {

using namespace std::chrono_literals;

MediaInstant at(std::chrono::milliseconds time) {
    return MediaInstant{time};
}

/// Cues: 0 timed, 1 and 2 by hand on a, 3 by hand on b, 4 by hand on a.
show::Show a_show() {
    show::Show show;
    for (const char* id : {"objective", "a", "b"}) {
        show.perspectives.push_back({.id = id, .title = id});
    }
    const auto add = [&](const char* number, const char* perspective, bool timed) {
        show::Cue cue;
        cue.number = number;
        cue.perspective = perspective;
        cue.state = "full";
        if (timed) {
            cue.at = ProgrammeTime{};
        }
        show.cues.push_back(cue);
    };
    add("0", "a", true);
    add("1", "a", false);
    add("2", "a", false);
    add("3", "b", false);
    add("4", "a", false);
    return show;
}

TEST(CueList, GivesTheCuesByHandInOrder) {
    CueList list(a_show());
    EXPECT_EQ(list.next(), 1U);
    EXPECT_EQ(*list.go(at(1s)), 1U);
    EXPECT_EQ(*list.go(at(2s)), 2U);
    EXPECT_EQ(*list.go(at(3s)), 3U);
    EXPECT_EQ(*list.go(at(4s)), 4U);
    EXPECT_EQ(list.next(), std::nullopt);
    const auto none = list.go(at(5s));
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.failure().code, Errc::not_found);
}

TEST(CueList, IgnoresASecondGoWithin300Milliseconds) {
    CueList list(a_show());
    ASSERT_TRUE(list.go(at(1000ms)).has_value());
    const auto slip = list.go(at(1299ms));
    ASSERT_FALSE(slip.has_value());
    EXPECT_EQ(slip.failure().code, Errc::refused);
    EXPECT_EQ(list.next(), 2U);
    EXPECT_TRUE(list.go(at(1300ms)).has_value()) << "counted from the GO that was taken";
}

TEST(CueList, UndoGivesTheCueOfTheSamePerspectiveBefore) {
    CueList list(a_show());
    for (int i = 1; i <= 4; ++i) {
        ASSERT_TRUE(list.go(at(std::chrono::seconds{i})).has_value());
    }
    const auto first = list.undo();
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->cue, 4U);
    EXPECT_EQ(first->before, 2U);
    const auto second = list.undo();
    EXPECT_EQ(second->cue, 3U);
    EXPECT_EQ(second->before, std::nullopt) << "nothing else was given on b";
    EXPECT_EQ(list.next(), 3U);
}

TEST(CueList, UndoneCueCanBeGivenAgainAtOnce) {
    CueList list(a_show());
    ASSERT_TRUE(list.go(at(1s)).has_value());
    ASSERT_TRUE(list.undo().has_value());
    EXPECT_EQ(*list.go(at(1010ms)), 1U);
}

TEST(CueList, RefusesToUndoNothing) {
    CueList list(a_show());
    EXPECT_EQ(list.undo().failure().code, Errc::not_found);
}

TEST(CueList, BackStepsWithoutGiving) {
    CueList list(a_show());
    EXPECT_FALSE(list.back());
    ASSERT_TRUE(list.go(at(1s)).has_value());
    ASSERT_TRUE(list.go(at(2s)).has_value());
    EXPECT_TRUE(list.back());
    EXPECT_EQ(list.next(), 2U);
    EXPECT_EQ(*list.go(at(3s)), 2U);
}

TEST(CueList, StandsByAtAnyCueByHand) {
    CueList list(a_show());
    EXPECT_TRUE(list.stand_by(3));
    EXPECT_EQ(*list.go(at(1s)), 3U);
    EXPECT_FALSE(list.stand_by(0)) << "has a time of its own";
    EXPECT_FALSE(list.stand_by(99));
    EXPECT_EQ(list.next(), 4U);
}

TEST(CueList, StartsAgainAfterReset) {
    CueList list(a_show());
    ASSERT_TRUE(list.go(at(1s)).has_value());
    list.reset();
    EXPECT_FALSE(list.undo().has_value());
    EXPECT_EQ(*list.go(at(1001ms)), 1U);
}

TEST(CueList, SaysSoWhenThereAreNone) {
    CueList list(show::Show{});
    EXPECT_EQ(list.go(at(1s)).failure().text, "the show has no cues to give by hand");
}

}  // namespace
}  // namespace earshot::timeline
