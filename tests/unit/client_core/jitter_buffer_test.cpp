#include "client/core/jitter_buffer.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace earshot::client {
namespace {

wire::PacketSlot packet(std::uint32_t sequence, std::int64_t base = 5'000) {
    wire::PacketSlot slot;
    slot.stamp.sequence = sequence;
    slot.stamp.media = MediaTime{Frames{base + std::int64_t{sequence} * 960}};
    slot.size = 3;
    slot.payload[0] = static_cast<std::byte>(sequence);
    return slot;
}

TEST(JitterBuffer, GivesPacketsInOrderWhateverOrderTheyCameIn) {
    JitterBuffer buffer;
    for (const std::uint32_t k : {12U, 10U, 11U, 14U, 13U}) {
        EXPECT_EQ(buffer.insert(packet(k)), Arrival::stored);
    }
    EXPECT_EQ(buffer.lowest(), 10U);
    EXPECT_EQ(buffer.media_of(10), 5'000 + 9'600);
    buffer.flow_from(10);
    for (std::uint32_t k = 10; k < 15; ++k) {
        ASSERT_NE(buffer.peek(), nullptr);
        EXPECT_EQ(buffer.peek()->stamp.sequence, k);
        buffer.pass();
    }
    EXPECT_EQ(buffer.peek(), nullptr);
    EXPECT_EQ(buffer.waiting(), 0);
}

TEST(JitterBuffer, TellsLateFromDuplicate) {
    JitterBuffer buffer;
    EXPECT_EQ(buffer.insert(packet(0)), Arrival::stored);
    EXPECT_EQ(buffer.insert(packet(0)), Arrival::duplicate);
    EXPECT_EQ(buffer.insert(packet(2)), Arrival::stored);
    buffer.flow_from(0);
    buffer.pass();
    buffer.pass();  // 1 never came
    EXPECT_EQ(buffer.insert(packet(0)), Arrival::duplicate);
    EXPECT_EQ(buffer.insert(packet(1)), Arrival::late);
    EXPECT_EQ(buffer.waiting(), 1);
}

TEST(JitterBuffer, RefusesWhatIsOffTheGridOrBeyondItsRoom) {
    JitterBuffer buffer;
    EXPECT_EQ(buffer.insert(packet(5)), Arrival::stored);
    EXPECT_EQ(buffer.insert(packet(6, 5'001)), Arrival::refused);
    buffer.flow_from(5);
    EXPECT_EQ(buffer.insert(packet(5 + JitterBuffer::kCapacity)), Arrival::refused);
    EXPECT_EQ(buffer.insert(packet(4 + JitterBuffer::kCapacity)), Arrival::stored);
    wire::PacketSlot odd = packet(7);
    odd.stamp.programme = ProgrammeTime{Frames::max()};
    EXPECT_EQ(buffer.insert(odd), Arrival::refused);
    odd = packet(7);
    odd.size = wire::kMaxPayloadBytes + 1;
    EXPECT_EQ(buffer.insert(odd), Arrival::refused);
}

TEST(JitterBuffer, KeepsTheNewestWhileNobodyDecodes) {
    JitterBuffer buffer;
    for (std::uint32_t k = 0; k < 1'000; ++k) {
        ASSERT_EQ(buffer.insert(packet(k)), Arrival::stored);
        ASSERT_LE(buffer.waiting(), static_cast<int>(JitterBuffer::kCapacity));
    }
    EXPECT_EQ(buffer.lowest(), 1'000 - JitterBuffer::kCapacity);
    EXPECT_EQ(buffer.insert(packet(5'000)), Arrival::stored);  // a jump
    EXPECT_EQ(buffer.waiting(), 1);
    EXPECT_EQ(buffer.lowest(), 5'000U);
}

TEST(JitterBuffer, StartsAnewWhenItIsReset) {
    JitterBuffer buffer;
    EXPECT_EQ(buffer.insert(packet(40)), Arrival::stored);
    buffer.flow_from(40);
    buffer.pass();
    buffer.reset();
    EXPECT_FALSE(buffer.based());
    EXPECT_EQ(buffer.insert(packet(3, 77)), Arrival::stored);
    EXPECT_EQ(buffer.media_of(0), 77);
    EXPECT_EQ(buffer.waiting(), 1);
}

}  // namespace
}  // namespace earshot::client
