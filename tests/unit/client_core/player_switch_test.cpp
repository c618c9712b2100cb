#include "tests/unit/client_core/player_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <set>
#include <vector>

namespace earshot::client {
namespace {

using test::chord;
using test::EncodedLane;
using test::fade_in;
using test::PlayerRig;
using test::silence;
using test::tone;

constexpr double kSecond = 48'000.0;
constexpr double kFiftyMs = 2'400.0;

TEST(Player, CrossFadesToANewEpochAtItsMediaFrame) {
    // The switch lies on no packet boundary of the old epoch, and its packets come only 100 ms
    // before it, when the old epoch's are already here.
    const std::int64_t at = 110'123;
    const EncodedLane before(0, 1, 72'000, 100, chord(0.4));
    const EncodedLane after(0, 2, at, 60, tone(700.0, 0.4));
    for (const double ppm : {0.0, 80.0}) {
        PlayerRig rig({.device_ppm = ppm});
        rig.send(before);
        rig.send(after, 4'800.0);
        rig.play_until(static_cast<double>(at) + 0.9 * kSecond);
        EXPECT_LT(rig.largest_difference(static_cast<double>(at) - 5'000.0,
                                         static_cast<double>(at) + 20'000.0,
                                         [&](double p) {
                                             const double w = fade_in(p, static_cast<double>(at));
                                             return (1.0 - w) * before.at(p) + w * after.at(p);
                                         }),
                  ppm == 0.0 ? 2e-3 : 0.02);
        EXPECT_EQ(rig.stats().packets_lost, 0U);
        EXPECT_EQ(rig.stats().epoch, Epoch{2});
    }
}

TEST(Player, NeedsNoOldPacketsBeyondTheSwitchAndItsFade) {
    const std::int64_t at = 72'000 + 40 * 960;
    const EncodedLane before(0, 1, 72'000, 100, chord(0.4));
    const EncodedLane after(0, 2, at, 60, tone(700.0, 0.4));
    std::set<std::uint32_t> unsent;
    for (std::uint32_t k = 0; k < 100; ++k) {
        if (before.first() + std::int64_t{k} * 960 >= at + 960) {
            unsent.insert(k);
        }
    }
    PlayerRig rig;
    rig.send(before, 19'200.0, unsent);
    rig.send(after);
    rig.play_until(static_cast<double>(at) + 0.9 * kSecond);
    EXPECT_EQ(rig.stats().packets_lost, 0U);
    EXPECT_LT(rig.largest_difference(static_cast<double>(at) - 5'000.0,
                                     static_cast<double>(at) + 20'000.0,
                                     [&](double p) {
                                         const double w = fade_in(p, static_cast<double>(at));
                                         return (1.0 - w) * before.at(p) + w * after.at(p);
                                     }),
              2e-3);
}

TEST(Player, SwitchesAsSoonAsItCanWhenTheNewEpochComesLate) {
    const std::int64_t at = 72'000 + 40 * 960;
    const EncodedLane before(0, 1, 72'000, 100, tone(300.0, 0.4));
    const EncodedLane after(0, 2, at, 60, tone(700.0, 0.4));
    PlayerRig rig;
    rig.send(before);
    for (const wire::PacketSlot& packet : after.packets()) {
        const auto media = static_cast<double>(packet.stamp.media.time_since_epoch().count());
        rig.arrive(std::max(media - 9'600.0, static_cast<double>(at) + 3'000.0), packet);
    }
    rig.play_until(static_cast<double>(at) + 0.9 * kSecond);
    EXPECT_LT(rig.largest_difference(static_cast<double>(at) + 3'000.0 + 2.0 * kFiftyMs,
                                     static_cast<double>(at) + 20'000.0,
                                     [&](double p) { return after.at(p); }),
              2e-3);
    const double steepest = 0.4 * 2.0 * std::numbers::pi * 700.0 / kSecond;
    EXPECT_LT(rig.largest_step(0, rig.frame() - 2), 1.2 * steepest);
    EXPECT_EQ(rig.stats().epoch, Epoch{2});
}

TEST(Player, FollowsHastySeeksToTheLastOne) {
    std::vector<EncodedLane> lanes;
    const int seeks = 8;
    for (int e = 0; e < seeks; ++e) {
        lanes.emplace_back(0, static_cast<std::uint32_t>(e + 1), 72'000 + e * 2'000, 70,
                           tone(300.0 + 60.0 * e, 0.3));
    }
    PlayerRig rig;
    for (const EncodedLane& lane : lanes) {
        rig.send(lane, 9'600.0);
    }
    rig.play_until(72'000 + kSecond);
    EXPECT_LT(rig.largest_difference(92'000.0, 72'000 + 0.9 * kSecond,
                                     [&](double p) { return lanes.back().at(p); }),
              2e-3);
    const double steepest = 0.3 * 2.0 * std::numbers::pi * 720.0 / kSecond;
    EXPECT_LT(rig.largest_step(0, rig.frame() - 2), 1.3 * steepest);
    EXPECT_EQ(rig.stats().epoch, Epoch{seeks});
}

TEST(Player, IgnoresPacketsOfAnEpochThatIsOver) {
    const std::int64_t at = 72'000 + 20 * 960;
    const EncodedLane before(0, 1, 72'000, 100, chord(0.4));
    const EncodedLane after(0, 2, at, 60, tone(700.0, 0.4));
    PlayerRig rig;
    rig.send(before, 4'800.0);  // goes on for a second after the switch
    rig.send(after);
    rig.play_until(static_cast<double>(at) + 0.9 * kSecond);
    EXPECT_EQ(rig.stats().epoch, Epoch{2});
    EXPECT_GT(rig.stats().packets_late, 20U);
    EXPECT_EQ(rig.stats().packets_lost, 0U);
    EXPECT_LT(rig.largest_difference(static_cast<double>(at) + 1'000.0,
                                     static_cast<double>(at) + 0.8 * kSecond,
                                     [&](double p) { return after.at(p); }),
              2e-3);
}

TEST(Player, JoinsInTheMiddleOfAnEpochFadedIn) {
    const EncodedLane lane(0, 1, 72'000, 150, tone(440.0, 0.4));
    PlayerRig rig({.first_media = 120'000.0});
    for (std::size_t k = 62; k < 150; ++k) {  // its first packet is for 131 000
        const auto media =
            static_cast<double>(lane.packets()[k].stamp.media.time_since_epoch().count());
        rig.arrive(std::max(media - 19'200.0, 125'000.0), lane.packets()[k]);
    }
    rig.play_until(120'000 + 1.5 * kSecond);
    const auto first =
        static_cast<double>(lane.packets()[62].stamp.media.time_since_epoch().count());
    EXPECT_EQ(rig.peak(0, rig.frame_of(first)), 0.0);
    EXPECT_GT(rig.peak(rig.frame_of(first + 2'880.0), rig.frame_of(first + 3'840.0)), 0.3)
        << "plays as soon as it has audio for the DAC's position";
    EXPECT_LT(rig.largest_difference(first + 12'000.0, 120'000 + 1.4 * kSecond,
                                     [&](double p) { return lane.at(p); }),
              2e-3);
    const double steepest = 0.4 * 2.0 * std::numbers::pi * 440.0 / kSecond;
    EXPECT_LT(rig.largest_step(0, rig.frame() - 2), 1.2 * steepest);
    EXPECT_EQ(rig.stats().packets_lost, 0U);
}

TEST(Player, FollowsAnotherStreamAtACommonMediaTime) {
    const EncodedLane first(3, 1, 72'000, 150, tone(300.0, 0.4));
    const EncodedLane second(5, 1, 72'000, 150, tone(900.0, 0.4));
    PlayerRig rig;
    rig.player.post({.kind = PlayerCommand::Kind::follow, .stream = StreamId{3}});
    rig.send(first);
    rig.send(second);
    rig.play_until(72'000 + 0.5 * kSecond);
    EXPECT_LT(rig.largest_difference(73'000.0, 72'000 + 0.4 * kSecond,
                                     [&](double p) { return first.at(p); }),
              2e-3);
    const double asked = rig.media(rig.frame());
    rig.player.post({.kind = PlayerCommand::Kind::follow, .stream = StreamId{5}});
    rig.play_until(72'000 + 1.5 * kSecond);
    EXPECT_LT(rig.largest_difference(asked + 0.1 * kSecond, 72'000 + 1.4 * kSecond,
                                     [&](double p) { return second.at(p); }),
              2e-3);
    // In between lies one fade, both streams at the same media time: shares of each, by least
    // squares over a common period, always make up the whole.
    double share = 0.0;
    int fading = 0;
    for (double p = asked - 480.0; p < asked + 4'800.0; p += 48.0) {
        double aa = 0.0;
        double ab = 0.0;
        double bb = 0.0;
        double ay = 0.0;
        double by = 0.0;
        for (std::int64_t n = rig.frame_of(p); n < rig.frame_of(p) + 160; ++n) {
            const double a = first.at(rig.media(n));
            const double b = second.at(rig.media(n));
            const auto y = static_cast<double>(rig.out().at(static_cast<std::size_t>(n)));
            aa += a * a;
            ab += a * b;
            bb += b * b;
            ay += a * y;
            by += b * y;
        }
        const double of_first = (ay * bb - by * ab) / (aa * bb - ab * ab);
        const double of_second = (by * aa - ay * ab) / (aa * bb - ab * ab);
        ASSERT_NEAR(of_first + of_second, 1.0, 0.04) << p - asked;
        ASSERT_GE(of_second, share - 0.01) << p - asked;
        share = of_second;
        fading += share > 0.05 && share < 0.95 ? 1 : 0;
    }
    EXPECT_NEAR(share, 1.0, 0.01);
    EXPECT_NEAR(fading, 16, 4) << "ms between 5 and 95 % of a 20 ms raised cosine";
    EXPECT_EQ(rig.stats().packets_lost, 0U);
}

TEST(Player, StaysWithItsStreamUntilTheNewOneHasAudio) {
    const EncodedLane first(0, 1, 72'000, 150, tone(300.0, 0.4));
    const EncodedLane second(1, 1, 120'000, 60, tone(900.0, 0.4));
    PlayerRig rig;
    rig.send(first);
    rig.play_until(80'000);
    rig.player.post({.kind = PlayerCommand::Kind::follow, .stream = StreamId{1}});
    rig.send(second);
    rig.play_until(119'000);
    EXPECT_LT(rig.largest_difference(73'000.0, 118'000.0, [&](double p) { return first.at(p); }),
              2e-3);
    rig.play_until(140'000);
    EXPECT_LT(rig.largest_difference(122'000.0, 138'000.0, [&](double p) { return second.at(p); }),
              2e-3);
}

TEST(Player, PanicsToSilenceThenToTheObjectiveStreamBelowTheCap) {
    const EncodedLane subjective(2, 1, 72'000, 200, tone(300.0, 0.9));
    const EncodedLane objective(0, 1, 72'000, 200, tone(900.0, 0.9));
    PlayerRig rig({.block = 128, .level_cap_dbfs = -6.0});
    rig.player.post({.kind = PlayerCommand::Kind::follow, .stream = StreamId{2}});
    rig.send(subjective);
    // The objective stream was not subscribed; it comes 150 ms after the panic.
    for (const wire::PacketSlot& packet : objective.packets()) {
        const auto media = static_cast<double>(packet.stamp.media.time_since_epoch().count());
        if (media > 103'000.0) {
            rig.arrive(std::max(media - 19'200.0, 103'200.0), packet);
        }
    }
    rig.play_until(96'000);
    const std::int64_t panicked = rig.frame();
    rig.player.post({.kind = PlayerCommand::Kind::panic, .stream = StreamId{0}});
    rig.play_until(96'000 + 1.5 * kSecond);
    std::int64_t silent = panicked;
    while (rig.peak(silent, silent + 64) > 0.0) {
        ++silent;
    }
    std::cout << "panic: silent after " << static_cast<double>(silent - panicked) / 48.0 << " ms\n";
    EXPECT_LE(silent - panicked, static_cast<std::int64_t>(kFiftyMs));
    EXPECT_EQ(rig.peak(silent, rig.frame_of(103'200.0)), 0.0);
    const std::int64_t back = rig.frame_of(105'000.0);
    EXPECT_LT(rig.peak(back, back + 2'400), 0.2) << "comes back slowly";
    EXPECT_NEAR(rig.peak(rig.frame() - 4'800, rig.frame()), 0.501, 0.003) << "at the cap";
    const double steepest = 0.9 * 2.0 * std::numbers::pi * 900.0 / kSecond;
    EXPECT_LT(rig.largest_step(0, rig.frame() - 2), 1.1 * steepest);
    // Nothing of the subjective stream is left in it: below 500 Hz there is nothing.
    double low_sin = 0.0;
    double low_cos = 0.0;
    for (std::int64_t n = rig.frame() - 24'000; n < rig.frame(); ++n) {
        const double x = 2.0 * std::numbers::pi * 300.0 * static_cast<double>(n) / 48e3;
        low_sin += std::sin(x) * static_cast<double>(rig.out().at(static_cast<std::size_t>(n)));
        low_cos += std::cos(x) * static_cast<double>(rig.out().at(static_cast<std::size_t>(n)));
    }
    EXPECT_LT(std::hypot(low_sin, low_cos) / 12'000.0, 1e-3);
    EXPECT_TRUE(rig.stats().playing);
}

TEST(Player, PanicsWithoutAnyPacketToGoTo) {
    const EncodedLane lane(2, 1, 72'000, 100, tone(300.0, 0.5));
    PlayerRig rig({.block = 128});
    rig.send(lane);
    rig.play_until(96'000);
    const std::int64_t panicked = rig.frame();
    rig.player.post({.kind = PlayerCommand::Kind::panic, .stream = StreamId{0}});
    rig.play_until(140'000);
    EXPECT_EQ(rig.peak(panicked + 2'400, rig.frame()), 0.0) << "silent, and stays so";
    EXPECT_FALSE(rig.stats().playing);
}

TEST(Player, IsSilentWithinFiftyMillisecondsAndComesBackOnAllClear) {
    const EncodedLane lane(0, 1, 72'000, 150, tone(300.0, 0.5));
    PlayerRig rig({.block = 128});
    rig.send(lane);
    rig.play_until(96'000);
    const std::int64_t asked = rig.frame();
    rig.player.post({.kind = PlayerCommand::Kind::silence});
    rig.play_until(96'000 + 0.5 * kSecond);
    EXPECT_EQ(rig.peak(asked + 2'400, rig.frame()), 0.0);
    EXPECT_FALSE(rig.stats().playing);
    const std::int64_t cleared = rig.frame();
    rig.player.post(
        {.kind = PlayerCommand::Kind::all_clear, .stream = StreamId{0}, .fade_ms = 200});
    rig.play_until(96'000 + 1.2 * kSecond);
    EXPECT_LT(rig.peak(cleared, cleared + 2'400), 0.2);
    EXPECT_LT(rig.peak(cleared, cleared + 4'800), 0.35) << "half-way up after 100 ms";
    EXPECT_NEAR(rig.peak(cleared + 12'000, rig.frame()), 0.5, 0.01);
    const double steepest = 0.5 * 2.0 * std::numbers::pi * 300.0 / kSecond;
    EXPECT_LT(rig.largest_step(rig.frame_of(73'000), rig.frame() - 2), 1.1 * steepest);
    EXPECT_LT(rig.largest_difference(96'000 + 0.9 * kSecond, 96'000 + 1.1 * kSecond,
                                     [&](double p) { return lane.at(p); }),
              2e-3);
}

TEST(Player, RampsItsVolume) {
    const EncodedLane lane(0, 1, 72'000, 100, tone(300.0, 0.5));
    PlayerRig rig({.block = 128});
    rig.send(lane);
    rig.play_until(96'000);
    const std::int64_t asked = rig.frame();
    rig.player.post({.kind = PlayerCommand::Kind::volume, .value_db = -20.0F});
    rig.play_until(110'000);
    EXPECT_NEAR(rig.peak(asked + 2'400, rig.frame()), 0.05, 1e-3);
    const double steepest = 0.5 * 2.0 * std::numbers::pi * 300.0 / kSecond;
    EXPECT_LT(rig.largest_step(rig.frame_of(73'000), rig.frame() - 2), 1.05 * steepest);
}

TEST(Player, NeverExceedsItsLevelCap) {
    const EncodedLane lane(0, 1, 72'000, 100, [](std::int64_t frame) {
        return (frame / 5'000) % 2 == 0 ? 0.1 : ((frame / 50) % 2 == 0 ? 0.99 : -0.99);
    });
    PlayerRig rig({.level_cap_dbfs = -12.0});
    rig.send(lane);
    rig.play_until(110'000);
    const double cap = std::pow(10.0, -12.0 / 20.0);
    EXPECT_LE(rig.peak(0, rig.frame()), cap + 1e-6);
    EXPECT_GT(rig.peak(0, rig.frame()), 0.9 * cap);
    rig.player.post({.kind = PlayerCommand::Kind::level_cap, .value_db = -24.0F});
    const std::int64_t asked = rig.frame();
    rig.play_until(130'000);
    EXPECT_LE(rig.peak(asked + 2'400, rig.frame()), std::pow(10.0, -24.0 / 20.0) + 1e-6);
}

TEST(Player, TakesUpARestartedServersLowerEpochs) {
    const EncodedLane before(0, 7, 72'000, 60, tone(300.0, 0.4));
    PlayerRig rig;
    rig.send(before);
    rig.play_until(72'000 + 4.5 * kSecond);  // its sound ended three seconds ago
    EXPECT_FALSE(rig.stats().playing);
    const EncodedLane after(0, 1, 72'000 + 5 * 48'000, 60, tone(700.0, 0.4));
    rig.send(after, 9'600.0);
    rig.play_until(72'000 + 5.9 * kSecond);
    EXPECT_EQ(rig.stats().epoch, Epoch{1});
    EXPECT_LT(rig.largest_difference(72'000 + 5.1 * kSecond, 72'000 + 5.8 * kSecond,
                                     [&](double p) { return after.at(p); }),
              2e-3);
}

}  // namespace
}  // namespace earshot::client
