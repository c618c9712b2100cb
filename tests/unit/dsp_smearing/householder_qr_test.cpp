#include "common/dsp/smearing/householder_qr.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace earshot::dsp {
namespace {

/// Reproducible numbers in +-1.
std::vector<double> numbers(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<double> result(count);
    for (double& value : result) {
        value = static_cast<double>(random()) / 2147483648.0 - 1.0;
    }
    return result;
}

ColumnMatrix some_matrix(std::size_t rows, std::size_t columns) {
    const std::vector<double> values = numbers(rows * columns, 7);
    ColumnMatrix a(rows, columns);
    for (std::size_t j = 0; j < columns; ++j) {
        for (std::size_t i = 0; i < rows; ++i) {
            a.column(j)[i] = values[j * rows + i];
        }
    }
    return a;
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

std::vector<double> product(const ColumnMatrix& a, std::span<const double> x) {
    std::vector<double> result(a.rows());
    for (std::size_t j = 0; j < a.columns(); ++j) {
        for (std::size_t i = 0; i < a.rows(); ++i) {
            result[i] += a.column(j)[i] * x[j];
        }
    }
    return result;
}

// Random matrices of this size have condition numbers below 100: 13 of 16 digits are left.
constexpr double kRounding = 1e-12;

TEST(HouseholderQr, SolvesSquareEquations) {
    const ColumnMatrix a = some_matrix(12, 12);
    const std::vector<double> x = numbers(12, 1);
    std::vector<double> found(12);
    HouseholderQr(a).solve(product(a, x), found);
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(found[i], x[i], kRounding);
    }
}

TEST(HouseholderQr, LeavesAResidueAtRightAnglesToEveryColumn) {
    const ColumnMatrix a = some_matrix(30, 8);
    const std::vector<double> b = numbers(30, 2);
    std::vector<double> x(8);
    HouseholderQr(a).solve(b, x);
    std::vector<double> residue = product(a, x);
    for (std::size_t i = 0; i < b.size(); ++i) {
        residue[i] -= b[i];
    }
    EXPECT_GT(dot(residue, residue), 0.1);
    for (std::size_t j = 0; j < a.columns(); ++j) {
        EXPECT_NEAR(dot(a.column(j), residue), 0.0, kRounding);
    }
}

TEST(HouseholderQr, FindsTheShortestSolutionOfFewerEquations) {
    const ColumnMatrix a = some_matrix(30, 8);
    const std::vector<double> b = numbers(8, 3);
    const HouseholderQr qr(a);
    std::vector<double> x(30);
    qr.solve_transposed(b, x);
    for (std::size_t j = 0; j < a.columns(); ++j) {
        EXPECT_NEAR(dot(a.column(j), x), b[j], kRounding);
    }
    // The shortest one is made of the columns alone: they come to it exactly.
    std::vector<double> of_columns(8);
    qr.solve(x, of_columns);
    const std::vector<double> again = product(a, of_columns);
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(again[i], x[i], kRounding);
    }
}

TEST(HouseholderQr, TakesColumnsThatAreMultiplesOfAxes) {
    ColumnMatrix a(3, 2);
    a.column(0)[0] = 2.0;
    a.column(1)[2] = -4.0;
    std::vector<double> x(3);
    HouseholderQr(a).solve_transposed(std::vector<double>{6.0, 8.0}, x);
    EXPECT_DOUBLE_EQ(x[0], 3.0);
    EXPECT_DOUBLE_EQ(x[1], 0.0);
    EXPECT_DOUBLE_EQ(x[2], -2.0);
}

TEST(HouseholderQr, RefusesWhatHasNoAnswer) {
    EXPECT_THROW(HouseholderQr(ColumnMatrix(3, 4)), std::invalid_argument);
    EXPECT_THROW(HouseholderQr(ColumnMatrix(3, 0)), std::invalid_argument);
    EXPECT_THROW(HouseholderQr(ColumnMatrix(3, 2)), std::invalid_argument);
    ColumnMatrix twice = some_matrix(5, 2);
    for (std::size_t i = 0; i < 5; ++i) {
        twice.column(1)[i] = 3.0 * twice.column(0)[i];
    }
    EXPECT_THROW(HouseholderQr{twice}, std::invalid_argument);
    twice.column(1)[2] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(HouseholderQr{twice}, std::invalid_argument);
}

}  // namespace
}  // namespace earshot::dsp
