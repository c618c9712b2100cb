#pragma once

#include "tests/support/sim_listener.hpp"

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string_view>

namespace earshot::test {

/// A session of four listeners under one kind of trouble. Their crystals are drawn by seed:
/// clocks and devices up to 100 ppm off, each by itself, wandering with the temperature.
struct Scenario {
    std::string_view name;
    DirectionModel up;
    DirectionModel down;
    double wander_ppm = 0.4;      ///< Amplitude drawn up to this.
    double jitter_us = 100.0;     ///< Of the device's reports.
    double bias_us = 0.0;         ///< Of the first listener's reports.
    double first_extra_us = 0.0;  ///< The first listener's way up is longer by this.
    double sleeps_s = 0.0;        ///< The first listener's machine sleeps at a third of the time.
    double pair_p99_us = 0.0;     ///< Bound of the error between two listeners.
    bool common = true;           ///< All listeners are compared; else all but the first.
    std::string_view like = "";   ///< Errors are this earlier scenario's, or a quarter more.
};

/// All of them, from quiet to nasty.
[[nodiscard]] std::span<const Scenario> scenarios();

/// What all seeds of a scenario came to. Errors are magnitudes, after kSettleS.
struct Outcome {
    int seeds = 0;
    double pair_p50_us = 0.0;  ///< Between two listeners that are compared.
    double pair_p99_us = 0.0;
    double worst_p99_us = 0.0;  ///< Of the seed that did worst.
    double clock_p99_us = 0.0;  ///< Of the clock fit, without the part no exchange can show.
    double fit_bound_us = 0.0;  ///< Median.
    double inside = 0.0;        ///< Share of clock errors within the bound stated with them.
    double path_inside = 0.0;   ///< Share of hidden parts within the path bound stated with them.
    double first_us = 0.0;      ///< Median of the first listener against the others, signed.
    double hidden_us = 0.0;     ///< Hidden part of the first against the others, signed.
    double recovery_s = 0.0;    ///< Longest from waking to within 1 ms of the others.
    int reanchors = 0;
    int clock_steps = 0;
    int path_steps = 0;
};

/// From this true time on errors count.
inline constexpr double kSettleS = 20.0;

/// Runs seeds first_seed, first_seed + 1, ... of a scenario, each for so many seconds.
[[nodiscard]] Outcome simulate(const Scenario& scenario,
                               std::uint32_t first_seed,
                               int seeds,
                               double seconds);

/// Writes the table's head, and a scenario's line of it, in Markdown.
void print_head(std::ostream& out);
void print_line(std::ostream& out, const Scenario& scenario, const Outcome& outcome);

}  // namespace earshot::test
