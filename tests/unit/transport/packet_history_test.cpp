#include "server/transport/packet_history.hpp"

#include <gtest/gtest.h>

namespace earshot::transport {
namespace {

using namespace std::chrono_literals;

PacketPtr packet(std::uint32_t sequence,
                 MediaInstant heard,
                 std::uint32_t epoch = 1,
                 std::uint8_t stream = 0) {
    wire::PacketSlot slot;
    slot.stamp.stream = StreamId{stream};
    slot.stamp.epoch = Epoch{epoch};
    slot.stamp.sequence = sequence;
    slot.stamp.media = to_frame(heard);
    return share_packet(slot);
}

constexpr Frames kLead = 400ms;

/// Sends one packet every 20 ms, `kLead` ahead, and returns the time of the last one.
MediaInstant run(PacketHistory& history, int packets) {
    MediaInstant now{1s};
    for (int i = 0; i < packets; ++i) {
        now += 20ms;
        history.append(packet(static_cast<std::uint32_t>(i), now + 400ms), now);
    }
    return now;
}

TEST(PacketHistory, GivesWhatIsStillDue) {
    PacketHistory history(kLead);
    const MediaInstant now = run(history, 500);
    const auto due = history.due(StreamId{0}, now + 60ms);
    ASSERT_EQ(due.size(), 18U);  // 60, 80, ... 400 ms from now
    EXPECT_EQ(due.front()->stamp.sequence, 482U);
    EXPECT_EQ(due.back()->stamp.sequence, 499U);
}

TEST(PacketHistory, FindsAPacketByItsName) {
    PacketHistory history(kLead);
    const MediaInstant now{1s};
    history.append(packet(7, now + 100ms, 1, 3), now);
    history.append(packet(7, now + 120ms, 2, 3), now);
    const PacketPtr found = history.find(StreamId{3}, Epoch{1}, 7);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->stamp.epoch, Epoch{1});
    EXPECT_EQ(history.find(StreamId{3}, Epoch{1}, 8), nullptr);
    EXPECT_EQ(history.find(StreamId{3}, Epoch{3}, 7), nullptr);
    EXPECT_EQ(history.find(StreamId{4}, Epoch{1}, 7), nullptr);
    EXPECT_EQ(history.find(StreamId{200}, Epoch{1}, 7), nullptr);
}

TEST(PacketHistory, KeepsNoMoreThanTheLead) {
    PacketHistory history(kLead);
    run(history, 500);
    EXPECT_LE(history.size(StreamId{0}), 22U);
    EXPECT_GE(history.size(StreamId{0}), 20U);
}

TEST(PacketHistory, ShrinksWhenTheLeadDoes) {
    PacketHistory history(kLead);
    const MediaInstant now = run(history, 100);
    history.set_lead(Frames{150ms});
    history.append(packet(100, now + 170ms), now + 20ms);
    EXPECT_LE(history.size(StreamId{0}), 10U);
}

TEST(PacketHistory, KeepsStreamsApart) {
    PacketHistory history(kLead);
    const MediaInstant now{1s};
    history.append(packet(1, now + 100ms, 1, 0), now);
    history.append(packet(2, now + 100ms, 1, 7), now);
    ASSERT_EQ(history.due(StreamId{7}, now).size(), 1U);
    EXPECT_EQ(history.due(StreamId{7}, now)[0]->stamp.sequence, 2U);
    EXPECT_TRUE(history.due(StreamId{3}, now).empty());
    EXPECT_TRUE(history.due(StreamId{200}, now).empty());
}

TEST(PacketHistory, GivesBothEpochsOfARelocationInOrderOfMediaTime) {
    PacketHistory history(kLead);
    const MediaInstant now{1s};
    for (std::uint32_t i = 0; i < 4; ++i)
        history.append(packet(10 + i, now + 100ms + 20ms * i), now);
    for (std::uint32_t i = 0; i < 3; ++i) history.append(packet(i, now + 120ms + 20ms * i, 2), now);
    const auto due = history.due(StreamId{0}, now + 60ms);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> order;
    for (const auto& each : due) order.emplace_back(each->stamp.epoch.value, each->stamp.sequence);
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> expected{
        {1, 10}, {1, 11}, {2, 0}, {1, 12}, {2, 1}, {1, 13}, {2, 2}};
    EXPECT_EQ(order, expected);
}

}  // namespace
}  // namespace earshot::transport
