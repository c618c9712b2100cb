// Vectors of what learns the media clock: ClockEstimator, ExchangeSchedule.
#include "common/sync/clock_estimator.hpp"
#include "common/sync/exchange_schedule.hpp"
#include "tests/support/sim_network.hpp"
#include "tests/support/sync_vectors.hpp"
#include "tests/support/vector_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

/// How finely scenarios look at the time.
constexpr double kTickS = 0.005;
/// A model is written after each of so many exchanges.
constexpr int kModelEvery = 6;

template <class Instant>
[[nodiscard]] std::int64_t ns(Instant instant) {
    return instant.time_since_epoch().count();
}

/// What happens to the exchanges of one listener.
struct Scenario {
    std::string_view name;
    std::uint32_t seed = 1;
    OscillatorModel clock;
    DirectionModel up;
    DirectionModel down;
    double seconds = 30.0;
    double sleeps_at_s = -1.0;  ///< Clock stands still and nothing is sent; below 0: never.
    double sleeps_s = 0.0;
    double steps_at_s = -1.0;  ///< The clock is set.
    double step_s = 0.0;
    double path_at_s = -1.0;  ///< Both ways get longer.
    double path_up_us = 0.0;
    double path_down_us = 0.0;
    double restarts_at_s = -1.0;
};

[[nodiscard]] DirectionModel longer(DirectionModel model, double us) {
    model.fixed_us += us;
    return model;
}

[[nodiscard]] DirectionModel lossy(DirectionModel model, double share) {
    model.loss_share = share;
    return model;
}

[[nodiscard]] std::vector<Scenario> scenarios() {
    const OscillatorModel fast{.ppm = 60.0, .wander_ppm = 0.4};
    const OscillatorModel slow{.ppm = -85.0, .wander_ppm = 0.4, .wander_phase = 2.0};
    return {
        {.name = "wired", .seed = 11, .clock = fast, .up = kWired, .down = kWired, .seconds = 70.0},
        {.name = "busy_wifi", .seed = 23, .clock = slow, .up = kBusyWifiUp, .down = kBusyWifiDown},
        {.name = "lossy_wifi",
         .seed = 37,
         .clock = fast,
         .up = lossy(kBusyWifiUp, 0.16),
         .down = lossy(kBusyWifiDown, 0.16)},
        {.name = "clock_step",
         .seed = 59,
         .clock = slow,
         .up = kWired,
         .down = kWired,
         .seconds = 24.0,
         .steps_at_s = 14.0,
         .step_s = 0.05},
        {.name = "path_step",
         .seed = 71,
         .clock = fast,
         .up = kWired,
         .down = kWired,
         .path_at_s = 12.0,
         .path_up_us = 2'000.0,
         .path_down_us = 1'000.0},
        {.name = "suspend",
         .seed = 83,
         .clock = slow,
         .up = kWired,
         .down = kWired,
         .seconds = 24.0,
         .sleeps_at_s = 9.0,
         .sleeps_s = 7.0},
        {.name = "reconnect",
         .seed = 97,
         .clock = fast,
         .up = kBusyWifiUp,
         .down = kBusyWifiDown,
         .seconds = 16.0,
         .restarts_at_s = 9.0},
    };
}

/// Runs a scenario's exchanges on the schedule. take() sees replies in the order they arrive,
/// restart() the moment of a new connection.
void run(const Scenario& scenario,
         const std::function<void(const sync::ClockSample&)>& take,
         const std::function<void()>& restart) {
    SimulatedNetwork network(scenario.seed, scenario.clock, scenario.up, scenario.down);
    if (scenario.sleeps_at_s >= 0.0) {
        network.clock().suspend(scenario.sleeps_at_s, scenario.sleeps_s);
    }
    if (scenario.steps_at_s >= 0.0) {
        network.clock().step_at(scenario.steps_at_s, scenario.step_s);
    }
    sync::ExchangeSchedule schedule(network.local(0.0));
    std::vector<SimulatedNetwork::Reply> replies;
    const auto passes = [](double at_s, double now_s) {
        return at_s >= 0.0 && now_s >= at_s && now_s < at_s + kTickS;
    };
    for (int tick = 0; tick * kTickS < scenario.seconds; ++tick) {
        const double now_s = tick * kTickS;
        if (now_s >= scenario.sleeps_at_s && now_s < scenario.sleeps_at_s + scenario.sleeps_s) {
            replies.clear();
            continue;
        }
        if (passes(scenario.path_at_s, now_s)) {
            network.set_up(longer(scenario.up, scenario.path_up_us));
            network.set_down(longer(scenario.down, scenario.path_down_us));
        }
        if (passes(scenario.restarts_at_s, now_s)) {
            replies.clear();
            schedule.restart(network.local(now_s));
            restart();
        }
        std::sort(replies.begin(), replies.end(),
                  [](const auto& a, const auto& b) { return a.arrives_s < b.arrives_s; });
        while (!replies.empty() && replies.front().arrives_s <= now_s) {
            take(replies.front().sample);
            replies.erase(replies.begin());
        }
        if (schedule.due(network.local(now_s))) {
            schedule.sent(network.local(now_s));
            if (const auto reply = network.request(now_s)) {
                replies.push_back(*reply);
            }
        }
    }
}

/// The samples of a scenario, and a few that cannot be.
[[nodiscard]] std::vector<sync::ClockSample> spoilt(const sync::ClockSample& good) {
    return {{good.t4, good.t2, good.t3, good.t1},         // a reply before its request
            {good.t1, good.t3 + 1us, good.t2, good.t4},   // answered before it was asked
            {good.t1, good.t2, good.t2 + 5s, good.t4},    // held for longer than the round trip
            {good.t1 - 11s, good.t2, good.t3, good.t4}};  // of eleven seconds
}

void write_scenario(VectorFile& file, const Scenario& scenario) {
    struct Published {
        int samples = 0;
        sync::ClockModel model;
    };
    std::vector<Published> published;
    sync::ClockEstimator estimator;
    int samples = 0;
    file.open("", '{');
    file.member("name", scenario.name);
    file.open("events", '[');
    const auto add = [&](const sync::ClockSample& sample) {
        const bool taken = estimator.add(sample);
        ++samples;
        file.row({"add", ns(sample.t1), ns(sample.t2), (sample.t3 - sample.t2).count(),
                  (sample.t4 - sample.t1).count(), std::int64_t{taken}});
        const sync::ClockModel& model = estimator.model();
        if (model.valid && samples % kModelEvery == 0) {
            file.row({"model", ns(model.local_reference), ns(model.media_reference), model.skew,
                      model.fit_bound.count(), model.path_bound.count(), model.skew_bound,
                      ns(model.since)});
        }
    };
    run(
        scenario,
        [&](const sync::ClockSample& sample) {
            add(sample);
            if (samples == 20) {
                std::ranges::for_each(spoilt(sample), add);
            }
        },
        [&] {
            estimator.restart();
            file.row({"restart"});
        });
    file.close();
    const sync::ClockEstimatorCounters& counters = estimator.counters();
    const auto count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
    file.member("counters", {count(counters.samples), count(counters.refused),
                             count(counters.path_steps), count(counters.clock_steps)});
    file.close();
}

}  // namespace

std::string clock_estimator_vectors() {
    VectorFile file;
    file.member("add", "t1, t2, t3 - t2, t4 - t1, 1 if it was taken");
    file.member("model",
                "local reference, media reference, skew, fit bound, path "
                "bound, skew bound, since; after the add before it");
    file.member("counters", "samples, refused, path steps, clock steps");
    file.open("scenarios", '[');
    for (const Scenario& scenario : scenarios()) {
        write_scenario(file, scenario);
    }
    return file.finish();
}

std::string exchange_schedule_vectors() {
    VectorFile file;
    file.member("about", "event, now, next afterwards");
    const LocalInstant start{5h};
    sync::ExchangeSchedule schedule(start);
    file.open("events", '[');
    file.row({"restart", ns(start), ns(schedule.next())});
    const auto sent = [&](LocalInstant now) {
        schedule.sent(now);
        file.row({"sent", ns(now), ns(schedule.next())});
    };
    // In time, and now and then late within a burst.
    for (int i = 0; schedule.next() < start + 24s; ++i) {
        sent(schedule.next() + (i % 13 == 0 ? 45ms : 2ms));
    }
    // A machine that slept in the middle of a burst and between two.
    sent(schedule.next() + 30s);
    while (schedule.next() < start + 62s) {
        sent(schedule.next());
    }
    sent(schedule.next() + 9s);
    const LocalInstant again = schedule.next() + 100ms;
    schedule.restart(again);
    file.row({"restart", ns(again), ns(schedule.next())});
    while (schedule.next() < again + 5s) {
        sent(schedule.next());
    }
    return file.finish();
}

}  // namespace earshot::test
