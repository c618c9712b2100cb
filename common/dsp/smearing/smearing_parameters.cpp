#include "common/dsp/smearing/smearing_parameters.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace earshot::dsp {
namespace {

using Ear = SmearingParameters::Ear;

bool is_share(double value) noexcept {
    return value >= 0.0 && value <= 1.0;
}

void check(const EarSmearing& smearing) {
    check(smearing.broadening);
    if (!is_share(smearing.amount)) {
        throw std::invalid_argument("smearing: the amount must be 0 to 1");
    }
}

Ear make_ear(const EarSmearing& smearing, double intensity, SmearingMatrices& matrices) {
    Ear ear{};
    const double amount = intensity * smearing.amount;
    if (amount > 0.0 && !is_normal(smearing.broadening)) {
        ear[0] = {.matrix = matrices.get(smearing.broadening).get(), .amount = amount};
    }
    return ear;
}

double distance(const SmearingTerm& a, const SmearingTerm& b) noexcept {
    const Broadening& from = a.matrix->broadening();
    const Broadening& to = b.matrix->broadening();
    return std::hypot(from.lower - to.lower, from.upper - to.upper);
}

/// Puts a term into a full ear: of all terms, the least joins the one nearest to it.
void squeeze_in(Ear& ear, SmearingTerm term) noexcept {
    const auto least = std::min_element(
        ear.begin(), ear.end(),
        [](const SmearingTerm& a, const SmearingTerm& b) { return a.amount < b.amount; });
    if (least->amount < term.amount) {
        std::swap(*least, term);
    }
    const auto nearest = std::min_element(ear.begin(), ear.end(),
                                          [&term](const SmearingTerm& a, const SmearingTerm& b) {
                                              return distance(a, term) < distance(b, term);
                                          });
    nearest->amount += term.amount;
}

void add(Ear& ear, const SmearingTerm& term) noexcept {
    const auto place = std::find_if(ear.begin(), ear.end(), [&term](const SmearingTerm& present) {
        return present.matrix == term.matrix || present.matrix == nullptr;
    });
    if (place == ear.end()) {
        squeeze_in(ear, term);
        return;
    }
    place->matrix = term.matrix;
    place->amount += term.amount;
}

}  // namespace

SmearingParameters make_smearing_parameters(const EarSmearing& left,
                                            const EarSmearing& right,
                                            double intensity,
                                            SmearingMatrices& matrices) {
    if (!is_share(intensity)) {
        throw std::invalid_argument("smearing: the intensity must be 0 to 1");
    }
    check(left);
    check(right);
    return {.ears = {make_ear(left, intensity, matrices), make_ear(right, intensity, matrices)}};
}

void blend(std::span<const SmearingParameters* const> states,
           std::span<const double> weights,
           SmearingParameters& out) noexcept {
    EARSHOT_ASSERT(states.size() == weights.size());
    out = {};
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (weights[i] == 1.0) {
            out = *states[i];
            return;
        }
        for (std::size_t ear = 0; ear < out.ears.size(); ++ear) {
            for (const SmearingTerm& term : states[i]->ears[ear]) {
                const double amount = weights[i] * term.amount;
                if (term.matrix != nullptr && amount > 0.0) {
                    add(out.ears[ear], {.matrix = term.matrix, .amount = amount});
                }
            }
        }
    }
}

}  // namespace earshot::dsp
