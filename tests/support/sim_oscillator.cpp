#include "tests/support/sim_oscillator.hpp"

#include <chrono>
#include <cmath>
#include <numbers>

namespace earshot::test {

LocalInstant Oscillator::local(double true_s) const {
    double stepped_s = 0.0;
    for (const Event& event : events_) {
        if (true_s >= event.at_s) {
            const double passed_s = true_s - event.at_s;
            stepped_s += passed_s < event.lasts_s ? -passed_s : event.adds_s;
        }
    }
    const double turn = 2.0 * std::numbers::pi;
    const double wander_s =
        model_.wander_ppm * 1e-6 * model_.wander_period_s / turn *
        (std::cos(model_.wander_phase) -
         std::cos(turn * true_s / model_.wander_period_s + model_.wander_phase));
    const double local_s = true_s * (1.0 + model_.ppm * 1e-6) + wander_s + stepped_s;
    return LocalInstant{std::chrono::hours{5} +
                        std::chrono::nanoseconds{std::llround(local_s * 1e9)}};
}

}  // namespace earshot::test
