#include "tests/unit/client_core/player_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace earshot::client {
namespace {

using test::chord;
using test::EncodedLane;
using test::fade_in;
using test::PlayerRig;
using test::tone;

constexpr double kSecond = 48'000.0;

TEST(Player, ConcealsOneLostPacketOnceAndOnlyThat) {
    const std::set<std::uint32_t> lost = {30};
    const EncodedLane lane(0, 1, 72'000, 80, chord(0.5), lost);
    PlayerRig rig;
    rig.player.enable_decoded_tap();
    rig.send(lane, 19'200.0, lost);
    rig.play_until(72'000 + kSecond);
    const PlayerStats stats = rig.stats();
    EXPECT_EQ(stats.packets_lost, 1U);
    EXPECT_EQ(stats.frames_concealed, 960U);
    EXPECT_TRUE(stats.playing);
    EXPECT_LT(rig.largest_difference(72'000, 72'000 + 0.9 * kSecond,
                                     [&](double p) { return lane.at(p) * fade_in(p, 72'000); }),
              2e-4);
    DecodedBlock block;
    while (rig.player.pop_decoded(block)) {
        EXPECT_EQ(block.concealed, block.stamp.sequence == 30);
        EXPECT_EQ(block.stamp.media.time_since_epoch().count(),
                  lane.first() + 960 * block.stamp.sequence);
    }
}

TEST(Player, FadesToSilenceInALongGapAndComesBackInStep) {
    std::set<std::uint32_t> lost;
    for (std::uint32_t k = 30; k < 50; ++k) {
        lost.insert(k);
    }
    const EncodedLane lane(0, 1, 72'000, 120, tone(440.0, 0.5));
    PlayerRig rig;
    rig.send(lane, 19'200.0, lost);
    const double gap = static_cast<double>(lane.first()) + 30.0 * 960.0;
    rig.play_until(gap + 12.0 * 960.0);
    EXPECT_FALSE(rig.stats().playing);
    EXPECT_EQ(rig.stats().packets_lost, 5U);
    rig.play_until(72'000 + 2.0 * kSecond);
    EXPECT_EQ(rig.peak(rig.frame_of(gap + 5.2 * 960.0), rig.frame_of(gap + 20.0 * 960.0)), 0.0);
    EXPECT_EQ(rig.stats().packets_lost, 20U);
    EXPECT_EQ(rig.stats().frames_concealed, 20U * 960U);
    EXPECT_TRUE(rig.stats().playing);
    const double steepest = rig.largest_step(rig.frame_of(80'000), rig.frame_of(90'000));
    EXPECT_LT(rig.largest_step(rig.frame_of(72'000), rig.frame() - 2), 1.25 * steepest);
    EXPECT_LT(rig.largest_difference(gap + 30.0 * 960.0, 72'000 + 1.9 * kSecond,
                                     [&](double p) { return lane.at(p); }),
              2e-3);
}

TEST(Player, ComesBackFromAThreePacketGapWithoutAClick) {
    const std::set<std::uint32_t> lost = {30, 31, 32};
    const EncodedLane lane(0, 1, 72'000, 80, tone(440.0, 0.5));
    PlayerRig rig;
    rig.send(lane, 19'200.0, lost);
    rig.play_until(72'000 + kSecond);
    EXPECT_EQ(rig.stats().packets_lost, 3U);
    const double steepest = rig.largest_step(rig.frame_of(80'000), rig.frame_of(90'000));
    EXPECT_LT(rig.largest_step(rig.frame_of(72'000), rig.frame() - 2), 1.25 * steepest);
}

TEST(Player, SurvivesLossBurstsWithEveryPacketAccountedFor) {
    std::set<std::uint32_t> lost;
    std::uint32_t random = 1;
    for (std::uint32_t k = 10; k < 230; ++k) {
        random = random * 1'664'525U + 1'013'904'223U;
        if ((random >> 24) < 40) {
            const std::uint32_t length = 1 + ((random >> 16) & 7U);
            for (std::uint32_t i = 0; i < length; ++i) {
                lost.insert(k + i);
            }
            k += length;
        }
    }
    const EncodedLane lane(0, 1, 72'000, 260, tone(440.0, 0.5));
    PlayerRig rig;
    rig.send(lane, 19'200.0, lost);
    rig.play_until(72'000 + 5.0 * kSecond);
    EXPECT_EQ(rig.stats().packets_lost, lost.size());
    EXPECT_EQ(rig.stats().frames_concealed, 960U * lost.size());
    EXPECT_EQ(rig.stats().packets_received + lost.size(), 260U);
    const double steepest = 0.5 * 2.0 * std::numbers::pi * 440.0 / kSecond;
    EXPECT_LT(rig.largest_step(0, rig.frame() - 2), 1.6 * steepest);
}

TEST(Player, IgnoresDuplicatesAndPutsReorderedPacketsInOrder) {
    const EncodedLane lane(0, 1, 72'000, 80, chord(0.5));
    PlayerRig rig;
    const auto& packets = lane.packets();
    for (std::size_t k = 0; k + 1 < packets.size(); k += 2) {
        const double at =
            static_cast<double>(packets[k].stamp.media.time_since_epoch().count()) - 19'200.0;
        rig.arrive(at, packets[k + 1]);
        rig.arrive(at, packets[k]);
        rig.arrive(at, packets[k]);
        if (k >= 30) {
            rig.arrive(at, packets[k - 30]);  // played long ago
        }
    }
    rig.play_until(72'000 + 1.3 * kSecond);
    const PlayerStats stats = rig.stats();
    EXPECT_EQ(stats.packets_lost, 0U);
    EXPECT_EQ(stats.packets_late, 0U);
    EXPECT_EQ(stats.packets_duplicate, 40U + 25U);
    EXPECT_LT(rig.largest_difference(72'000, 72'000 + 1.2 * kSecond,
                                     [&](double p) { return lane.at(p) * fade_in(p, 72'000); }),
              2e-4);
}

TEST(Player, CountsAPacketThatComesAfterItsTimeAsLateAndLost) {
    const std::set<std::uint32_t> lost = {30};
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5), lost);
    PlayerRig rig;
    rig.send(lane, 19'200.0, lost);
    const auto& packet = lane.packets()[30];
    rig.arrive(static_cast<double>(packet.stamp.media.time_since_epoch().count()) + 100.0, packet);
    rig.play_until(72'000 + 0.9 * kSecond);
    EXPECT_EQ(rig.stats().packets_late, 1U);
    EXPECT_EQ(rig.stats().packets_lost, 1U);
    EXPECT_EQ(rig.stats().packets_duplicate, 0U);
    EXPECT_LT(rig.largest_difference(73'000, 72'000 + 0.8 * kSecond,
                                     [&](double p) { return lane.at(p); }),
              2e-4);
}

TEST(Player, UsesAPacketThatComesJustInTime) {
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5));
    PlayerRig rig;
    rig.send(lane, 1'900.0);  // 40 ms: less than what is decoded ahead
    rig.play_until(72'000 + 0.9 * kSecond);
    EXPECT_EQ(rig.stats().packets_lost, 0U);
    EXPECT_LT(rig.largest_difference(73'000, 72'000 + 0.8 * kSecond,
                                     [&](double p) { return lane.at(p); }),
              2e-4);
}

TEST(Player, PlaysOnThroughPayloadsThatAreNoOpus) {
    const EncodedLane lane(0, 1, 72'000, 120, tone(440.0, 0.5));
    PlayerRig rig;
    std::uint32_t random = 7;
    int broken = 0;
    for (wire::PacketSlot packet : lane.packets()) {
        if (packet.stamp.sequence > 20 && packet.stamp.sequence % 10 < 3) {
            for (std::byte& byte : packet.payload) {
                random = random * 1'664'525U + 1'013'904'223U;
                byte = static_cast<std::byte>(random >> 24);
            }
            packet.size = static_cast<std::uint16_t>(random % 1'276);
            ++broken;
        }
        rig.arrive(static_cast<double>(packet.stamp.media.time_since_epoch().count()) - 19'200.0,
                   packet);
    }
    rig.play_until(72'000 + 2.2 * kSecond);
    EXPECT_GT(broken, 20);
    EXPECT_TRUE(rig.stats().playing);
    for (const float sample : rig.out()) {
        ASSERT_LE(std::abs(sample), 1.0F);  // and not NaN
    }
    EXPECT_GT(rig.stats().packets_lost, 0U);
}

TEST(Player, RefusesStampsThatContradictTheLane) {
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5));
    PlayerRig rig;
    rig.send(lane);
    wire::PacketSlot liar = lane.packets()[40];
    liar.stamp.media += Frames{480};
    rig.arrive(50'000.0, lane.packets()[0]);
    rig.arrive(50'001.0, liar);
    liar.stamp.sequence = 0xFFFFFFFFU;
    rig.arrive(50'002.0, liar);
    liar.stamp.epoch = Epoch{9};
    liar.stamp.media = MediaTime{Frames::max()};
    rig.arrive(50'003.0, liar);
    liar.stamp.epoch = Epoch{10};
    liar.stamp.media = MediaTime{Frames{1'000'000'000}};  // hours ahead: nobody's clock
    rig.arrive(50'004.0, liar);
    rig.play_until(72'000 + 0.9 * kSecond);
    EXPECT_EQ(rig.stats().packets_lost, 0U);
    EXPECT_LT(rig.largest_difference(73'000, 72'000 + 0.8 * kSecond,
                                     [&](double p) { return lane.at(p); }),
              2e-4);
}

}  // namespace
}  // namespace earshot::client
