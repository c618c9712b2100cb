#include "tests/support/figures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>

namespace earshot::test {
namespace {

/// Four significant digits: more would differ between machines.
std::string written(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value == 0.0 ? 0.0 : value);
    return text;
}

/// Under a key that no other property of the running test has.
void record(const std::string& kind, const std::string& value) {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    const int number = info == nullptr ? 0 : info->result()->test_property_count();
    testing::Test::RecordProperty(kind + "_" + std::to_string(number), value);
}

void note(std::string_view what, double value, std::string_view unit, const Bound& bound) {
    std::string line{what};
    line += "\t" + written(value) + "\t" + std::string{unit};
    line += "\t" + (std::isfinite(bound.low) ? written(bound.low) : "");
    line += "\t" + (std::isfinite(bound.high) ? written(bound.high) : "");
    record("figure", line);
    std::cout << "  " << what << ": " << written(value) << (unit.empty() ? "" : " ") << unit
              << "\n";
}

}  // namespace

void expect_figure(std::string_view what, double value, std::string_view unit, Bound bound) {
    note(what, value, unit, bound);
    EXPECT_TRUE(value >= bound.low && value <= bound.high)
        << what << ": " << value << " " << unit << ", allowed from " << bound.low << " to "
        << bound.high;
}

void note_figure(std::string_view what, double value, std::string_view unit) {
    note(what, value, unit, {});
}

void note_curve(const Curve& curve, const std::vector<double>& xs, const std::vector<double>& ys) {
    std::string line;
    for (const std::string_view text : {curve.diagram, curve.name, curve.x_label, curve.y_label}) {
        line += std::string{text} + "\t";
    }
    for (std::size_t i = 0; i < xs.size(); ++i) {
        line += (i == 0 ? "" : " ") + written(xs[i]) + "," + written(ys[i]);
    }
    record("curve", line);
}

}  // namespace earshot::test
