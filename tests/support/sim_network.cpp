#include "tests/support/sim_network.hpp"

namespace earshot::test {
namespace {

/// How long the media clock's side holds a request.
constexpr double kHeldS = 20e-6;

}  // namespace

void Direction::advance(Spell& spell, double at_s, double every_s, double least_s, double most_s) {
    while (every_s > 0.0 && at_s >= spell.to_s) {
        spell.from_s = spell.to_s + random_.exponential(every_s);
        spell.to_s = spell.from_s + random_.between(least_s, most_s);
    }
}

double Direction::delay_us(double at_s) {
    double us = model_.fixed_us + random_.exponential(model_.mean_queue_us);
    if (random_.chance(model_.burst_share)) {
        us += random_.exponential(model_.burst_mean_us);
    }
    if (model_.pareto_mean_us > 0.0) {
        us += 0.5 * model_.pareto_mean_us / std::sqrt(random_.uniform());
    }
    if (random_.chance(model_.reorder_share)) {
        us += random_.between(0.0, model_.reorder_us);
    }
    if (model_.bloat_us > 0.0) {
        const double turn = at_s / model_.bloat_period_s - std::floor(at_s / model_.bloat_period_s);
        us += model_.bloat_us * (turn < 0.5 ? 2.0 * turn : 0.0);
    }
    return us;
}

std::optional<double> Direction::arrival(double at_s) {
    advance(dropout_, at_s, model_.dropout_every_s, model_.dropout_s, model_.dropout_s);
    advance(stall_, at_s, model_.stall_every_s, model_.stall_least_s, model_.stall_most_s);
    if (dropout_.at(at_s) || random_.chance(model_.loss_share)) {
        return std::nullopt;
    }
    const double leaves_s = stall_.at(at_s) ? stall_.to_s : at_s;
    return leaves_s + delay_us(leaves_s) * 1e-6;
}

std::optional<SimulatedNetwork::Reply> SimulatedNetwork::request(double true_s) {
    const std::optional<double> arrives_s = up_.arrival(true_s);
    if (!arrives_s) {
        return std::nullopt;
    }
    const double leaves_s = *arrives_s + kHeldS;
    const std::optional<double> back_s = down_.arrival(leaves_s);
    if (!back_s) {
        return std::nullopt;
    }
    return Reply{*back_s, {local(true_s), media(*arrives_s), media(leaves_s), local(*back_s)}};
}

}  // namespace earshot::test
