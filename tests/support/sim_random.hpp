#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace earshot::test {

/// Chance of simulations: the same seed gives the same numbers with every standard library.
class SimRandom {
public:
    explicit SimRandom(std::uint32_t seed) : engine_(seed) {}

    /// Between 0 and 1, neither included.
    [[nodiscard]] double uniform() { return (static_cast<double>(engine_()) + 0.5) / 4294967296.0; }
    [[nodiscard]] double between(double low, double high) { return low + (high - low) * uniform(); }
    [[nodiscard]] double exponential(double mean) { return -mean * std::log(uniform()); }
    [[nodiscard]] bool chance(double share) { return share > 0.0 && uniform() < share; }
    /// A seed for something else that is random by itself.
    [[nodiscard]] std::uint32_t seed() { return static_cast<std::uint32_t>(engine_()); }

private:
    std::mt19937 engine_;
};

}  // namespace earshot::test
