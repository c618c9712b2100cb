#include "server/evidence/lockstep_report.hpp"

#include "tests/unit/evidence/fakes.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace earshot::evidence {
namespace {

using namespace std::chrono_literals;
using Kind = LockstepEvent::Kind;

constexpr StreamId kStream{1};
constexpr ListenerId kAnn{1};
constexpr ListenerId kBob{2};

ListenerSample playing(double p50_us, double p99_us) {
    return {.stream = kStream,
            .playing = true,
            .in_step = p99_us < 1'000.0,
            .error_p50_us = p50_us,
            .error_p99_us = p99_us,
            .error_max_us = 2.0 * p99_us};
}

class LockstepReportTest : public ::testing::Test {
protected:
    void join(ListenerId id) {
        report.joined(id, "Badge " + std::to_string(id.value), kStream, now);
    }
    void tell(ListenerId id, const ListenerSample& sample) {
        now += 2s;
        report.told(id, sample, now);
    }

    MediaInstant now{100s};
    LockstepReport report{3, now};
};

TEST_F(LockstepReportTest, HoldsTheDistributionOverTime) {
    join(kAnn);
    for (int n = 0; n < 10; ++n) tell(kAnn, playing(10.0, 40.0));
    for (int n = 0; n < 10; ++n) tell(kAnn, playing(100.0, 4'000.0));
    const Tally& total = report.total();
    EXPECT_EQ(total.reports, 20U);
    EXPECT_EQ(total.in_step, 10U);
    EXPECT_EQ(total.error_max_us, 8'000.0);
    EXPECT_NEAR(total.error_p99.quantile_us(0.5), 40.0, 4.0);
    EXPECT_NEAR(total.error_p99.quantile_us(0.95), 4'000.0, 400.0);
    ASSERT_EQ(report.slots().size(), 5U) << "of 10 s";
    EXPECT_EQ(report.slots()[0].reports, 4U);
    EXPECT_EQ(report.slots()[1].error_max_us, 80.0);
    EXPECT_EQ(report.slots()[3].error_max_us, 8'000.0);
}

TEST_F(LockstepReportTest, CountsErrorsOfThoseWhoPlayOnly) {
    join(kAnn);
    ListenerSample waiting = playing(0.0, 0.0);
    waiting.playing = false;
    tell(kAnn, waiting);
    EXPECT_EQ(report.total().reports, 1U);
    EXPECT_EQ(report.total().playing, 0U);
    EXPECT_EQ(report.total().error_p99.count(), 0U);
}

TEST_F(LockstepReportTest, CountsWhatWasAddedToCounters) {
    join(kAnn);
    ListenerSample sample = playing(1.0, 2.0);
    sample.received = 100;
    sample.lost = 3;
    sample.reanchors = 1;
    tell(kAnn, sample);
    sample.received = 200;
    sample.lost = 5;
    tell(kAnn, sample);
    EXPECT_EQ(report.total().lost, 5U);
    EXPECT_EQ(report.total().reanchors, 1U);
    sample.received = 10;  // the program was started anew
    sample.lost = 1;
    sample.reanchors = 0;
    tell(kAnn, sample);
    EXPECT_EQ(report.total().lost, 6U);
    EXPECT_EQ(report.total().reanchors, 1U);
}

TEST_F(LockstepReportTest, DoesNotCountWhatAProgramCountedInAnotherSession) {
    join(kAnn);
    ListenerSample sample = playing(1.0, 2.0);
    sample.received = 1'000'000;
    sample.lost = 500;
    tell(kAnn, sample);
    EXPECT_EQ(report.total().lost, 0U);
    sample.lost = 502;
    tell(kAnn, sample);
    EXPECT_EQ(report.total().lost, 2U);
}

TEST_F(LockstepReportTest, HoldsCountersThatLie) {
    join(kAnn);
    tell(kAnn, playing(1.0, 2.0));
    ListenerSample sample = playing(1.0, 2.0);
    sample.lost = sample.late = sample.concealed_frames = std::numeric_limits<std::uint64_t>::max();
    sample.reanchors = std::numeric_limits<std::uint32_t>::max();
    for (int n = 0; n < 100; ++n) {
        tell(kAnn, sample);
        tell(kAnn, playing(1.0, 2.0));
    }
    EXPECT_LT(report.total().lost, 1'000'000U);
    EXPECT_LT(report.total().concealed_frames, 1'000'000'000U);
    EXPECT_LT(report.total().reanchors, 100'000U);
}

TEST_F(LockstepReportTest, TellsWhoCameWhoWentAndWhoCameBack) {
    join(kAnn);
    join(kBob);
    now += 5s;
    report.gone(kAnn, now);
    report.gone(kAnn, now);
    join(kAnn);
    EXPECT_EQ(report.total().joins, 2U);
    EXPECT_EQ(report.total().departures, 1U);
    EXPECT_EQ(report.total().returns, 1U);
    ASSERT_EQ(report.events().size(), 4U);
    EXPECT_EQ(report.events()[2].kind, Kind::gone);
    EXPECT_EQ(report.events()[3].kind, Kind::returned);
    EXPECT_EQ(report.events()[3].badge, "Badge 1");
    EXPECT_TRUE(report.listeners().at(kAnn).connected);
}

TEST_F(LockstepReportTest, MakesRoomByForgettingTheLongestGone) {
    for (std::uint32_t n = 1; n <= 3; ++n) join(ListenerId{n});
    join(ListenerId{4});
    EXPECT_FALSE(report.listeners().contains(ListenerId{4})) << "all three are here";
    report.told(ListenerId{4}, playing(1.0, 2.0), now);
    report.gone(ListenerId{4}, now);
    EXPECT_EQ(report.total().reports, 0U);
    report.gone(ListenerId{2}, now += 1s);
    report.gone(ListenerId{1}, now += 1s);
    join(ListenerId{5});
    EXPECT_FALSE(report.listeners().contains(ListenerId{2}));
    EXPECT_TRUE(report.listeners().contains(ListenerId{1}));
    EXPECT_EQ(report.forgotten(), 1U);
    EXPECT_EQ(report.total().joins, 4U) << "the total forgets nobody";
}

TEST(LockstepReport, IsBoundedOverAWeekOfFiveHundredListeners) {
    MediaInstant now{};
    LockstepReport report(500, now);
    for (std::uint32_t n = 0; n < 500; ++n) report.joined(ListenerId{n}, "b", kStream, now);
    constexpr int kSteps = 2'000;
    for (int n = 0; n < kSteps; ++n) {
        now += 302s;
        for (std::uint32_t id = static_cast<std::uint32_t>(n) % 50; id < 500; id += 50) {
            report.told(ListenerId{id}, playing(10.0, 20.0), now);
        }
        report.gone(ListenerId{1}, now);
        report.joined(ListenerId{1}, "b", kStream, now);
    }
    EXPECT_LE(report.slots().size(), LockstepReport::kSlots);
    EXPECT_GE(report.slots().size(), LockstepReport::kSlots / 2);
    EXPECT_GE(report.slot_length() * LockstepReport::kSlots, now - report.begin());
    EXPECT_EQ(report.events().size(), LockstepReport::kEvents);
    EXPECT_EQ(report.events_dropped(), 500U + 2U * kSteps - LockstepReport::kEvents);
    std::uint64_t reports = 0;
    std::uint64_t returns = 0;
    for (const Tally& slot : report.slots()) {
        reports += slot.reports;
        returns += slot.returns;
    }
    EXPECT_EQ(reports, 10U * kSteps) << "slots that were put together lose nothing";
    EXPECT_EQ(returns, std::uint64_t{kSteps});
    EXPECT_EQ(report.total().reports, reports);
}

TEST(LockstepReport, TakesAYearOfSilenceAtOnce) {
    LockstepReport report(1, MediaInstant{});
    report.joined(kAnn, "b", kStream, MediaInstant{});
    report.gone(kAnn, MediaInstant{365 * 24h});
    EXPECT_LE(report.slots().size(), LockstepReport::kSlots);
    EXPECT_EQ(report.slots().front().joins, 1U);
    EXPECT_EQ(report.slots().back().departures, 1U);
}

TEST_F(LockstepReportTest, NamesWhoWasGivenSomethingElse) {
    test::send(report, kStream, Epoch{1}, 0, 100);
    join(kAnn);
    join(kBob);
    report.delivered(kAnn, test::told(kStream, Epoch{1}, 0, 50), now);
    auto wrong = test::told(kStream, Epoch{1}, 50, 100);
    ++wrong.sum;
    report.delivered(kBob, wrong, now);
    report.delivered(kBob, wrong, now);
    EXPECT_EQ(report.delivery(kStream).verdict(), Verdict::different);
    EXPECT_EQ(report.delivery(kStream).seconds, 2U);
    EXPECT_EQ(report.refused(), 1U);
    EXPECT_EQ(report.events().back().kind, Kind::different);
    EXPECT_EQ(report.events().back().listener, kBob);
    EXPECT_EQ(report.events().back().count, 1U) << "the second";
    EXPECT_EQ(report.listeners().at(kAnn).seconds_different, 0U);
    EXPECT_EQ(report.listeners().at(kBob).seconds_different, 1U);
    report.delivered(ListenerId{77}, wrong, now);  // nobody
}

TEST_F(LockstepReportTest, TellsHowFarApartTheFarthestTwoAre) {
    const auto off_by = [](double mean_us) {
        ListenerSample sample = playing(10.0, 20.0);
        sample.error_mean_us = mean_us;
        return sample;
    };
    constexpr ListenerId kCid{3};
    for (const ListenerId id : {kAnn, kBob, kCid}) join(id);
    tell(kAnn, off_by(-30.0));
    EXPECT_FALSE(report.apart_us(now)) << "of one alone nothing can be said";
    report.told(kBob, off_by(70.0), now);
    ListenerSample waiting = off_by(9'000.0);
    waiting.playing = false;
    report.told(kCid, waiting, now);
    tell(kAnn, off_by(-30.0));
    EXPECT_DOUBLE_EQ(report.apart_us(now).value_or(0.0), 100.0);
    EXPECT_EQ(report.total().apart.count(), 1U);
    report.told(kBob, off_by(900.0), now + 1s);
    EXPECT_EQ(report.total().apart.count(), 1U) << "not yet time to look again";
    EXPECT_FALSE(report.apart_us(now + 10s)) << "too long ago";

    tell(kAnn, off_by(-30.0));
    report.gone(kBob, now);
    tell(kAnn, off_by(-30.0));
    EXPECT_FALSE(report.apart_us(now)) << "who is gone is nowhere";
    report.told(kCid, playing(1.0, 2.0), now);
    tell(kAnn, off_by(-30.0));
    EXPECT_FALSE(report.apart_us(now)) << "who does not tell neither";
    EXPECT_EQ(report.total().apart.max_us(), 930.0);
    EXPECT_EQ(report.slots()[0].apart.count(), 2U);
}

TEST_F(LockstepReportTest, NotesWhoseSoundWasLost) {
    join(kAnn);
    tell(kAnn, playing(1.0, 2.0));
    ListenerSample sample = playing(1.0, 2.0);
    sample.concealed_frames = 1'920;
    tell(kAnn, sample);
    tell(kAnn, sample);
    ASSERT_EQ(report.events().size(), 2U);
    EXPECT_EQ(report.events()[1].kind, Kind::concealed);
    EXPECT_EQ(report.events()[1].count, 1'920U);
    EXPECT_EQ(report.events()[1].listener, kAnn);
}

TEST_F(LockstepReportTest, NobodyDrivesOutTheEventsOfOthers) {
    join(kAnn);
    join(kBob);
    ListenerSample broken = playing(1.0, 2.0);
    for (std::uint32_t n = 0; n < 1'200; ++n) {
        ++broken.reanchors;
        report.told(kBob, broken, now);
    }
    ASSERT_EQ(report.events().size(), 3U);
    EXPECT_EQ(report.events()[0].listener, kAnn);
    EXPECT_EQ(report.events_dropped(), 1'199U);
    EXPECT_EQ(report.total().reanchors, 1'200U) << "they count";
    now += LockstepReport::kBetweenTroubles;
    ++broken.reanchors;
    report.told(kBob, broken, now);
    EXPECT_EQ(report.events().size(), 4U);
}

TEST_F(LockstepReportTest, DoesNotCountAReturnAsLoss) {
    test::send(report, kStream, Epoch{1}, 0, 1'000);
    join(kAnn);
    report.delivered(kAnn, test::told(kStream, Epoch{1}, 0, 50), now);
    report.gone(kAnn, now);
    join(kAnn);
    report.delivered(kAnn, test::told(kStream, Epoch{1}, 900, 950), now);
    EXPECT_EQ(report.delivery(kStream).verdict(), Verdict::identical);
    EXPECT_EQ(report.delivery(kStream).listeners, 1U);
}

TEST_F(LockstepReportTest, KnowsWhoIsSilentAboutWhatItWasGiven) {
    test::send(report, kStream, Epoch{1}, 0, 50);
    join(kAnn);
    join(kBob);
    report.delivered(kAnn, test::told(kStream, Epoch{1}, 0, 50), now);
    for (int n = 0; n < 4; ++n) tell(kBob, playing(1.0, 2.0));
    EXPECT_EQ(report.delivery(kStream).verdict(), Verdict::identical) << "it has just come";
    tell(kBob, playing(1.0, 2.0));
    EXPECT_EQ(report.delivery(kStream).silent, 1U);
    EXPECT_EQ(report.delivery(kStream).verdict(), Verdict::incomplete);
}

}  // namespace
}  // namespace earshot::evidence
