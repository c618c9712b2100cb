#include "client/core/loss_repair.hpp"

#include "tests/support/sim_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;
using Way = LossRepair::Way;

/// The listener's clock shows what the media clock does.
constexpr LocalInstant kStart{1'000s};
constexpr std::chrono::milliseconds kLead{400};
constexpr std::uint32_t kFirst = 0;
/// Sequence n is heard at (kBegin + n) * 20 ms.
constexpr std::int64_t kBegin = 50'000;

sync::ClockModel same_clock() {
    sync::ClockModel model;
    model.valid = true;
    return model;
}

wire::PacketStamp stamp(std::uint32_t sequence, std::uint32_t epoch = 1, std::uint8_t stream = 0) {
    return {
        StreamId{stream}, Epoch{epoch}, sequence, MediaTime{Frames{(kBegin + sequence) * 960}}, {}};
}

LocalInstant heard_at(std::uint32_t sequence) {
    return LocalInstant{20ms * (kBegin + sequence)};
}
LocalInstant sent_at(std::uint32_t sequence) {
    return heard_at(sequence) - kLead;
}

class LossRepairTest : public testing::Test {
protected:
    LossRepairTest() {
        repair_.set_clock(same_clock());
        repair_.add_round_trip(4ms);
    }
    /// Packets from..to come as they are sent.
    void come(std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t n = from; n <= to; ++n) {
            repair_.received(stamp(n), Way::sent, sent_at(n));
        }
    }
    std::vector<std::uint32_t> asked(LocalInstant now) {
        std::vector<std::uint32_t> numbers;
        for (const wire::PacketName& one : repair_.due(now)) {
            numbers.push_back(one.sequence);
        }
        return numbers;
    }

    LossRepair repair_;
};

using Numbers = std::vector<std::uint32_t>;

TEST_F(LossRepairTest, AsksForNothingWhereNothingIsMissing) {
    for (std::uint32_t n = kFirst; n < kFirst + 500; ++n) {
        come(n, n);
        EXPECT_EQ(asked(sent_at(n) + 5ms), Numbers{});
    }
    EXPECT_EQ(repair_.lost_permille(sent_at(kFirst + 500)), 0U);
}

TEST_F(LossRepairTest, AsksForAGapOnceReorderingIsOutOfTheQuestion) {
    come(kFirst, kFirst + 9);
    come(kFirst + 12, kFirst + 12);
    const LocalInstant seen = sent_at(kFirst + 12);
    EXPECT_EQ(asked(seen + 9ms), Numbers{});
    EXPECT_EQ(repair_.next_due(), seen + 10ms);
    EXPECT_EQ(asked(seen + 10ms), (Numbers{kFirst + 10, kFirst + 11}));
}

TEST_F(LossRepairTest, AsksForNothingThatOnlyChangedPlaces) {
    come(kFirst, kFirst + 9);
    come(kFirst + 11, kFirst + 11);
    repair_.received(stamp(kFirst + 10), Way::sent, sent_at(kFirst + 11) + 8ms);
    EXPECT_EQ(asked(sent_at(kFirst + 11) + 15ms), Numbers{});
    EXPECT_EQ(repair_.lost_permille(sent_at(kFirst + 12)), 0U);
    EXPECT_EQ(repair_.repaired(), 0U);
}

TEST_F(LossRepairTest, AsksAgainAfterARoundTripUntilItComes) {
    come(kFirst, kFirst + 9);
    come(kFirst + 11, kFirst + 11);
    const LocalInstant first = sent_at(kFirst + 11) + 10ms;
    EXPECT_EQ(asked(first), (Numbers{kFirst + 10}));
    EXPECT_EQ(asked(first + 5ms), Numbers{});
    come(kFirst + 12, kFirst + 12);
    EXPECT_EQ(asked(first + 15ms), (Numbers{kFirst + 10}));
    repair_.received(stamp(kFirst + 10), Way::again, first + 19ms);
    EXPECT_EQ(repair_.repaired(), 1U);
    come(kFirst + 13, kFirst + 13);
    EXPECT_EQ(asked(first + 35ms), Numbers{});
    repair_.received(stamp(kFirst + 10), Way::again, first + 36ms);
    EXPECT_EQ(repair_.repaired(), 1U) << "the second copy repairs nothing";
}

TEST_F(LossRepairTest, StopsWhenThereIsNoTimeLeft) {
    come(kFirst, kFirst + 9);
    come(kFirst + 11, kFirst + 11);
    int times = 0;
    LocalInstant last{};
    std::uint32_t next = kFirst + 12;
    for (LocalInstant now = sent_at(kFirst + 11); now < heard_at(kFirst + 12); now += 1ms) {
        for (; sent_at(next) <= now; ++next) {
            come(next, next);
        }
        if (!asked(now).empty()) {
            ++times;
            last = now;
        }
    }
    EXPECT_GE(times, 8);
    EXPECT_LE(times, 20);
    EXPECT_LT(last, heard_at(kFirst + 10) - 24ms);
    EXPECT_EQ(repair_.given_up(), 1U);
}

TEST_F(LossRepairTest, NoticesThatTheLastOnesNeverCame) {
    come(kFirst, kFirst + 40);
    EXPECT_EQ(asked(sent_at(kFirst + 41) + 9ms), Numbers{});
    EXPECT_EQ(repair_.next_due(), sent_at(kFirst + 41) + 10ms);
    EXPECT_EQ(asked(sent_at(kFirst + 41) + 10ms), (Numbers{kFirst + 41}));
    EXPECT_EQ(asked(sent_at(kFirst + 42) + 10ms), (Numbers{kFirst + 41, kFirst + 42}));
}

TEST_F(LossRepairTest, GivesBundlesTheTimeTheyTake) {
    // Three at once: the first of each comes 40 ms later than it could.
    for (std::uint32_t n = kFirst; n < kFirst + 60; n += 3) {
        for (std::uint32_t i = 0; i < 3; ++i) {
            repair_.received(stamp(n + i), Way::sent, sent_at(n + 2));
        }
        EXPECT_EQ(asked(sent_at(n + 2) + 59ms), Numbers{});
    }
    EXPECT_EQ(asked(sent_at(kFirst + 62) + 10ms).front(), kFirst + 60);
}

TEST_F(LossRepairTest, SoonForgetsAnEndedStream) {
    come(kFirst, kFirst + 40);
    std::set<std::uint32_t> numbers;
    std::size_t items = 0;
    for (LocalInstant now = sent_at(kFirst + 41); now < sent_at(kFirst + 41) + 10s; now += 5ms) {
        for (const std::uint32_t one : asked(now)) {
            numbers.insert(one);
            ++items;
        }
    }
    EXPECT_LE(numbers.size(), 8U);
    EXPECT_LE(items, 120U);
    EXPECT_EQ(repair_.lost_permille(sent_at(kFirst + 42)), 0U) << "perhaps there was nothing";
    EXPECT_EQ(repair_.given_up(), 0U);
    EXPECT_EQ(repair_.next_due(), LocalInstant::max());
    EXPECT_FALSE(repair_.audio_flows(sent_at(kFirst + 41) + 10s));
}

TEST_F(LossRepairTest, LooksBeyondTheNewestEpochOnly) {
    come(kFirst, kFirst + 40);
    for (std::uint32_t n = 0; n <= 40; ++n) {
        repair_.received(stamp(n, 2), Way::sent, sent_at(kFirst + n));
    }
    const auto names = repair_.due(sent_at(kFirst + 41) + 10ms);
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0], (wire::PacketName{StreamId{0}, Epoch{2}, 41}));
}

TEST_F(LossRepairTest, MissesTheFirstPacketsOfAnEpoch) {
    repair_.received(stamp(2, 2), Way::sent, sent_at(kFirst + 2));
    EXPECT_EQ(asked(sent_at(kFirst + 2) + 10ms), (Numbers{0, 1}));
    EXPECT_EQ(repair_.lost_permille(sent_at(3)), 0U) << "perhaps they were for others";
    repair_.received(stamp(0, 2), Way::again, sent_at(3));
    EXPECT_EQ(repair_.repaired(), 1U);
}

TEST_F(LossRepairTest, IsNotOwedWhatWasHeardBeforeTheJoin) {
    // A joiner is sent what is due in 60 ms and later.
    const LocalInstant now = heard_at(100) - 60ms;
    for (std::uint32_t n = 100; n < 117; ++n) {
        repair_.received(stamp(n), Way::sent, now);
    }
    EXPECT_EQ(asked(now + 10ms), Numbers{});
}

TEST_F(LossRepairTest, AsksForNothingBeforeTheClockIsKnown) {
    LossRepair young;
    young.received(stamp(kFirst), Way::sent, sent_at(kFirst));
    young.received(stamp(kFirst + 5), Way::sent, sent_at(kFirst + 5));
    EXPECT_TRUE(young.due(sent_at(kFirst + 5) + 50ms).empty());
    EXPECT_EQ(young.next_due(), LocalInstant::max());
    young.set_clock(same_clock());
    EXPECT_EQ(young.due(sent_at(kFirst + 5) + 50ms).size(), 4U);
}

TEST_F(LossRepairTest, CountsLossesByTheThousandOfTheLastFourSeconds) {
    std::uint32_t n = kFirst;
    const auto pass = [&](std::uint32_t packets, std::uint32_t lose_each) {
        for (const std::uint32_t end = n + packets; n < end; ++n) {
            if (lose_each == 0 || n % lose_each != 0) {
                come(n, n);
            }
            (void)asked(sent_at(n) + 12ms);
        }
    };
    pass(400, 20);
    EXPECT_NEAR(repair_.lost_permille(sent_at(n)), 50.0, 8.0);
    pass(400, 4);
    EXPECT_NEAR(repair_.lost_permille(sent_at(n)), 250.0, 15.0);
    pass(400, 0);
    EXPECT_EQ(repair_.lost_permille(sent_at(n)), 0U);
}

TEST_F(LossRepairTest, ARepetitionThatFillsAGapAtOnceStillCountsAsALoss) {
    come(kFirst, kFirst + 9);
    come(kFirst + 11, kFirst + 11);
    repair_.received(stamp(kFirst + 10), Way::again, sent_at(kFirst + 11));
    EXPECT_EQ(repair_.repaired(), 1U);
    EXPECT_EQ(repair_.lost_permille(sent_at(kFirst + 12)), 83U);  // 1 of 12
}

TEST_F(LossRepairTest, OnlyAsksForWhatIsStillOfUseWhenItBeginsToAsk) {
    come(kFirst, kFirst + 9);
    come(kFirst + 60, kFirst + 60);
    const LocalInstant now = heard_at(kFirst + 50);
    repair_.resume(now);
    const Numbers numbers = asked(now);
    ASSERT_GE(numbers.size(), 8U);
    EXPECT_EQ(numbers[0], kFirst + 52);
    EXPECT_EQ(numbers[7], kFirst + 59);
    EXPECT_EQ(repair_.given_up(), 0U);
}

/// What a network with losses lets through, with a server that sends again what is asked for.
struct Outcome {
    int never = 0;
    int packets = 0;
    std::uint32_t permille = 0;
    std::size_t questions = 0;
};

Outcome simulate(std::uint32_t seed, double loss, std::chrono::microseconds one_way, int bundle) {
    test::SimRandom random(seed);
    LossRepair repair;
    repair.set_clock(same_clock());
    repair.add_round_trip(2 * one_way);
    struct Arrival {
        wire::PacketStamp stamp;
        Way way;
    };
    std::multimap<LocalInstant, Arrival> under_way;
    std::map<std::uint32_t, LocalInstant> came;
    constexpr std::uint32_t kPackets = 3'000;
    std::uint32_t next = kFirst;
    const auto count = static_cast<std::uint32_t>(bundle);
    Outcome out;
    for (LocalInstant now = sent_at(kFirst); now < heard_at(kFirst + kPackets); now += 1ms) {
        while (next < kFirst + kPackets && sent_at(next + count - 1) <= now) {
            const bool lost = random.chance(loss);
            for (const std::uint32_t end = next + count; next < end; ++next) {
                if (!lost) {
                    under_way.emplace(now + one_way, Arrival{stamp(next), Way::sent});
                }
            }
        }
        while (!under_way.empty() && under_way.begin()->first <= now) {
            const Arrival& one = under_way.begin()->second;
            repair.received(one.stamp, one.way, now);
            came.try_emplace(one.stamp.sequence, now);
            under_way.erase(under_way.begin());
        }
        if (repair.next_due() > now) {
            continue;
        }
        const auto names = repair.due(now);
        out.questions += names.empty() ? 0U : 1U;
        const bool question_lost = random.chance(loss);
        for (const wire::PacketName& name : names) {
            if (!question_lost && name.sequence < next && !random.chance(loss)) {
                under_way.emplace(now + 2 * one_way, Arrival{stamp(name.sequence), Way::again});
            }
        }
        if (next == kFirst + kPackets && out.permille == 0) {
            out.permille = repair.lost_permille(now);
        }
    }
    for (std::uint32_t n = kFirst + count; n < next; ++n) {
        ++out.packets;
        const auto at = came.find(n);
        out.never += at == came.end() || at->second > heard_at(n) ? 1 : 0;
    }
    return out;
}

TEST(LossRepairSimulation, LeavesNothingMissingAtFivePerCent) {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        for (const int bundle : {1, 3}) {
            const Outcome out = simulate(seed, 0.05, 5ms, bundle);
            EXPECT_EQ(out.never, 0) << "seed " << seed << ", bundles of " << bundle;
            EXPECT_GT(out.questions, 20U);
        }
    }
}

TEST(LossRepairSimulation, LeavesLessThanOnePerCentMissingAtThirty) {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        for (const int bundle : {1, 3}) {
            const Outcome out = simulate(seed, 0.3, 10ms, bundle);
            EXPECT_LE(out.never, out.packets / 100) << "seed " << seed << " of " << bundle;
            EXPECT_NEAR(out.permille, 300.0, 130.0) << "seed " << seed << " of " << bundle;
        }
    }
}

TEST(LossRepairHostile, StaysSmallWhateverNumbersCome) {
    test::SimRandom random(11);
    LossRepair repair;
    repair.set_clock(same_clock());
    LocalInstant now = kStart;
    const auto number = [&] { return random.seed(); };
    for (int n = 0; n < 20'000; ++n) {
        now += std::chrono::microseconds{number() % 50'000};
        wire::PacketStamp odd = stamp(number(), number() % 5, static_cast<std::uint8_t>(number()));
        if (random.chance(0.5)) {
            odd.sequence %= 200;
        }
        const std::int64_t far = std::int64_t{1} << (number() % 49U);
        odd.media = MediaTime{Frames{random.chance(0.5) ? far : -far}};
        repair.received(odd, random.chance(0.5) ? Way::sent : Way::again, now);
        EXPECT_LE(repair.due(now).size(), LossRepair::kMostAtOnce);
        EXPECT_LE(repair.lost_permille(now), 1'000U);
        (void)repair.next_due();
    }
}

}  // namespace
}  // namespace earshot::client
