#pragma once

namespace earshot::dsp {

/// How many times wider the two sides of each auditory filter are than a normal ear's.
struct Broadening {
    static constexpr double kLeast = 1.0;
    static constexpr double kMost = 6.0;

    double lower = 1.0;  ///< Side below the centre frequency, kLeast to kMost.
    double upper = 1.0;  ///< Side above it, kLeast to kMost.

    bool operator==(const Broadening&) const = default;
};

/// Named amounts of broadening.
enum class SmearingDegree { none, mild, moderate, severe };

/// The pair a degree stands for: none 1/1, mild 1.6/1.1, moderate 2.4/1.6, severe 4/2.
[[nodiscard]] Broadening broadening_of(SmearingDegree degree) noexcept;

/// True if the filters are as wide as a normal ear's, so that nothing is smeared.
[[nodiscard]] inline bool is_normal(const Broadening& broadening) noexcept {
    return broadening == Broadening{};
}

/// @throws std::invalid_argument  if a side is not a number from kLeast to kMost.
void check(const Broadening& broadening);

}  // namespace earshot::dsp
