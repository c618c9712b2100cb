#include "tests/unit/sync/simulation.hpp"

#include "tests/support/sim_scenario.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>
#include <string_view>

namespace earshot::test {
namespace {

void expect_outcome(const Scenario& scenario, const Outcome& outcome) {
    EXPECT_LE(outcome.pair_p99_us, scenario.pair_p99_us);
    EXPECT_GE(outcome.inside, 0.99);
    EXPECT_LE(outcome.fit_bound_us, 3.0 * outcome.clock_p99_us) << "a bound must not be a blanket";
    if (scenario.sleeps_s > 0.0) {
        // While it has not learnt of the sleep it is apart and cannot know.
        EXPECT_EQ(outcome.clock_steps, outcome.seeds);
        EXPECT_EQ(outcome.reanchors, outcome.seeds);
        EXPECT_LE(outcome.recovery_s, 4.0);
        return;
    }
    EXPECT_EQ(outcome.path_inside, 1.0) << "an asymmetry stays inside path_bound";
    EXPECT_EQ(outcome.clock_steps, 0);
    EXPECT_EQ(outcome.reanchors, 0);
    // What neither exchanges nor the device's reports can show goes into the sound, and no more.
    EXPECT_NEAR(outcome.first_us, outcome.hidden_us + scenario.bias_us, 50.0);
}

}  // namespace

void expect_lockstep(std::uint32_t first_seed, int seeds, double seconds) {
    print_head(std::cout);
    std::map<std::string_view, double> pair_p99_us;
    for (const Scenario& scenario : scenarios()) {
        SCOPED_TRACE(std::string(scenario.name));
        const Outcome outcome = simulate(scenario, first_seed, seeds, seconds);
        print_line(std::cout, scenario, outcome);
        expect_outcome(scenario, outcome);
        pair_p99_us[scenario.name] = outcome.pair_p99_us;
        if (!scenario.like.empty()) {
            EXPECT_LE(outcome.pair_p99_us, 1.25 * pair_p99_us.at(scenario.like));
        }
    }
}

}  // namespace earshot::test
