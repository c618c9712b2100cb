#include "server/transport/send_queue.hpp"

#include <gtest/gtest.h>

namespace earshot::transport {
namespace {

using namespace std::chrono_literals;
using What = NextWrite::What;

constexpr MediaInstant kNow{10s};

PacketPtr packet(std::uint32_t sequence,
                 MediaInstant heard,
                 std::uint32_t epoch = 1,
                 std::uint8_t stream = 0) {
    wire::PacketSlot slot;
    slot.stamp.stream = StreamId{stream};
    slot.stamp.epoch = Epoch{epoch};
    slot.stamp.sequence = sequence;
    slot.stamp.media = to_frame(heard);
    slot.size = 10;
    return share_packet(slot);
}

PacketPtr heard_in(std::chrono::milliseconds ahead, std::uint32_t sequence = 0) {
    return packet(sequence, kNow + ahead);
}

wire::SharedEnvelope envelope(std::size_t size, std::byte kind = std::byte{0x22}) {
    return std::make_shared<const std::vector<std::byte>>(size, kind);
}

TEST(SendQueue, WritesClockBeforeControlBeforeAudio) {
    SendQueue queue;
    queue.push_audio(heard_in(400ms));
    ASSERT_TRUE(queue.push_control(envelope(5)));
    queue.push_sync({.t1_local_ns = 7, .sequence = 3, .t2 = kNow});
    EXPECT_EQ(queue.next(kNow, 1, false).what, What::sync_reply);
    EXPECT_EQ(queue.next(kNow, 1, false).what, What::envelope);
    EXPECT_EQ(queue.next(kNow, 1, false).what, What::bundle);
    EXPECT_EQ(queue.next(kNow, 1, false).what, What::nothing);
}

TEST(SendQueue, GivesMessagesAndAudioApart) {
    SendQueue queue;
    queue.push_audio(heard_in(400ms));
    ASSERT_TRUE(queue.push_control(envelope(5)));
    queue.push_sync({.t1_local_ns = 7, .sequence = 3, .t2 = kNow});
    EXPECT_EQ(queue.next_audio(kNow, 1, false).what, What::bundle);
    EXPECT_EQ(queue.next_audio(kNow, 1, false).what, What::nothing);
    queue.push_audio(heard_in(400ms));
    EXPECT_EQ(queue.next_message().what, What::sync_reply);
    EXPECT_EQ(queue.next_message().what, What::envelope);
    EXPECT_EQ(queue.next_message().what, What::nothing);
    EXPECT_EQ(queue.audio_waiting(), 1U);
}

TEST(SendQueue, NeverWritesAPacketWhoseTimeHasPassed) {
    SendQueue queue;
    queue.push_audio(heard_in(-20ms, 0));
    queue.push_audio(heard_in(4ms, 1));  // inside the margin of 5 ms
    queue.push_audio(heard_in(6ms, 2));
    const NextWrite write = queue.next(kNow, 1, false);
    ASSERT_EQ(write.what, What::bundle);
    ASSERT_EQ(write.packet_count, 1);
    EXPECT_EQ(write.packets[0]->stamp.sequence, 2U);
    EXPECT_EQ(queue.dropped(), 2U);
}

TEST(SendQueue, DropsLatePacketsBehindOnesThatAreInTime) {
    SendQueue queue;
    queue.push_audio(packet(50, kNow + 300ms, 1));
    queue.push_audio(packet(0, kNow - 10ms, 2));
    queue.push_audio(packet(1, kNow + 10ms, 2));
    const NextWrite write = queue.next(kNow, 1, false);
    ASSERT_EQ(write.packet_count, 2);
    EXPECT_EQ(write.packets[0]->stamp.sequence, 50U);
    EXPECT_EQ(write.packets[1]->stamp.sequence, 1U);
    EXPECT_EQ(queue.dropped(), 1U);
}

TEST(SendQueue, BundlesUpToEightPacketsWhenThePeerLags) {
    SendQueue queue;
    for (std::uint32_t i = 0; i < 11; ++i) queue.push_audio(heard_in(200ms + 20ms * i, i));
    const NextWrite first = queue.next(kNow, 1, false);
    ASSERT_EQ(first.packet_count, wire::kMaxBundlePackets);
    EXPECT_EQ(first.packets[7]->stamp.sequence, 7U);
    const NextWrite second = queue.next(kNow, 1, false);
    ASSERT_EQ(second.packet_count, 3);
    EXPECT_EQ(second.packets[0]->stamp.sequence, 8U);
}

TEST(SendQueue, HoldsAudioBackUntilTheBundleIsFull) {
    SendQueue queue(/*phase=*/1);
    queue.push_audio(heard_in(400ms, 0));
    ASSERT_EQ(queue.next(kNow, 3, false).what, What::bundle) << "the first ever goes at once";
    queue.push_audio(heard_in(420ms, 2));
    EXPECT_EQ(queue.next(kNow, 3, false).what, What::nothing);
    queue.push_audio(heard_in(440ms, 3));
    EXPECT_EQ(queue.next(kNow, 3, false).what, What::nothing);
    queue.push_audio(heard_in(460ms, 5));
    EXPECT_EQ(queue.next(kNow, 3, false).packet_count, 3);
}

TEST(SendQueue, SpreadsBundledConnectionsOverTheTicks) {
    std::array<int, 2> writes_on_tick{};
    for (std::uint32_t phase = 0; phase < 2; ++phase) {
        SendQueue queue(phase);
        queue.push_audio(heard_in(400ms, 0));
        (void)queue.next(kNow, 2, true);
        for (std::uint32_t tick = 2; tick < 22; ++tick) {
            queue.push_audio(heard_in(400ms + 20ms * tick, tick));
            if (queue.next(kNow, 2, false).what == What::bundle) ++writes_on_tick[tick % 2];
        }
    }
    EXPECT_EQ(writes_on_tick[0], 10);
    EXPECT_EQ(writes_on_tick[1], 10);
}

TEST(SendQueue, DoesNotHoldBackWhatIsUrgent) {
    SendQueue queue(/*phase=*/1);
    queue.push_audio(heard_in(400ms, 0));
    (void)queue.next(kNow, 3, false);
    queue.push_audio(heard_in(99ms, 2));
    EXPECT_EQ(queue.next(kNow, 3, false).what, What::bundle);
}

TEST(SendQueue, SendsTheFirstPacketOfAnEpochUnbundled) {
    SendQueue queue(/*phase=*/1);
    queue.push_audio(packet(0, kNow + 400ms, 1));
    (void)queue.next(kNow, 3, false);
    queue.push_audio(packet(0, kNow + 400ms, 2));
    EXPECT_EQ(queue.next(kNow, 3, false).packet_count, 1);
    queue.push_audio(packet(2, kNow + 420ms, 2));
    EXPECT_EQ(queue.next(kNow, 3, false).what, What::nothing);
}

TEST(SendQueue, FlushesWhatWaitsForABundle) {
    SendQueue queue(/*phase=*/1);
    queue.push_audio(heard_in(400ms, 0));
    (void)queue.next(kNow, 3, false);
    queue.push_audio(heard_in(420ms, 2));
    EXPECT_EQ(queue.next(kNow, 3, true).what, What::bundle);
}

TEST(SendQueue, NeverMixesStreamsInABundle) {
    SendQueue queue;
    queue.push_audio(packet(0, kNow + 400ms, 1, 0));
    queue.push_audio(packet(0, kNow + 400ms, 1, 3));
    const NextWrite first = queue.next(kNow, 1, false);
    ASSERT_EQ(first.packet_count, 1);
    EXPECT_EQ(first.packets[0]->stamp.stream, StreamId{0});
    EXPECT_EQ(queue.next(kNow, 1, false).packets[0]->stamp.stream, StreamId{3});
}

TEST(SendQueue, RefusesControlAboveItsCount) {
    SendQueue queue(0, {.control_envelopes = 2});
    EXPECT_TRUE(queue.push_control(envelope(1)));
    EXPECT_TRUE(queue.push_control(envelope(1)));
    EXPECT_FALSE(queue.push_control(envelope(1)));
    (void)queue.next(kNow, 1, false);
    EXPECT_TRUE(queue.push_control(envelope(1)));
}

TEST(SendQueue, RefusesControlAboveItsBytes) {
    SendQueue queue(0, {.control_bytes = 100});
    EXPECT_TRUE(queue.push_control(envelope(60)));
    EXPECT_FALSE(queue.push_control(envelope(60)));
    (void)queue.next(kNow, 1, false);
    EXPECT_TRUE(queue.push_control(envelope(60)));
}

TEST(SendQueue, LosesTheOldestAudioWhenFull) {
    SendQueue queue(0, {.audio_packets = 3});
    for (std::uint32_t i = 0; i < 5; ++i) queue.push_audio(heard_in(400ms, i));
    const NextWrite write = queue.next(kNow, 1, false);
    ASSERT_EQ(write.packet_count, 3);
    EXPECT_EQ(write.packets[0]->stamp.sequence, 2U);
    EXPECT_EQ(queue.dropped(), 2U);
}

TEST(SendQueue, LosesTheOldestClockReplyWhenFull) {
    SendQueue queue(0, {.sync_replies = 2});
    for (std::uint32_t i = 0; i < 3; ++i) queue.push_sync({.sequence = i});
    EXPECT_EQ(queue.next(kNow, 1, false).sync.sequence, 1U);
    EXPECT_EQ(queue.next(kNow, 1, false).sync.sequence, 2U);
    EXPECT_EQ(queue.next(kNow, 1, false).what, What::nothing);
}

TEST(SendQueue, WritesSoundBeforeHapticPointsBeforeTactileSound) {
    SendQueue queue;
    queue.push_audio(packet(1, kNow + 400ms, 1, 9));
    queue.push_audio(packet(2, kNow + 400ms, 1, 17));
    queue.push_audio(packet(3, kNow + 400ms, 1, 1));
    for (const std::uint32_t expected : {3U, 2U, 1U}) {
        const NextWrite write = queue.next(kNow, 1, false);
        ASSERT_EQ(write.packet_count, 1);
        EXPECT_EQ(write.packets[0]->stamp.sequence, expected);
    }
    EXPECT_EQ(queue.next(kNow, 1, false).what, What::nothing);
}

TEST(SendQueue, BundlesAndDropsCompanionsAsSound) {
    SendQueue queue(/*phase=*/0, {.audio_packets = 4});
    for (std::uint32_t i = 0; i < 6; ++i) queue.push_audio(packet(i, kNow + 400ms, 1, 8));
    queue.push_audio(packet(0, kNow + 2ms, 1, 16));
    queue.push_audio(packet(0, kNow + 400ms, 1, 0));
    EXPECT_EQ(queue.audio_waiting(), 6U);
    EXPECT_EQ(queue.dropped(), 2U) << "of its own kind";
    EXPECT_EQ(queue.next(kNow, 1, false).packets[0]->stamp.stream, StreamId{0});
    const NextWrite tactile = queue.next(kNow, 1, false);
    EXPECT_EQ(tactile.packet_count, 4);
    EXPECT_EQ(tactile.packets[0]->stamp.sequence, 2U);
    EXPECT_EQ(queue.dropped(), 3U) << "points that come too late";
    queue.push_audio(packet(7, kNow + 400ms, 1, 8));
    queue.clear_audio();
    EXPECT_EQ(queue.audio_waiting(), 0U);
}

}  // namespace
}  // namespace earshot::transport
