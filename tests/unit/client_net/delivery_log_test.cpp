#include "client/core/delivery_log.hpp"

#include <gtest/gtest.h>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

wire::PacketSlot packet(std::uint32_t sequence, std::uint8_t first = 7, std::uint32_t epoch = 1) {
    wire::PacketSlot slot;
    slot.stamp = {.stream = StreamId{1},
                  .epoch = Epoch{epoch},
                  .sequence = sequence,
                  .media = MediaTime{kPacketFrames * sequence},
                  .programme = ProgrammeTime{kPacketFrames * sequence}};
    slot.size = 2;
    slot.payload[0] = std::byte{first};
    slot.payload[1] = static_cast<std::byte>(sequence);
    return slot;
}

class DeliveryLogTest : public ::testing::Test {
protected:
    void add(std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t n = from; n < to; ++n) log.add(packet(n), now);
    }
    DeliveryLog log;
    LocalInstant now{10s};
};

TEST_F(DeliveryLogTest, TellsOfASecondOnceAndWhenItHasSettled) {
    add(0, 50);
    EXPECT_TRUE(log.take_settled(now + DeliveryLog::kSettles - 1ns).empty());
    const auto seconds = log.take_settled(now + DeliveryLog::kSettles);
    ASSERT_EQ(seconds.size(), 1U);
    EXPECT_EQ(seconds[0].stream, StreamId{1});
    EXPECT_EQ(seconds[0].epoch, Epoch{1});
    EXPECT_EQ(seconds[0].second, 0U);
    EXPECT_EQ(seconds[0].count(), 50);
    EXPECT_TRUE(log.take_settled(now + 1h).empty());
}

TEST_F(DeliveryLogTest, NeitherOrderNorRepetitionMakesADifference) {
    add(0, 50);
    const auto straight = log.take_settled(now + 2s);
    for (std::uint32_t n = 50; n > 0; --n) {
        log.add(packet(n - 1), now);
        log.add(packet(n - 1), now);
    }
    const auto back = log.take_settled(now + 2s);
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(back[0].sum, straight.at(0).sum);
    EXPECT_EQ(back[0].packets, straight.at(0).packets);
}

TEST_F(DeliveryLogTest, OneBitOrTwoPayloadsInEachOthersPlaceChangeTheSum) {
    const auto sum_of = [&](std::uint8_t first, std::uint8_t second) {
        log.add(packet(0, first), now);
        log.add(packet(1, second), now);
        return log.take_settled(now + 2s).at(0).sum;
    };
    const std::uint32_t sum = sum_of(1, 2);
    EXPECT_EQ(sum_of(1, 2), sum);
    EXPECT_NE(sum_of(1, 3), sum);
    EXPECT_NE(sum_of(2, 1), sum);
}

TEST_F(DeliveryLogTest, NamesThePacketsThatHaveCome) {
    log.add(packet(103), now);
    log.add(packet(149), now);
    const auto seconds = log.take_settled(now + 2s);
    ASSERT_EQ(seconds.size(), 1U);
    EXPECT_EQ(seconds[0].second, 2U);
    EXPECT_EQ(seconds[0].packets, (std::uint64_t{1} << 49U) | (std::uint64_t{1} << 3U));
    EXPECT_EQ(seconds[0].first(), 103U);
    EXPECT_EQ(seconds[0].last(), 149U);
}

TEST_F(DeliveryLogTest, TellsOfNoSecondBeforeTheOneBeforeItHasSettled) {
    log.add(packet(60), now);
    log.add(packet(10), now);  // overtaken
    log.add(packet(11), now + 1s);
    EXPECT_TRUE(log.take_settled(now + 2s).empty());
    const auto seconds = log.take_settled(now + 3s);
    ASSERT_EQ(seconds.size(), 2U);
    EXPECT_EQ(seconds[0].second, 0U);
    EXPECT_EQ(seconds[1].second, 1U);
}

TEST_F(DeliveryLogTest, KeepsEpochsApartAndInTheOrderTheyBegan) {
    log.add(packet(60), now);
    log.add(packet(0, 7, 2), now);
    log.add(packet(61), now);
    const auto seconds = log.take_settled(now + 2s);
    ASSERT_EQ(seconds.size(), 2U);
    EXPECT_EQ(seconds[0].epoch, Epoch{1});
    EXPECT_EQ(seconds[0].count(), 2);
    EXPECT_EQ(seconds[1].epoch, Epoch{2});
}

TEST_F(DeliveryLogTest, IsBoundedWhateverComes) {
    for (std::uint32_t n = 0; n < 10'000; ++n) log.add(packet(n * 50), now);
    std::size_t taken = 0;
    for (auto seconds = log.take_settled(now + 2s); !seconds.empty();
         seconds = log.take_settled(now + 2s)) {
        EXPECT_LE(seconds.size(), DeliveryLog::kMostAtOnce);
        taken += seconds.size();
    }
    EXPECT_EQ(taken, 24U) << "the newest";
}

}  // namespace
}  // namespace earshot::client
