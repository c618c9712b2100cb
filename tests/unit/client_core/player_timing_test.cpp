#include "tests/unit/client_core/player_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <thread>
#include <vector>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;
using test::chord;
using test::EncodedLane;
using test::fade_in;
using test::PlayerRig;

constexpr double kSecond = 48'000.0;

TEST(Player, PlaysEachFrameAtItsPresentationTime) {
    const EncodedLane lane(0, 1, 72'000, 130, chord(0.5));
    PlayerRig rig;
    rig.player.enable_decoded_tap();
    rig.send(lane);
    rig.play_until(72'000 + 2 * kSecond);
    const PlayerStats stats = rig.stats();
    EXPECT_TRUE(stats.playing);
    EXPECT_EQ(stats.packets_lost, 0U);
    EXPECT_EQ(stats.packets_late, 0U);
    EXPECT_EQ(stats.reanchors, 0U);
    EXPECT_EQ(stats.epoch, Epoch{1});
    EXPECT_LT(stats.error_max_us, 1.0F);
    EXPECT_NEAR(static_cast<double>(stats.buffer_ms), 400.0, 80.0);
    EXPECT_NEAR(static_cast<double>(stats.media.time_since_epoch().count()), 72'000 + 2 * kSecond,
                0.06 * kSecond);
    EXPECT_NEAR(static_cast<double>(stats.programme.time_since_epoch().count()),
                static_cast<double>(stats.media.time_since_epoch().count()) - 72'000, 1.0);
    // Nothing before the switch, then the fade-in, then the decoded sound itself.
    EXPECT_EQ(rig.peak(0, rig.frame_of(72'000)), 0.0);
    EXPECT_LT(rig.largest_difference(72'000, 72'000 + 1.9 * kSecond,
                                     [&](double p) { return lane.at(p) * fade_in(p, 72'000); }),
              2e-4);
    const double late_us = rig.late_us(lane, rig.frame_of(80'000), rig.frame_of(80'000) + 48'000);
    std::cout << "presentation error, perfect clock: " << late_us << " us\n";
    EXPECT_LT(std::abs(late_us), 2.0);
}

TEST(Player, AddsTheDeviceLatency) {
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5));
    PlayerRig rig({.device_latency = 37ms});
    rig.send(lane);
    rig.play_until(72'000 + kSecond);
    EXPECT_LT(std::abs(rig.late_us(lane, rig.frame_of(80'000), rig.frame_of(90'000))), 2.0);
}

/// Lateness of each 50 ms, from some media position on.
std::vector<double> lateness_us(const PlayerRig& rig,
                                const EncodedLane& lane,
                                double from,
                                double to) {
    std::vector<double> late;
    for (double p = from; p < to; p += 2'400.0) {
        late.push_back(std::abs(rig.late_us(lane, rig.frame_of(p), rig.frame_of(p) + 480)));
    }
    std::sort(late.begin(), late.end());
    return late;
}

TEST(Player, StaysInStepOnCrystalsAHundredPartsPerMillionOff) {
    const EncodedLane lane(0, 1, 72'000, 380, chord(0.5));
    for (const double ppm : {-100.0, 100.0}) {
        PlayerRig rig(
            {.device_ppm = ppm, .listener_ppm = 0.5 * ppm, .block = 256, .jitter_us = 10.0});
        rig.send(lane);
        rig.play_until(72'000 + 7.3 * kSecond);
        const std::vector<double> late =
            lateness_us(rig, lane, 72'000 + 5 * kSecond, 72'000 + 7.2 * kSecond);
        const double p99 = late.at(late.size() * 99 / 100);
        const PlayerStats stats = rig.stats();
        std::cout << ppm << " ppm: p99 " << p99 << " us, own account p99 " << stats.error_p99_us
                  << " us, correction " << stats.correction_ppm << " ppm\n";
        EXPECT_LT(p99, 20.0);
        EXPECT_LT(stats.error_p99_us, 25.0F);
        EXPECT_NEAR(stats.correction_ppm, -1.5 * ppm, 15.0);
        EXPECT_EQ(stats.reanchors, 0U);
        EXPECT_EQ(stats.packets_lost, 0U);
        // Neither a dropped nor a repeated sample: the reading speed is all that differs.
        EXPECT_LT(rig.largest_difference(73'000, 72'000 + 7.2 * kSecond,
                                         [&](double p) { return lane.at(p); }),
                  0.05)
            << "one sample would be 0.1";
    }
}

TEST(Player, WorksOffASmallClockCorrectionWithoutAJump) {
    const EncodedLane lane(0, 1, 72'000, 310, chord(0.5));
    PlayerRig rig;
    rig.send(lane);
    rig.play_until(72'000 + kSecond);
    const double learnt_s = 200e-6;
    rig.player.set_clock(rig.model(learnt_s));  // the estimator has learnt something
    rig.play_until(72'000 + 5.9 * kSecond);
    const std::int64_t before = rig.frame_of(72'000 + 0.9 * kSecond);
    // 200 us early is where it must end up; on the way it may move 500 ppm at most.
    EXPECT_NEAR(rig.late_us(lane, before, before + 480), 0.0, 2.0);
    double last_us = 0.0;
    for (double p = 72'000 + 0.95 * kSecond; p < 72'000 + 5.7 * kSecond; p += 2'400.0) {
        const double late_us = rig.late_us(lane, rig.frame_of(p), rig.frame_of(p) + 480, last_us);
        EXPECT_LT(std::abs(late_us - last_us), 25.1) << "50 ms at 500 ppm";
        last_us = late_us;
    }
    EXPECT_LT(last_us, -100.0);
    EXPECT_GT(last_us, -210.0);
    EXPECT_EQ(rig.stats().reanchors, 0U);
}

TEST(Player, ReanchorsAcrossFadedWhenTheClockStepsThirtyMilliseconds) {
    const EncodedLane lane(0, 1, 72'000, 210, chord(0.5));
    for (const double step_s : {0.030, -0.030}) {
        PlayerRig rig;
        rig.send(lane);
        rig.play_until(72'000 + kSecond);
        const double steepest = rig.largest_step(rig.frame_of(80'000), rig.frame_of(100'000));
        rig.player.set_clock(rig.model(step_s));
        rig.play_until(72'000 + 2.5 * kSecond);
        EXPECT_EQ(rig.stats().reanchors, 1U);
        EXPECT_EQ(rig.stats().packets_lost, 0U);
        const std::int64_t from = rig.frame_of(72'000 + 0.9 * kSecond);
        const std::int64_t to = rig.frame_of(72'000 + 2.3 * kSecond);
        EXPECT_LT(rig.largest_step(from, to), 1.1 * steepest + 0.5 * std::numbers::pi / 960);
        double worst = 0.0;
        for (std::int64_t n = rig.frame_of(72'000 + 1.5 * kSecond); n < to; ++n) {
            worst = std::max(
                worst, std::abs(static_cast<double>(rig.out().at(static_cast<std::size_t>(n))) -
                                lane.at(rig.media(n) + step_s * kSecond)));
        }
        EXPECT_LT(worst, 0.02) << "not at the new position, step " << step_s;
    }
}

TEST(Player, TakesOverADevicesNewLatencyOnceAndNeverChasesIt) {
    const EncodedLane lane(0, 1, 72'000, 260, chord(0.5));
    for (const double jump_s : {0.180, -0.180}) {
        PlayerRig rig;
        rig.send(lane);
        rig.play_until(72'000 + kSecond);
        const double steepest = rig.largest_step(rig.frame_of(80'000), rig.frame_of(100'000));
        rig.shift_reports(jump_s);
        double fastest_ppm = 0.0;
        for (double p = 1.1; p < 4.0; p += 0.05) {
            rig.play_until(72'000 + p * kSecond);
            fastest_ppm =
                std::max(fastest_ppm, std::abs(static_cast<double>(rig.stats().correction_ppm)));
        }
        EXPECT_EQ(rig.stats().reanchors, 1U) << jump_s;
        EXPECT_LT(fastest_ppm, 2.0) << "180 ms at 500 ppm would take six minutes";
        const std::int64_t from = rig.frame_of(72'000 + 0.9 * kSecond);
        const std::int64_t to = rig.frame_of(72'000 + 3.9 * kSecond);
        EXPECT_LT(rig.largest_step(from, to), 1.1 * steepest + 0.5 * std::numbers::pi / 960);
        double worst = 0.0;
        for (std::int64_t n = rig.frame_of(72'000 + 1.6 * kSecond); n < to; ++n) {
            worst = std::max(
                worst, std::abs(static_cast<double>(rig.out().at(static_cast<std::size_t>(n))) -
                                lane.at(rig.media(n) + jump_s * kSecond)));
        }
        EXPECT_LT(worst, 0.02) << "not at the new position, jump " << jump_s;
    }
}

TEST(Player, LetsAReportThatIsWrongForAMomentPass) {
    const EncodedLane lane(0, 1, 72'000, 160, chord(0.5));
    PlayerRig rig;
    rig.send(lane);
    rig.play_until(72'000 + kSecond);
    rig.shift_reports(0.180);
    rig.play_until(72'000 + 1.1 * kSecond);
    rig.shift_reports(0.0);
    rig.play_until(72'000 + 2.5 * kSecond);
    EXPECT_EQ(rig.stats().reanchors, 0U);
    EXPECT_LT(std::abs(rig.late_us(lane, rig.frame() - 20'000, rig.frame() - 10'000)), 100.0);
}

TEST(Player, IsSilentUntilTheClockIsKnown) {
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5));
    PlayerRig rig;
    rig.player.set_clock({});
    rig.send(lane);
    rig.play_until(72'000 + 0.3 * kSecond);
    EXPECT_EQ(rig.peak(0, rig.frame()), 0.0);
    EXPECT_FALSE(rig.stats().playing);
    rig.player.set_clock(rig.model());
    rig.play_until(72'000 + 0.9 * kSecond);
    EXPECT_LT(std::abs(rig.late_us(lane, rig.frame() - 20'000, rig.frame() - 10'000)), 2.0);
    rig.player.set_clock({});  // a reconnection has no fit yet: the old one goes on
    rig.play_until(72'000 + 1.05 * kSecond);
    EXPECT_GT(rig.peak(rig.frame() - 2'000, rig.frame()), 0.05);
}

TEST(Player, WaitsForAFitThatIsGoodEnoughToBeginBy) {
    const EncodedLane lane(0, 1, 72'000, 160, chord(0.5));
    PlayerRig rig;
    sync::ClockModel rough = rig.model(3e-3);
    rough.fit_bound = 501us;
    rig.player.set_clock(rough);
    rig.send(lane);
    rig.play_until(48'000 + 0.7 * kSecond);
    rough.fit_bound = 0us;
    rough.skew_bound = 21e-6;
    rig.player.set_clock(rough);
    rig.play_until(48'000 + 1.4 * kSecond);
    EXPECT_EQ(rig.peak(0, rig.frame()), 0.0);
    sync::ClockModel good = rig.model();
    good.fit_bound = 500us;
    good.skew_bound = 20e-6;
    rig.player.set_clock(good);
    rig.play_until(48'000 + 2.0 * kSecond);
    EXPECT_LT(std::abs(rig.late_us(lane, rig.frame() - 20'000, rig.frame() - 10'000)), 2.0);
    rig.player.set_clock(rough);  // what is heard does not stop for it
    rig.play_until(48'000 + 2.3 * kSecond);
    EXPECT_GT(rig.peak(rig.frame() - 2'000, rig.frame()), 0.05);
}

TEST(Player, BeginsByARoughFitRatherThanNever) {
    const EncodedLane lane(0, 1, 72'000, 260, chord(0.5));
    struct Fit {
        std::chrono::microseconds bound;
        double begins_s;
    };
    for (const Fit fit : {Fit{2'000us, 1.5}, Fit{2'001us, 4.0}}) {
        PlayerRig rig;
        sync::ClockModel rough = rig.model();
        rough.fit_bound = fit.bound;
        rig.player.set_clock(rough);
        rig.send(lane);
        rig.play_until(48'000 + (fit.begins_s - 0.05) * kSecond);
        EXPECT_EQ(rig.peak(0, rig.frame()), 0.0);
        rig.play_until(48'000 + (fit.begins_s + 0.3) * kSecond);
        EXPECT_GT(rig.peak(rig.frame() - 4'800, rig.frame()), 0.05);
    }
}

TEST(Player, HandsOutEachDecodedBlockOfTheHeardLaneOnceInOrder) {
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5));
    PlayerRig rig;
    rig.player.enable_decoded_tap();
    rig.send(lane);
    rig.play_until(72'000 + kSecond);
    DecodedBlock block;
    std::uint32_t expected = 3;  // the pre-roll is not heard
    while (rig.player.pop_decoded(block)) {
        ASSERT_EQ(block.stamp.sequence, expected);
        ASSERT_FALSE(block.concealed);
        const auto truth = lane.block(expected);
        for (int c = 0; c < 2; ++c) {
            ASSERT_TRUE(
                std::equal(truth.channel(c).begin(), truth.channel(c).end(), block.samples[c]));
        }
        ++expected;
    }
    EXPECT_GE(expected, 52U);
}

TEST(Player, IsFedAndAskedByOneThreadWhileAnotherRenders) {
    const EncodedLane lane(0, 1, 72'000, 100, chord(0.5));
    Player player({});
    player.enable_decoded_tap();
    const PlayerRig clocks;
    std::atomic<bool> fed{false};
    std::uint64_t taken = 0;
    std::thread network([&] {
        DecodedBlock block;
        for (const wire::PacketSlot& packet : lane.packets()) {
            player.set_clock(clocks.model());
            taken += player.push_packet(packet) ? 1U : 0U;
            (void)player.post({.kind = PlayerCommand::Kind::volume, .value_db = -3.0F});
            (void)player.stats();
            (void)player.pop_decoded(block);
        }
        fed = true;
    });
    audio::Block out(2, 480);
    for (std::int64_t block = 0; block < 150 || !fed; ++block) {
        player.render(out.view(), {LocalInstant{7h} + block * 10ms, 48'000.0});
    }
    network.join();
    for (std::int64_t block = 0; block < 12; ++block) {
        player.render(out.view(), {LocalInstant{7h} + 2s + block * 10ms, 48'000.0});
    }
    EXPECT_EQ(taken, 100U);
    EXPECT_EQ(player.stats().packets_received, 100U);
}

TEST(Player, TakesAnyBlockSizeOfADevice) {
    const EncodedLane lane(0, 1, 72'000, 60, chord(0.5));
    for (const int block : {32, 441, 1'024, 4'800}) {
        PlayerRig rig({.block = block});
        rig.send(lane, 38'400.0);
        rig.play_until(72'000 + 0.9 * kSecond);
        EXPECT_LT(rig.largest_difference(72'000, 72'000 + 0.8 * kSecond,
                                         [&](double p) { return lane.at(p) * fade_in(p, 72'000); }),
                  1e-3)
            << block;
    }
}

}  // namespace
}  // namespace earshot::client
