#include "server/timeline/transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::timeline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Frames kMargin = 100ms;
constexpr Frames kAhead = 1500ms;

MediaTime at(std::chrono::milliseconds time) {
    return MediaTime{std::chrono::duration_cast<Frames>(time)};
}
ProgrammeTime position(std::chrono::milliseconds time) {
    return ProgrammeTime{std::chrono::duration_cast<Frames>(time)};
}

TransportSettings film(std::chrono::milliseconds length = 90s) {
    return {.length = std::chrono::duration_cast<Frames>(length),
            .seekable = true,
            .margin = kMargin,
            .ahead = kAhead};
}
TransportSettings live() {
    return {.length = std::nullopt, .seekable = false, .margin = kMargin, .ahead = kAhead};
}

/// A transport that plays the film from its start since media time 1 s.
Transport playing(const TransportSettings& settings = film()) {
    Transport transport(settings, at(0s));
    const auto started = transport.go(at(0s), at(1s));
    EXPECT_TRUE(started.has_value());
    return transport;
}

TEST(Transport, WaitsReadyAtTheStart) {
    const Transport transport(film(), at(5s));
    EXPECT_EQ(transport.phase_at(at(5s)), Phase::ready);
    EXPECT_EQ(transport.phase_at(at(100s)), Phase::ready);
    EXPECT_EQ(transport.map().programme_at(at(100s)), position(0s));
    EXPECT_EQ(transport.map().last().epoch, Epoch{1});
}

TEST(Transport, GoesAfterTheMargin) {
    Transport transport(film(), at(0s));
    const auto started = transport.go(at(2s));
    ASSERT_TRUE(started.has_value());
    EXPECT_EQ(*started, (Relocation{Epoch{2}, at(2100ms), position(0s), 1.0}));
    EXPECT_EQ(transport.phase_at(at(2099ms)), Phase::ready);
    EXPECT_EQ(transport.phase_at(at(2100ms)), Phase::playing);
}

TEST(Transport, GoesAtTheTimeAskedForIfThatIsLater) {
    Transport transport(film(), at(0s));
    EXPECT_EQ(transport.go(at(2s), at(10s))->media, at(10s));
    Transport hasty(film(), at(0s));
    EXPECT_EQ(hasty.go(at(2s), at(2050ms))->media, at(2100ms));
}

TEST(Transport, RefusesASecondGo) {
    Transport transport = playing();
    const auto refused = transport.go(at(5s));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.failure().code, Errc::refused);
    EXPECT_THAT(refused.failure().text, HasSubstr("started already"));
}

TEST(Transport, PausesWhereItIsAndResumesThere) {
    Transport transport = playing();
    const auto paused = transport.pause(at(10'900ms));
    ASSERT_TRUE(paused.has_value());
    EXPECT_EQ(*paused, (Relocation{Epoch{3}, at(11s), position(10s), 0.0}));
    EXPECT_EQ(transport.phase_at(at(11s)), Phase::paused);
    EXPECT_EQ(transport.map().programme_at(at(60s)), position(10s));
    const auto resumed = transport.play(at(60s));
    ASSERT_TRUE(resumed.has_value());
    EXPECT_EQ(*resumed, (Relocation{Epoch{4}, at(60'100ms), position(10s), 1.0}));
}

TEST(Transport, RefusesToPauseWhatDoesNotPlay) {
    Transport transport(film(), at(0s));
    const auto refused = transport.pause(at(1s));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.failure().text, "nothing plays: the programme is ready already");
    Transport twice = playing();
    ASSERT_TRUE(twice.pause(at(5s)).has_value());
    EXPECT_FALSE(twice.pause(at(6s)).has_value());
}

TEST(Transport, RefusesToPlayWhatPlays) {
    Transport transport = playing();
    EXPECT_EQ(transport.play(at(5s)).failure().text, "the programme plays already");
}

TEST(Transport, PauseCallsOffAStartThatIsStillToCome) {
    Transport transport(film(), at(0s));
    ASSERT_TRUE(transport.go(at(0s), at(60s)).has_value());
    const auto off = transport.pause(at(30s));
    ASSERT_TRUE(off.has_value());
    EXPECT_EQ(off->rate, 0.0);
    EXPECT_EQ(transport.phase_at(at(61s)), Phase::ready);
    EXPECT_TRUE(transport.go(at(62s)).has_value());
}

TEST(Transport, SeeksWhilePlaying) {
    Transport transport = playing();
    const auto sought = transport.seek(at(10s), position(40s));
    ASSERT_TRUE(sought.has_value());
    EXPECT_EQ(*sought, (Relocation{Epoch{3}, at(10'100ms), position(40s), 1.0}));
    EXPECT_EQ(transport.map().programme_at(at(11'100ms)), position(41s));
}

TEST(Transport, SeeksWithoutStartingWhatStands) {
    Transport transport(film(), at(0s));
    ASSERT_TRUE(transport.seek(at(1s), position(30s)).has_value());
    EXPECT_EQ(transport.phase_at(at(2s)), Phase::ready);
    EXPECT_EQ(transport.go(at(3s))->programme, position(30s));
}

TEST(Transport, RefusesPositionsOutsideTheProgramme) {
    Transport transport = playing();
    const auto beyond = transport.seek(at(5s), position(90s));
    ASSERT_FALSE(beyond.has_value());
    EXPECT_EQ(beyond.failure().code, Errc::out_of_range);
    EXPECT_THAT(beyond.failure().text, HasSubstr("beyond the end"));
    EXPECT_FALSE(transport.seek(at(5s), position(-1ms)).has_value());
    EXPECT_TRUE(transport.seek(at(5s), position(90s) - Frames{1}).has_value());
}

TEST(Transport, EndsAtExactlyTheLastFrame) {
    Transport transport = playing();
    EXPECT_EQ(transport.advance(at(91s) - kAhead - Frames{1}), std::nullopt) << "too early to say";
    const auto end = transport.advance(at(91s) - kAhead);
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(*end, (Relocation{Epoch{3}, at(91s), position(90s), 0.0}));
    EXPECT_EQ(transport.phase_at(at(91s) - Frames{1}), Phase::playing);
    EXPECT_EQ(transport.phase_at(at(91s)), Phase::ended);
    EXPECT_EQ(transport.advance(at(200s)), std::nullopt) << "only once";
}

TEST(Transport, TellsTheEndAlsoWhenAskedLate) {
    Transport transport = playing();
    EXPECT_EQ(transport.advance(at(500s))->media, at(91s));
}

TEST(Transport, TakesAScheduledEndBackOnSeek) {
    Transport transport = playing();
    ASSERT_TRUE(transport.advance(at(90s)).has_value());
    ASSERT_TRUE(transport.seek(at(90s), position(10s)).has_value());
    EXPECT_EQ(transport.phase_at(at(92s)), Phase::playing);
    EXPECT_EQ(transport.map().programme_at(at(91'100ms)), position(11s));
}

TEST(Transport, PausesAfterASeekBackFromTheEnd) {
    Transport transport = playing();
    ASSERT_TRUE(transport.advance(at(91s)).has_value());
    EXPECT_THAT(transport.play(at(95s)).failure().text, HasSubstr("seek to where it should start"));
    EXPECT_THAT(transport.pause(at(95s)).failure().text, HasSubstr("ended already"));
    ASSERT_TRUE(transport.seek(at(95s), position(0s)).has_value());
    EXPECT_EQ(transport.phase_at(at(96s)), Phase::paused);
    EXPECT_EQ(transport.play(at(96s))->programme, position(0s));
}

TEST(Transport, LoopsAtExactlyTheLoopsEnd) {
    Transport transport = playing();
    const auto set = transport.loop(at(2s), {position(5s), position(8s)});
    ASSERT_TRUE(set.has_value());
    EXPECT_EQ(*set, std::nullopt) << "nothing changes yet";
    EXPECT_EQ(transport.advance(at(7s)), std::nullopt);
    const auto first = transport.advance(at(8s));
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(*first, (Relocation{Epoch{3}, at(9s), position(5s), 1.0}));
    EXPECT_EQ(transport.map().programme_at(at(9s) - Frames{1}), position(8s) - Frames{1});
    const auto second = transport.advance(at(11s));
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->media, at(12s));
    EXPECT_EQ(transport.advance(at(11s)), std::nullopt);
}

TEST(Transport, LoopDoesNotDriftOverManyRounds) {
    Transport transport = playing();
    ASSERT_TRUE(transport.loop_all(at(2s)).has_value());
    MediaTime expected = at(91s);
    for (int round = 0; round < 1000; ++round) {
        const auto again = transport.advance(expected - 1s);
        ASSERT_TRUE(again.has_value());
        ASSERT_EQ(again->media, expected);
        ASSERT_EQ(again->programme, position(0s));
        expected += 90s;
    }
    EXPECT_EQ(transport.map().segments().size(), ProgrammeMap::kHistory);
    EXPECT_EQ(transport.phase_at(expected - 1s), Phase::playing);
}

TEST(Transport, JumpsToALoopThatItIsAlreadyPast) {
    Transport transport = playing();
    const auto set = transport.loop(at(30s), {position(5s), position(8s)});
    ASSERT_TRUE(set.has_value() && set->has_value());
    EXPECT_EQ(**set, (Relocation{Epoch{3}, at(30'100ms), position(5s), 1.0}));
}

TEST(Transport, ForgettingALoopTakesItsScheduledTurnBack) {
    Transport transport = playing();
    ASSERT_TRUE(transport.loop(at(2s), {position(5s), position(8s)}).has_value());
    ASSERT_TRUE(transport.advance(at(8s)).has_value());
    const auto off = transport.loop_off(at(8s));
    ASSERT_TRUE(off.has_value() && off->has_value()) << "listeners know of the turn already";
    EXPECT_EQ(**off, (Relocation{Epoch{4}, at(8'100ms), position(7'100ms), 1.0}));
    EXPECT_EQ(transport.map().programme_at(at(20s)), position(19s));
    EXPECT_EQ(transport.advance(at(90s))->programme, position(90s)) << "now it ends";
}

TEST(Transport, ALoopOverTheEndTakesTheScheduledEndBack) {
    Transport transport = playing();
    ASSERT_TRUE(transport.advance(at(90s)).has_value());
    const auto set = transport.loop_all(at(90s));
    ASSERT_TRUE(set.has_value() && set->has_value());
    EXPECT_EQ((*set)->programme, position(89'100ms));
    const auto turn = transport.advance(at(90s));
    ASSERT_TRUE(turn.has_value());
    EXPECT_EQ(*turn, (Relocation{Epoch{5}, at(91s), position(0s), 1.0}));
}

TEST(Transport, SettingTheSameLoopAgainChangesNothing) {
    Transport transport = playing();
    ASSERT_TRUE(transport.loop(at(2s), {position(5s), position(8s)}).has_value());
    ASSERT_TRUE(transport.advance(at(8s)).has_value());
    const auto again = transport.loop(at(8s), {position(5s), position(8s)});
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, std::nullopt);
    EXPECT_EQ(transport.map().last().media, at(9s));
}

TEST(Transport, PlaysOnToTheEndAfterASeekBehindTheLoop) {
    Transport transport = playing();
    ASSERT_TRUE(transport.loop(at(2s), {position(5s), position(8s)}).has_value());
    ASSERT_TRUE(transport.seek(at(3s), position(20s)).has_value());
    const auto end = transport.advance(at(80s));
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->programme, position(90s));
    EXPECT_EQ(end->rate, 0.0);
}

TEST(Transport, RefusesLoopsThatCannotBe) {
    Transport transport = playing();
    EXPECT_THAT(transport.loop(at(2s), {position(5s), position(5'999ms)}).failure().text,
                HasSubstr("at least 1 s"));
    EXPECT_FALSE(transport.loop(at(2s), {position(8s), position(5s)}).has_value());
    EXPECT_THAT(transport.loop(at(2s), {position(80s), position(91s)}).failure().text,
                HasSubstr("beyond the end"));
    EXPECT_EQ(transport.region(), std::nullopt);
    TransportSettings endless = film();
    endless.length.reset();
    Transport tone = playing(endless);
    EXPECT_EQ(tone.loop_all(at(2s)).failure().code, Errc::not_supported);
    EXPECT_TRUE(tone.loop(at(2s), {position(0s), position(1s)}).has_value());
}

TEST(Transport, RefusesWhatLiesBehindATurnNotHandedOut) {
    Transport transport = playing();
    const auto refused = transport.pause(at(10s), at(100s));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.failure().code, Errc::not_ready);
    EXPECT_THAT(refused.failure().text, HasSubstr("ends before that time"));
    EXPECT_TRUE(transport.pause(at(10s), at(90s)).has_value());
}

TEST(Transport, RelocatesToWhereATimeCodeSays) {
    Transport transport(film(), at(0s));
    const auto later = transport.relocate(at(2s), position(30s), at(5s));
    ASSERT_TRUE(later.has_value());
    EXPECT_EQ(*later, (Relocation{Epoch{2}, at(5s), position(30s), 1.0}));
    const auto joined = transport.relocate(at(6s), position(40s), at(4s));
    ASSERT_TRUE(joined.has_value()) << "the time code's instant is past: join where it is by then";
    EXPECT_EQ(*joined, (Relocation{Epoch{3}, at(6'100ms), position(42'100ms), 1.0}));
    EXPECT_EQ(transport.phase_at(at(7s)), Phase::playing);
}

TEST(Transport, RefusesToRelocateBehindTheEnd) {
    Transport transport(film(), at(0s));
    EXPECT_EQ(transport.relocate(at(20s), position(85s), at(10s)).failure().code,
              Errc::out_of_range);
}

TEST(Transport, LivePlaysAndPausesButHasNoPositions) {
    Transport transport(live(), at(0s));
    ASSERT_TRUE(transport.go(at(1s)).has_value());
    const auto refused = transport.seek(at(2s), position(0s));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.failure().code, Errc::not_supported);
    EXPECT_THAT(refused.failure().text, HasSubstr("live source"));
    EXPECT_FALSE(transport.loop(at(2s), {position(0s), position(5s)}).has_value());
    EXPECT_FALSE(transport.relocate(at(2s), position(0s), at(3s)).has_value());
    EXPECT_TRUE(transport.pause(at(2s)).has_value());
    EXPECT_TRUE(transport.play(at(4s)).has_value());
    EXPECT_EQ(transport.advance(at(100'000s)), std::nullopt);
}

TEST(Transport, RefusesCommandsMoreThanADayAhead) {
    Transport transport(film(), at(0s));
    EXPECT_EQ(transport.go(at(0s), at(25h)).failure().code, Errc::out_of_range);
}

TEST(Transport, NumbersEpochsWithoutReuse) {
    Transport transport = playing();
    std::uint32_t last = 2;
    for (int i = 0; i < 100; ++i) {
        const auto sought = transport.seek(at(5s), position(std::chrono::seconds{i % 60}));
        ASSERT_TRUE(sought.has_value());
        EXPECT_EQ(sought->epoch.value, ++last);
    }
}

TEST(Transport, PostponesASegmentAndWhatFollowsFromIt) {
    Transport transport(film(10s), at(0s));
    const auto started = transport.go(at(0s), at(1s));
    const auto end = transport.advance(at(9'900ms));
    ASSERT_TRUE(started.has_value() && end.has_value());
    EXPECT_EQ(end->media, at(11s));
    const Relocation later = transport.postpone(started->epoch, at(1'200ms));
    EXPECT_EQ(later, (Relocation{started->epoch, at(1'200ms), position(0s), 1.0}));
    EXPECT_EQ(transport.map().last(), later);
    EXPECT_EQ(transport.phase_at(at(1'100ms)), Phase::ready);
    EXPECT_EQ(transport.phase_at(at(1'200ms)), Phase::playing);
    EXPECT_EQ(transport.phase_at(at(11'100ms)), Phase::playing);
    const auto new_end = transport.advance(at(9'900ms));
    ASSERT_TRUE(new_end.has_value());
    EXPECT_EQ(new_end->media, at(11'200ms));
    EXPECT_GT(new_end->epoch, end->epoch) << "no epoch is used twice";
}

TEST(Transport, RefusesImpossibleSettings) {
    TransportSettings empty = film();
    empty.length = Frames{0};
    EXPECT_THROW(Transport(empty, at(0s)), std::invalid_argument);
    TransportSettings hasty = film();
    hasty.margin = Frames{-1};
    EXPECT_THROW(Transport(hasty, at(0s)), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::timeline
