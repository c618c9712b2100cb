#pragma once

#include "common/base/level.hpp"

#include <span>

namespace earshot::dsp {

/// A level that glides: as amplitude to and from nothing, else in dB.
struct GlidingLevel {
    double presence = 0.0;  ///< 0 not there, 1 there; a share of the amplitude in between.
    double db = 0.0;        ///< Counts only as far as it is present.

    [[nodiscard]] static GlidingLevel at(double db) noexcept { return {1.0, db}; }
    [[nodiscard]] double amplitude() const noexcept {
        return presence > 0.0 ? presence * db_to_gain(db) : 0.0;
    }
    bool operator==(const GlidingLevel&) const = default;
};

/// The weighted mean of a value of each state, by how present each is: something that is not there
/// has no say. The first state's value if none is present.
/// @param value  double(const State&).   @param level  const GlidingLevel&(const State&).
template <class State, class Value, class Level>
[[nodiscard]] double blend_present(std::span<const State* const> states,
                                   std::span<const double> weights,
                                   const Value& value,
                                   const Level& level) noexcept {
    double sum = 0.0;
    double share = 0.0;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const double w = weights[i] * level(*states[i]).presence;
        sum += w * value(*states[i]);
        share += w;
    }
    return share > 0.0 ? sum / share : value(*states.front());
}

/// The weighted mean of a value of each state.
template <class State, class Value>
[[nodiscard]] double blend_linear(std::span<const State* const> states,
                                  std::span<const double> weights,
                                  const Value& value) noexcept {
    double sum = 0.0;
    for (std::size_t i = 0; i < states.size(); ++i) {
        sum += weights[i] * value(*states[i]);
    }
    return sum;
}

template <class State, class Level>
[[nodiscard]] GlidingLevel blend_level(std::span<const State* const> states,
                                       std::span<const double> weights,
                                       const Level& level) noexcept {
    const auto presence = [&level](const State& s) { return level(s).presence; };
    const auto db = [&level](const State& s) { return level(s).db; };
    return {blend_linear(states, weights, presence), blend_present(states, weights, db, level)};
}

/// The state whose weight is 1, or null.
template <class State>
[[nodiscard]] const State* only_state(std::span<const State* const> states,
                                      std::span<const double> weights) noexcept {
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (weights[i] == 1.0) {
            return states[i];
        }
    }
    return nullptr;
}

}  // namespace earshot::dsp
