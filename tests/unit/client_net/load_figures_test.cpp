#include "client/tools/load_figures.hpp"

#include <gtest/gtest.h>

namespace earshot::load {
namespace {

using namespace std::chrono_literals;

/// @param begin  Media time of the epoch's first packet, in packets.
wire::PacketStamp stamp(std::uint8_t stream,
                        std::uint32_t epoch,
                        std::uint32_t sequence,
                        std::uint32_t begin = 0) {
    return {
        StreamId{stream}, Epoch{epoch}, sequence, MediaTime{Frames{(begin + sequence) * 960}}, {}};
}

TEST(SequenceCheck, FindsNothingMissingInARun) {
    SequenceCheck check;
    for (std::uint32_t i = 37; i < 137; ++i) {
        check.take(stamp(0, 1, i));
    }
    EXPECT_EQ(check.received(), 100U);
    EXPECT_EQ(check.missing(), 0U);
}

TEST(SequenceCheck, CountsEveryPacketOfAGap) {
    SequenceCheck check;
    check.take(stamp(0, 1, 10));
    EXPECT_EQ(check.take(stamp(0, 1, 14)), 3U);
    EXPECT_EQ(check.missing(), 3U);
    EXPECT_EQ(check.received(), 2U);
}

TEST(SequenceCheck, ExpectsANewEpochFromItsFirstPacket) {
    SequenceCheck check;
    check.take(stamp(0, 1, 10));
    EXPECT_EQ(check.take(stamp(0, 2, 0, 50)), 0U);
    EXPECT_EQ(check.take(stamp(0, 3, 2, 90)), 2U);
}

TEST(SequenceCheck, FollowsTwoEpochsThatComeInTurn) {
    SequenceCheck check;
    for (std::uint32_t i = 0; i < 5; ++i) {
        check.take(stamp(0, 1, 10 + i));
        check.take(stamp(0, 2, i, 10));
    }
    EXPECT_EQ(check.received(), 10U);
    EXPECT_EQ(check.missing() + check.repeated(), 0U);
    check.take(stamp(0, 1, 16));
    EXPECT_EQ(check.missing(), 1U);
}

TEST(SequenceCheck, IsNotOwedWhatAnEpochBeganWithBeforeTheJoin) {
    SequenceCheck check;
    check.take(stamp(0, 1, 13));
    EXPECT_EQ(check.take(stamp(0, 2, 3, 10)), 0U);  // its packets 0 to 2 lie before
    SequenceCheck late;
    late.take(stamp(0, 1, 13));
    EXPECT_EQ(late.take(stamp(0, 2, 5, 10)), 2U);  // 3 and 4 were still due
}

TEST(SequenceCheck, BeginsAnewOnAnotherStream) {
    SequenceCheck check;
    check.take(stamp(0, 1, 10));
    EXPECT_EQ(check.take(stamp(1, 1, 40)), 0U);
    EXPECT_EQ(check.missing(), 0U);
}

TEST(SequenceCheck, DoesNotCountARepetitionAsReceived) {
    SequenceCheck check;
    check.take(stamp(0, 2, 10));
    check.take(stamp(0, 2, 10));
    check.take(stamp(0, 2, 9));
    EXPECT_EQ(check.received(), 1U);
    EXPECT_EQ(check.repeated(), 2U);
}

TEST(SequenceCheck, ForgivesWhatComesAfterLaterOnes) {
    SequenceCheck check;
    check.take(stamp(0, 1, 10));
    EXPECT_EQ(check.take(stamp(0, 1, 14)), 3U);
    check.take(stamp(0, 1, 12));
    check.take(stamp(0, 1, 12));
    EXPECT_EQ(check.missing(), 2U);
    EXPECT_EQ(check.repaired(), 1U);
    EXPECT_EQ(check.repeated(), 1U);
    EXPECT_EQ(check.received(), 3U);
}

TEST(Histogram, FindsQuantilesToWithinABin) {
    Histogram values(0.0, 100.0, 0.5);
    for (int i = 1; i <= 1'000; ++i) {
        values.add(i * 0.1);
    }
    EXPECT_NEAR(values.quantile(0.50), 50.0, 0.5);
    EXPECT_NEAR(values.quantile(0.99), 99.0, 0.5);
    EXPECT_NEAR(values.quantile(0.0), 0.1, 0.5);
    EXPECT_DOUBLE_EQ(values.most(), 100.0);
    EXPECT_DOUBLE_EQ(values.least(), 0.1);
}

TEST(Histogram, KeepsWhatLiesOutsideAtItsEnds) {
    Histogram values(0.0, 10.0, 1.0);
    values.add(-50.0);
    values.add(5.5);
    values.add(99.0);
    EXPECT_EQ(values.count(), 3U);
    EXPECT_DOUBLE_EQ(values.least(), -50.0);
    EXPECT_DOUBLE_EQ(values.most(), 99.0);
    EXPECT_NEAR(values.quantile(0.5), 5.5, 0.5);
    EXPECT_DOUBLE_EQ(Histogram(0.0, 1.0, 0.1).quantile(0.5), 0.0);
}

TEST(SpreadWatch, MeasuresFromTheFirstListenerToTheLast) {
    SpreadWatch watch;
    Histogram spread(0.0, 1e6, 10.0);
    const LocalInstant start{10s};
    watch.take(stamp(0, 1, 5), start);
    watch.take(stamp(0, 1, 5), start + 300us);
    watch.take(stamp(0, 1, 5), start + 700us);
    watch.take(stamp(1, 1, 5), start + 5ms);  // Another stream's, and only one has it.
    watch.expire(start + 500ms, spread);
    EXPECT_EQ(spread.count(), 0U);
    watch.expire(start + 2s, spread);
    ASSERT_EQ(spread.count(), 1U);
    EXPECT_DOUBLE_EQ(spread.most(), 700.0);
}

}  // namespace
}  // namespace earshot::load
