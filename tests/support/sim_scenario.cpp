#include "tests/support/sim_scenario.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <numbers>
#include <ostream>
#include <vector>

namespace earshot::test {
namespace {

constexpr int kListeners = 4;
constexpr double kLookS = 0.05;
constexpr double kAwakeUs = 1'000.0;

constexpr DirectionModel with_fixed(DirectionModel model, double fixed_us) {
    model.fixed_us = fixed_us;
    return model;
}
constexpr DirectionModel with_bloat(DirectionModel model, double bloat_us, double period_s) {
    model.bloat_us = bloat_us;
    model.bloat_period_s = period_s;
    return model;
}
constexpr DirectionModel with_stalls(DirectionModel model) {
    model.stall_every_s = 4.0;
    model.stall_least_s = 0.1;
    model.stall_most_s = 0.3;
    return model;
}
constexpr DirectionModel kBadWifi{.fixed_us = 3'000.0,
                                  .pareto_mean_us = 8'000.0,
                                  .loss_share = 0.02,
                                  .stall_every_s = 2.0,
                                  .stall_least_s = 0.1,
                                  .stall_most_s = 0.3};
constexpr DirectionModel with_reordering(DirectionModel model) {
    model.reorder_share = 0.3;
    model.reorder_us = 60'000.0;
    return model;
}
constexpr DirectionModel with_losses(DirectionModel model) {
    model.loss_share = 0.05;
    model.dropout_every_s = 3.0;
    model.dropout_s = 0.5;
    return model;
}

constexpr DirectionModel with_thirty_percent_lost(DirectionModel model) {
    model.loss_share = 0.3;
    return model;
}

const std::array kScenarios{
    Scenario{.name = "wired", .up = kWired, .down = kWired, .pair_p99_us = 20.0},
    Scenario{.name = "busy Wi-Fi", .up = kBusyWifiUp, .down = kBusyWifiDown, .pair_p99_us = 100.0},
    Scenario{.name = "bad Wi-Fi", .up = kBadWifi, .down = kBadWifi, .pair_p99_us = 300.0},
    Scenario{.name = "wired, warm and cold",
             .up = kWired,
             .down = kWired,
             .wander_ppm = 2.0,
             .pair_p99_us = 20.0},
    Scenario{.name = "2 ms up, 22 ms down, all",
             .up = with_fixed(kBusyWifiUp, 2'000.0),
             .down = with_fixed(kBusyWifiDown, 22'000.0),
             .pair_p99_us = 150.0},
    Scenario{.name = "10 ms more up, one",
             .up = kWired,
             .down = kWired,
             .first_extra_us = 10'000.0,
             .pair_p99_us = 20.0,
             .common = false},
    Scenario{.name = "bufferbloat",
             .up = with_bloat(kWired, 30'000.0, 11.0),
             .down = with_bloat(kWired, 200'000.0, 17.0),
             .pair_p99_us = 2'000.0},
    Scenario{.name = "stalls of 100-300 ms",
             .up = with_stalls(kBusyWifiUp),
             .down = with_stalls(kBusyWifiDown),
             .pair_p99_us = 100.0},
    Scenario{.name = "reordering",
             .up = with_reordering(kBusyWifiUp),
             .down = with_reordering(kBusyWifiDown),
             .pair_p99_us = 150.0},
    Scenario{.name = "loss in bursts",
             .up = with_losses(kBusyWifiUp),
             .down = with_losses(kBusyWifiDown),
             .pair_p99_us = 150.0},
    Scenario{.name = "30 % lost",
             .up = with_thirty_percent_lost(kBusyWifiUp),
             .down = with_thirty_percent_lost(kBusyWifiDown),
             .pair_p99_us = 100.0,
             .like = "busy Wi-Fi"},
    Scenario{.name = "reports 400 us unsure",
             .up = kWired,
             .down = kWired,
             .jitter_us = 400.0,
             .pair_p99_us = 100.0},
    Scenario{.name = "reports 300 us late, one",
             .up = kWired,
             .down = kWired,
             .bias_us = 300.0,
             .pair_p99_us = 20.0,
             .common = false},
    Scenario{.name = "one sleeps 10 s",
             .up = kWired,
             .down = kWired,
             .sleeps_s = 10.0,
             .pair_p99_us = 20.0,
             .common = false},
};

double quantile(std::vector<double>& values, double q) {
    if (values.empty()) {
        return 0.0;
    }
    const auto at =
        values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// What is kept of all seeds until quantiles can be taken.
struct Pool {
    std::vector<double> pairs_us;
    std::vector<double> clocks_us;
    std::vector<double> bounds_us;
    std::vector<double> first_us;
    std::size_t inside = 0;
    std::size_t path_inside = 0;
};

std::vector<SimulatedListener> session(const Scenario& scenario,
                                       std::uint32_t seed,
                                       double seconds) {
    SimRandom random(seed);
    std::vector<SimulatedListener> listeners;
    for (int i = 0; i < kListeners; ++i) {
        ListenerModel model;
        model.up = scenario.up;
        model.down = scenario.down;
        model.clock = {.ppm = random.between(-100.0, 100.0),
                       .wander_ppm = random.between(0.0, scenario.wander_ppm),
                       .wander_period_s = random.between(120.0, 480.0),
                       .wander_phase = random.between(0.0, 2.0 * std::numbers::pi)};
        model.device.ppm = random.between(-100.0, 100.0);
        model.device.jitter_us = scenario.jitter_us;
        if (i == 0) {
            model.up.fixed_us += scenario.first_extra_us;
            model.device.bias_us = scenario.bias_us;
            model.sleeps_at_s = scenario.sleeps_s > 0.0 ? seconds / 3.0 : -1.0;
            model.sleeps_s = scenario.sleeps_s;
        }
        listeners.emplace_back(random.seed(), model);
    }
    return listeners;
}

using Views = std::array<SimulatedListener::View, kListeners>;

/// The first listener against the mean of the others.
double first_apart_us(const Views& views) {
    double others_us = 0.0;
    for (std::size_t i = 1; i < views.size(); ++i) {
        others_us += views[i].presentation_us / (kListeners - 1);
    }
    return views[0].presentation_us - others_us;
}

void look(const Scenario& scenario, const Views& views, Pool& pool, std::vector<double>& pairs_us) {
    const std::size_t first = scenario.common ? 0 : 1;
    for (std::size_t i = first; i < views.size(); ++i) {
        const SimulatedListener::View& view = views[i];
        const double clock_us = std::abs(view.clock_us - view.hidden_us);
        pool.clocks_us.push_back(clock_us);
        pool.bounds_us.push_back(view.fit_bound_us);
        pool.inside += clock_us <= view.fit_bound_us ? 1U : 0U;
        for (std::size_t k = first; k < i; ++k) {
            pairs_us.push_back(std::abs(view.presentation_us - views[k].presentation_us));
        }
    }
    const bool all_inside = std::all_of(views.begin(), views.end(), [](const auto& view) {
        return std::abs(view.hidden_us) <= view.path_bound_us;
    });
    pool.path_inside += all_inside ? 1U : 0U;
    pool.first_us.push_back(first_apart_us(views));
}

void run_seed(
    const Scenario& scenario, std::uint32_t seed, double seconds, Pool& pool, Outcome& outcome) {
    std::vector<SimulatedListener> listeners = session(scenario, seed, seconds);
    const double wakes_s = seconds / 3.0 + scenario.sleeps_s;
    std::vector<double> pairs_us;
    double apart_until_s = wakes_s;
    Views views;
    for (double t = kLookS; t < seconds; t += kLookS) {
        for (std::size_t i = 0; i < views.size(); ++i) {
            listeners[i].run_to(t);
            views[i] = listeners[i].view();
        }
        if (t >= kSettleS) {
            look(scenario, views, pool, pairs_us);
        }
        if (t > wakes_s && std::abs(first_apart_us(views)) > kAwakeUs) {
            apart_until_s = t;
        }
    }
    outcome.hidden_us = views[0].hidden_us - views[1].hidden_us;
    outcome.recovery_s = std::max(outcome.recovery_s, apart_until_s - wakes_s);
    outcome.worst_p99_us = std::max(outcome.worst_p99_us, quantile(pairs_us, 0.99));
    pool.pairs_us.insert(pool.pairs_us.end(), pairs_us.begin(), pairs_us.end());
    for (const SimulatedListener& listener : listeners) {
        outcome.reanchors += listener.reanchors();
        outcome.clock_steps += static_cast<int>(listener.counters().clock_steps);
        outcome.path_steps += static_cast<int>(listener.counters().path_steps);
    }
}

}  // namespace

std::span<const Scenario> scenarios() {
    return kScenarios;
}

Outcome simulate(const Scenario& scenario, std::uint32_t first_seed, int seeds, double seconds) {
    Pool pool;
    Outcome outcome;
    outcome.seeds = seeds;
    for (int i = 0; i < seeds; ++i) {
        run_seed(scenario, first_seed + static_cast<std::uint32_t>(i), seconds, pool, outcome);
    }
    const auto share = [](std::size_t part, std::size_t all) {
        return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(all, 1));
    };
    outcome.inside = share(pool.inside, pool.clocks_us.size());
    outcome.path_inside = share(pool.path_inside, pool.first_us.size());
    outcome.pair_p50_us = quantile(pool.pairs_us, 0.5);
    outcome.pair_p99_us = quantile(pool.pairs_us, 0.99);
    outcome.clock_p99_us = quantile(pool.clocks_us, 0.99);
    outcome.fit_bound_us = quantile(pool.bounds_us, 0.5);
    outcome.first_us = quantile(pool.first_us, 0.5);
    return outcome;
}

void print_head(std::ostream& out) {
    out << "| case | pair p50 | pair p99 | worst seed | clock p99 | fit_bound | inside "
           "| in path_bound | first apart | re-anchors |\n"
           "|---|---|---|---|---|---|---|---|---|---|\n";
}

void print_line(std::ostream& out, const Scenario& scenario, const Outcome& outcome) {
    const auto flags = out.flags();
    const auto precision = out.precision();
    out << std::fixed << std::setprecision(1) << "| " << scenario.name << " | "
        << outcome.pair_p50_us << " us | " << outcome.pair_p99_us << " us | "
        << outcome.worst_p99_us << " us | " << outcome.clock_p99_us << " us | "
        << outcome.fit_bound_us << " us | " << std::setprecision(2) << 100.0 * outcome.inside
        << " % | " << 100.0 * outcome.path_inside << " % | " << std::setprecision(0)
        << std::round(outcome.first_us) + 0.0 << " us | " << outcome.reanchors << " |\n";
    out.flags(flags);
    out.precision(precision);
}

}  // namespace earshot::test
