#include "common/sync/clock_estimator.hpp"

#include "common/sync/exchange_schedule.hpp"
#include "tests/support/sim_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace earshot::sync {
namespace {

using namespace std::chrono_literals;
using test::kBusyWifiDown;
using test::kBusyWifiUp;
using test::kWired;
using test::SimulatedNetwork;

constexpr std::uint32_t kSeeds[] = {11, 23, 37, 59, 71};

double quantile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return values.at(static_cast<std::size_t>(q * static_cast<double>(values.size() - 1)));
}

/// Runs exchanges from `from_s` to `to_s` true time on the schedule; each() sees the model between
/// exchanges every 50 ms.
template <class Each>
void run(
    SimulatedNetwork& network, ClockEstimator& estimator, double from_s, double to_s, Each each) {
    // The schedule runs on true time here; its skew to the listener's clock does not matter.
    const auto at = [](double s) {
        return LocalInstant{std::chrono::nanoseconds{std::llround(s * 1e9)}};
    };
    ExchangeSchedule schedule(at(from_s));
    if (from_s > 0.0) {  // the fast start is long over
        schedule.restart(at(from_s) - 2 * ExchangeSchedule::kKeen);
        while (schedule.next() < at(from_s)) {
            schedule.sent(schedule.next());
        }
    }
    double look_s = from_s;
    for (;;) {
        const double due_s = static_cast<double>(schedule.next().time_since_epoch().count()) * 1e-9;
        for (; look_s < std::min(due_s, to_s); look_s += 0.05) {
            each(look_s);
        }
        if (due_s >= to_s) {
            return;
        }
        estimator.add(network.exchange(due_s));
        schedule.sent(schedule.next());
    }
}

struct Outcome {
    std::vector<double> errors_us;  ///< Signed.
    double p99_us = 0.0;
    double bound_us = 0.0;  ///< Median fit_bound.
    double beyond = 0.0;    ///< Share of errors above the bound stated with them.
};

Outcome measure(const test::DirectionModel& up, const test::DirectionModel& down, double settle_s) {
    Outcome outcome;
    std::vector<double> bounds;
    double ppm = -100.0;
    for (const std::uint32_t seed : kSeeds) {
        SimulatedNetwork network(seed, ppm, up, down, 0.4);
        ppm += 50.0;
        ClockEstimator estimator;
        run(network, estimator, 0.0, 240.0, [&](double t) {
            if (t < settle_s) {
                return;
            }
            outcome.errors_us.push_back(network.error_us(estimator.model(), t));
            bounds.push_back(static_cast<double>(estimator.model().fit_bound.count()) * 1e-3);
        });
        EXPECT_EQ(estimator.counters().clock_steps, 0U);
    }
    std::vector<double> magnitudes;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        magnitudes.push_back(std::abs(outcome.errors_us[i]));
        outcome.beyond += magnitudes[i] > bounds[i] ? 1.0 / static_cast<double>(bounds.size()) : 0;
    }
    outcome.p99_us = quantile(magnitudes, 0.99);
    outcome.bound_us = quantile(bounds, 0.5);
    return outcome;
}

TEST(ClockEstimator, StaysWithinTenMicrosecondsOnAWire) {
    const Outcome outcome = measure(kWired, kWired, 10.0);
    std::cout << "wired: p99 " << outcome.p99_us << " us, bound " << outcome.bound_us
              << " us, beyond " << 100.0 * outcome.beyond << " %\n";
    EXPECT_LT(outcome.p99_us, 10.0);
    EXPECT_LE(outcome.beyond, 0.01);
    EXPECT_LT(outcome.bound_us, 3.0 * outcome.p99_us) << "and must not be a blanket";
}

TEST(ClockEstimator, StaysWithinAHundredMicrosecondsOnBusyAsymmetricWifi) {
    const Outcome outcome = measure(kBusyWifiUp, kBusyWifiDown, 20.0);
    std::cout << "wifi: p99 " << outcome.p99_us << " us, bound " << outcome.bound_us
              << " us, beyond " << 100.0 * outcome.beyond << " %\n";
    EXPECT_LT(outcome.p99_us, 100.0);
    EXPECT_LE(outcome.beyond, 0.01);
    EXPECT_LT(outcome.bound_us, 3.0 * outcome.p99_us);
}

TEST(ClockEstimator, IsUsableWithinHalfASecond) {
    for (const std::uint32_t seed : kSeeds) {
        SimulatedNetwork network(seed, 100.0, kBusyWifiUp, kBusyWifiDown);
        ClockEstimator estimator;
        double worst_us = 0.0;
        run(network, estimator, 0.0, 2.0, [&](double t) {
            if (t < 0.5) {
                return;
            }
            ASSERT_TRUE(estimator.model().valid);
            worst_us = std::max(worst_us, std::abs(network.error_us(estimator.model(), t)));
        });
        EXPECT_LT(worst_us, 1'000.0) << "seed " << seed;
    }
}

TEST(ClockEstimator, FindsTheSkew) {
    for (const double ppm : {-100.0, 0.0, 100.0}) {
        SimulatedNetwork network(5, ppm, kWired, kWired);
        ClockEstimator estimator;
        run(network, estimator, 0.0, 60.0, [](double) {});
        // The listener's clock runs ppm fast, so media time gains the opposite per local second.
        EXPECT_NEAR(estimator.model().skew * 1e6, -ppm / (1.0 + ppm * 1e-6), 0.3);
    }
}

TEST(ClockEstimator, StatesHalfTheLeastRoundTripAsThePathBound) {
    SimulatedNetwork network(5, 20.0, kBusyWifiUp, kBusyWifiDown);
    ClockEstimator estimator;
    run(network, estimator, 0.0, 30.0, [](double) {});
    const auto bound = std::chrono::duration<double, std::micro>(estimator.model().path_bound);
    EXPECT_GT(bound.count(), 850.0);
    EXPECT_LT(bound.count(), 1'100.0);
}

TEST(ClockEstimator, FollowsALongerPathWithinTenSecondsAndCountsIt) {
    SimulatedNetwork network(7, 40.0, kWired, kWired);
    ClockEstimator estimator;
    run(network, estimator, 0.0, 40.0, [](double) {});
    test::DirectionModel longer = kWired;
    longer.fixed_us += 2'000.0;  // both ways: the offset must not move in the meantime
    network.set_up(longer);
    network.set_down(longer);
    double worst_us = 0.0;
    run(network, estimator, 40.0, 100.0, [&](double t) {
        worst_us = std::max(worst_us, std::abs(network.error_us(estimator.model(), t)));
    });
    EXPECT_GE(estimator.counters().path_steps, 1U);
    EXPECT_LE(estimator.counters().path_steps, 2U);
    EXPECT_LT(worst_us, 30.0);
    EXPECT_GT(estimator.model().path_bound, 2ms);
}

TEST(ClockEstimator, DoesNotDragAfterAOneWayStep) {
    SimulatedNetwork network(9, -40.0, kWired, kWired);
    ClockEstimator estimator;
    run(network, estimator, 0.0, 40.0, [](double) {});
    test::DirectionModel longer = kWired;
    longer.fixed_us += 1'000.0;
    network.set_up(longer);  // one way only: 500 us of offset that no exchange can show
    run(network, estimator, 40.0, 52.0, [](double) {});
    run(network, estimator, 52.0, 100.0, [&](double t) {
        const double error_us = network.error_us(estimator.model(), t);
        ASSERT_NEAR(error_us, 500.0, 60.0);
        const std::chrono::duration<double, std::micro> path = estimator.model().path_bound;
        ASSERT_LT(std::abs(error_us), path.count() + 20.0);
    });
}

TEST(ClockEstimator, TakesOverASetClockAfterThreeSamples) {
    SimulatedNetwork network(13, 60.0, kWired, kWired);
    ClockEstimator estimator;
    run(network, estimator, 0.0, 30.0, [](double) {});
    network.clock().suspend(30.0, 4.0);
    for (int i = 0; i < 8; ++i) {
        estimator.add(network.exchange(30.0 + 4.0 + 0.02 * i));
    }
    EXPECT_EQ(estimator.counters().clock_steps, 1U);
    EXPECT_LT(std::abs(network.error_us(estimator.model(), 34.3)), 60.0);
}

TEST(ClockEstimator, IgnoresOneContradictingSample) {
    SimulatedNetwork network(13, 60.0, kWired, kWired);
    ClockEstimator estimator;
    run(network, estimator, 0.0, 30.0, [](double) {});
    ClockSample wild = network.exchange(30.0);
    wild.t2 -= 50ms;
    wild.t3 -= 50ms;
    EXPECT_TRUE(estimator.add(wild));
    EXPECT_LT(std::abs(network.error_us(estimator.model(), 30.1)), 10.0);
    EXPECT_EQ(estimator.counters().clock_steps, 0U);
}

TEST(ClockEstimator, RefusesWhatCannotBe) {
    SimulatedNetwork network(3, 0.0, kWired, kWired);
    ClockEstimator estimator;
    const ClockSample good = network.exchange(1.0);
    ClockSample bad = good;
    bad.t4 = bad.t1 - 1ns;
    EXPECT_FALSE(estimator.add(bad));
    bad = good;
    bad.t3 = bad.t2 - 1ns;
    EXPECT_FALSE(estimator.add(bad));
    bad = good;
    bad.t3 = bad.t2 + 1s;  // held longer than the whole exchange took
    EXPECT_FALSE(estimator.add(bad));
    bad = good;
    bad.t4 = bad.t1 + 11s;
    EXPECT_FALSE(estimator.add(bad));
    EXPECT_TRUE(estimator.add(good));
    bad = network.exchange(0.5);  // arrives before the last one did
    EXPECT_FALSE(estimator.add(bad));
    EXPECT_EQ(estimator.counters().refused, 5U);
    EXPECT_FALSE(estimator.model().valid);
}

TEST(ClockEstimator, KeepsItsSkewThroughARestart) {
    SimulatedNetwork network(3, 80.0, kWired, kWired);
    ClockEstimator estimator;
    run(network, estimator, 0.0, 60.0, [](double) {});
    estimator.restart();
    EXPECT_TRUE(estimator.model().valid);
    for (int i = 0; i < 5; ++i) {
        estimator.add(network.exchange(70.0 + 0.03 * i));
    }
    EXPECT_NEAR(estimator.model().skew * 1e6, -80.0, 3.0);
    EXPECT_LT(std::abs(network.error_us(estimator.model(), 71.0)), 40.0);
}

TEST(ExchangeSchedule, SendsSixteenInTheFirstHalfSecondAndInTheEndFourASecond) {
    ExchangeSchedule schedule(LocalInstant{1s});
    int in_half = 0;
    int in_twenty = 0;
    while (schedule.next() < LocalInstant{62s}) {
        const auto since = schedule.next() - LocalInstant{1s};
        in_half += since < 500ms ? 1 : 0;
        in_twenty += since >= 40s && since < 60s ? 1 : 0;
        schedule.sent(schedule.next());
    }
    EXPECT_EQ(in_half, 16);
    EXPECT_EQ(in_twenty, 80);
}

TEST(ExchangeSchedule, GoesFromPairsToBurstsOnceTheSkewIsKnown) {
    ExchangeSchedule schedule(LocalInstant{0s});
    std::vector<int> in_half_second(48);
    while (schedule.next() < LocalInstant{24s}) {
        ++in_half_second.at(static_cast<std::size_t>(schedule.next().time_since_epoch() / 500ms));
        schedule.sent(schedule.next());
    }
    EXPECT_EQ(in_half_second[0], 16);
    for (std::size_t half = 1; half < 48; ++half) {
        const int full = half < 40 ? 16 : 8;
        const int burst = half % 4 == 0 ? full : 0;
        EXPECT_EQ(in_half_second[half], half < 4 ? 2 : burst) << half;
    }
}

TEST(ExchangeSchedule, DoesNotMakeUpForSleep) {
    ExchangeSchedule schedule(LocalInstant{0s});
    for (int i = 0; i < 20; ++i) {
        schedule.sent(schedule.next());
    }
    const LocalInstant woke{100s};
    int at_once = 0;
    schedule.sent(woke);
    while (schedule.next() < woke + 1s) {
        schedule.sent(schedule.next());
        ++at_once;
    }
    EXPECT_LE(at_once, ExchangeSchedule::kKeenExchanges);
}

TEST(ExchangeSchedule, StartsDenselyAgainAfterAReconnect) {
    ExchangeSchedule schedule(LocalInstant{0s});
    for (int i = 0; i < 40; ++i) {
        schedule.sent(schedule.next());
    }
    schedule.restart(LocalInstant{60s});
    for (int i = 0; i < 16; ++i) {
        EXPECT_LT(schedule.next(), LocalInstant{60s} + 500ms);
        schedule.sent(schedule.next());
    }
    EXPECT_GE(schedule.next(), LocalInstant{60s} + 500ms);
}

}  // namespace
}  // namespace earshot::sync
