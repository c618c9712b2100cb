#pragma once

#include <limits>
#include <string_view>
#include <vector>

/// What acceptance tests measure: printed for people, and kept as properties of the running test
/// in GoogleTest's JSON report, of which tests/validation/report.py makes docs/validation.
namespace earshot::test {

/// What a figure may be, both ends included.
struct Bound {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};
[[nodiscard]] constexpr Bound at_most(double high) {
    return {.high = high};
}
[[nodiscard]] constexpr Bound at_least(double low) {
    return {.low = low};
}
[[nodiscard]] constexpr Bound within(double distance, double of) {
    return {of - distance, of + distance};
}

/// Notes a figure and fails the running test if it is out of its bound.
/// @param what  Unique in its test. @param unit  "dB", or "" for a plain number.
void expect_figure(std::string_view what, double value, std::string_view unit, Bound bound);
/// Notes a figure that has no bound.
void note_figure(std::string_view what, double value, std::string_view unit);

/// A line of a diagram.
struct Curve {
    std::string_view diagram;  ///< Curves of the same diagram are drawn together.
    std::string_view name;
    std::string_view x_label;  ///< Ends in "Hz" for a logarithmic axis.
    std::string_view y_label;
};
/// Notes points for a diagram. @pre xs.size() == ys.size()
void note_curve(const Curve& curve, const std::vector<double>& xs, const std::vector<double>& ys);

}  // namespace earshot::test
