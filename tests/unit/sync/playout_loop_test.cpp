#include "common/sync/playout_loop.hpp"

#include "common/sync/clock_estimator.hpp"
#include "common/sync/device_clock.hpp"
#include "common/sync/exchange_schedule.hpp"
#include "tests/support/sim_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <random>
#include <vector>

namespace earshot::sync {
namespace {

constexpr double kBlockS = 0.010;

struct Response {
    double final_us = 0.0;
    double overshoot_us = 0.0;  ///< Largest error of the other sign.
    double settled_s = 0.0;     ///< After which |error| stays under 20 us.
    double fastest_ppm_per_s = 0.0;
    double largest_ppm = 0.0;
    int reanchors = 0;
};

/// Closed loop: the schedule gains `skew_ppm` on the reader, the loop is told `known_ppm` of it.
Response respond(
    PlayoutLoop& loop, double error_s, double skew_ppm, double known_ppm, double seconds) {
    Response r;
    const double sign = error_s < 0.0 ? -1.0 : 1.0;
    double last_ppm = loop.correction_ppm();
    for (double t = 0.0; t < seconds; t += kBlockS) {
        if (loop.update(error_s, known_ppm, kBlockS) == PlayoutLoop::Action::reanchor) {
            ++r.reanchors;
            error_s = 0.0;
            loop.reanchored();
        }
        const double ppm = loop.correction_ppm();
        r.fastest_ppm_per_s = std::max(r.fastest_ppm_per_s, std::abs(ppm - last_ppm) / kBlockS);
        r.largest_ppm = std::max(r.largest_ppm, std::abs(ppm));
        last_ppm = ppm;
        error_s += (skew_ppm - ppm) * 1e-6 * kBlockS;
        r.overshoot_us = std::max(r.overshoot_us, -sign * error_s * 1e6);
        if (std::abs(error_s) > 20e-6) {
            r.settled_s = t;
        }
    }
    r.final_us = error_s * 1e6;
    return r;
}

TEST(PlayoutLoop, WorksOffAStepWithoutRinging) {
    for (const double step_s : {-5e-3, -1e-3, 100e-6, 1e-3, 5e-3, 15e-3}) {
        PlayoutLoop loop;
        loop.restart(0.0);
        const Response r = respond(loop, step_s, 0.0, 0.0, 120.0);
        EXPECT_NEAR(r.final_us, 0.0, 1.0) << step_s;
        EXPECT_LT(r.overshoot_us, std::max(15.0, 0.1 * std::abs(step_s) * 1e6)) << step_s;
        EXPECT_LE(r.fastest_ppm_per_s, 100.0 + 1e-6) << step_s;
        const Response later = respond(loop, step_s, 0.0, 0.0, 120.0);
        EXPECT_LE(later.fastest_ppm_per_s, 20.0 + 1e-6) << step_s;
        EXPECT_EQ(r.reanchors, 0) << step_s;
    }
}

TEST(PlayoutLoop, SettlesAMillisecondWithinHalfAMinute) {
    PlayoutLoop loop;
    loop.restart(0.0);
    const Response early = respond(loop, 1e-3, 0.0, 0.0, 120.0);
    const Response late = respond(loop, 1e-3, 0.0, 0.0, 120.0);
    std::cout << "1 ms step: settled in " << early.settled_s << " s at the start, later in "
              << late.settled_s << " s, overshoot " << late.overshoot_us << " us\n";
    EXPECT_LT(early.settled_s, 12.0);
    EXPECT_LT(late.settled_s, 30.0);
}

TEST(PlayoutLoop, IsSoonRidOfASkewItLearnsOfTooLate) {
    PlayoutLoop loop;
    loop.restart(-60.0);  // as the first exchanges said
    respond(loop, 0.0, 20.0, -60.0, 2.0);
    const Response r = respond(loop, 150e-6, 20.0, 20.0, 20.0);
    std::cout << "80 ppm learnt after 2 s: settled in " << r.settled_s << " s\n";
    EXPECT_LT(r.settled_s, 8.0);
    EXPECT_LT(r.overshoot_us, 40.0);
}

TEST(PlayoutLoop, FindsASkewNobodyToldIt) {
    PlayoutLoop loop;
    loop.restart(0.0);
    const Response r = respond(loop, 0.0, 100.0, 0.0, 120.0);
    EXPECT_NEAR(r.final_us, 0.0, 2.0);
    EXPECT_NEAR(loop.correction_ppm(), 100.0, 1.0);
}

TEST(PlayoutLoop, HasNoErrorFromASkewItWasTold) {
    PlayoutLoop loop;
    loop.restart(100.0);
    const Response r = respond(loop, 0.0, 100.0, 100.0, 20.0);
    EXPECT_LT(r.settled_s, kBlockS);
    EXPECT_NEAR(r.final_us, 0.0, 0.01);
}

TEST(PlayoutLoop, NeverCorrectsMoreThanItsLimit) {
    PlayoutLoop loop;
    loop.restart(0.0);
    const Response r = respond(loop, 19e-3, 900.0, 0.0, 60.0);
    EXPECT_LE(r.largest_ppm, 500.0);
    EXPECT_GT(r.reanchors, 0) << "a device that far off cannot be followed, only re-anchored";
}

TEST(PlayoutLoop, ReanchorsOnlyAboveTwentyMillisecondsForTwoHundred) {
    PlayoutLoop loop;
    loop.restart(0.0);
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(loop.update(19.9e-3, 0.0, kBlockS), PlayoutLoop::Action::follow);
    }
    int blocks = 0;
    while (loop.update(30e-3, 0.0, kBlockS) == PlayoutLoop::Action::follow) {
        ++blocks;
        ASSERT_LT(blocks, 100);
    }
    EXPECT_NEAR(blocks * kBlockS, 0.2, 1.5 * kBlockS);
    loop.reanchored();
    for (int i = 0; i < 15; ++i) {  // a short excursion does not add up with the last one
        ASSERT_EQ(loop.update(30e-3, 0.0, kBlockS), PlayoutLoop::Action::follow);
    }
    ASSERT_EQ(loop.update(0.0, 0.0, kBlockS), PlayoutLoop::Action::follow);
    for (int i = 0; i < 15; ++i) {
        ASSERT_EQ(loop.update(30e-3, 0.0, kBlockS), PlayoutLoop::Action::follow);
    }
}

/// Everything together: crystal, network, device reports, estimator, DLL, loop.
double presentation_p99_us(std::uint32_t seed,
                           double listener_ppm,
                           double device_ppm,
                           const test::DirectionModel& up,
                           const test::DirectionModel& down,
                           double report_jitter_us) {
    test::SimulatedNetwork network(seed, listener_ppm, up, down, 0.3);
    std::mt19937 random(seed + 1);
    ClockEstimator estimator;
    DeviceClock device;
    PlayoutLoop loop;
    const auto instant = [](double s) {
        return LocalInstant{std::chrono::nanoseconds{std::llround(s * 1e9)}};
    };
    ExchangeSchedule schedule(instant(0.0));
    const double device_rate = 48'000.0 * (1.0 + device_ppm * 1e-6);
    const int frames = 480;
    double position = 0.0;  // media frames
    bool playing = false;
    std::vector<double> errors_us;
    for (std::int64_t frame = 0; frame < std::int64_t{48'000} * 90; frame += frames) {
        const double true_s = static_cast<double>(frame) / device_rate;
        while (static_cast<double>(schedule.next().time_since_epoch().count()) * 1e-9 < true_s) {
            estimator.add(network.exchange(
                static_cast<double>(schedule.next().time_since_epoch().count()) * 1e-9));
            schedule.sent(schedule.next());
        }
        const double late_s =
            report_jitter_us * 1e-6 * (static_cast<double>(random()) / 4294967296.0 - 0.5);
        device.update(frame,
                      network.local(true_s) + std::chrono::nanoseconds{std::llround(late_s * 1e9)});
        if (!estimator.model().valid || true_s < 1.0) {
            continue;
        }
        const ClockModel& model = estimator.model();
        const auto dac = device.instant_of(frame);
        const double target =
            static_cast<double>(model.to_media(dac).time_since_epoch().count()) * 48e-6;
        const double known_ppm = ((1.0 + model.skew) * 48'000.0 / device.rate_hz() - 1.0) * 1e6;
        if (!playing) {
            playing = true;
            position = target;
            loop.restart(known_ppm);
        }
        EXPECT_EQ(loop.update((target - position) / 48'000.0, known_ppm, frames / 48'000.0),
                  PlayoutLoop::Action::follow);
        if (true_s > 15.0) {
            errors_us.push_back(std::abs(position / 48'000.0 - true_s) * 1e6);
        }
        position += frames * (1.0 + loop.correction_ppm() * 1e-6);
    }
    std::sort(errors_us.begin(), errors_us.end());
    return errors_us.at(errors_us.size() * 99 / 100);
}

TEST(PlayoutLoop, KeepsSimulatedListenersInStep) {
    double worst_wired_us = 0.0;
    double worst_wifi_us = 0.0;
    const std::uint32_t seeds[] = {11, 23, 37, 59, 71};
    double ppm = -100.0;
    for (const std::uint32_t seed : seeds) {
        worst_wired_us = std::max(worst_wired_us, presentation_p99_us(seed, ppm, -ppm, test::kWired,
                                                                      test::kWired, 100.0));
        worst_wifi_us =
            std::max(worst_wifi_us, presentation_p99_us(seed, -ppm, 0.5 * ppm, test::kBusyWifiUp,
                                                        test::kBusyWifiDown, 100.0));
        ppm += 50.0;
    }
    std::cout << "presentation error p99, worst of 5 seeds: wired " << worst_wired_us
              << " us, busy Wi-Fi " << worst_wifi_us << " us\n";
    EXPECT_LT(worst_wired_us, 30.0);
    EXPECT_LT(worst_wifi_us, 200.0);
}

}  // namespace
}  // namespace earshot::sync
