#include "common/dsp/smearing/smearing_matrix.hpp"

#include "common/dsp/smearing/smearing_matrices.hpp"
#include "tests/unit/dsp_smearing/golden.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace earshot::dsp {
namespace {

using Form = SmearingMatrix::Form;

constexpr std::array<SmearingDegree, 3> kDegrees = {SmearingDegree::mild, SmearingDegree::moderate,
                                                    SmearingDegree::severe};

TEST(Broadening, C1HasThreeDegreesAndNone) {
    EXPECT_TRUE(is_normal(broadening_of(SmearingDegree::none)));
    EXPECT_EQ(broadening_of(SmearingDegree::mild), (Broadening{1.6, 1.1}));
    EXPECT_EQ(broadening_of(SmearingDegree::moderate), (Broadening{2.4, 1.6}));
    EXPECT_EQ(broadening_of(SmearingDegree::severe), (Broadening{4.0, 2.0}));
    for (const double bad : {0.99, 6.01, -1.0, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
        EXPECT_THROW(check({.lower = bad, .upper = 1.0}), std::invalid_argument);
        EXPECT_THROW(check({.lower = 1.0, .upper = bad}), std::invalid_argument);
    }
}

TEST(SmearingSolver, C1GivesTheRowsOfTheModel) {
    const std::vector<float> golden = golden::file("rows.f32");
    constexpr std::array<std::size_t, 5> kRows = {4, 32, 64, 128, 200};
    ASSERT_EQ(golden.size(), kDegrees.size() * kRows.size() * SmearingSolver::kBins);
    const SmearingSolver solver;
    std::size_t at = 0;
    for (const SmearingDegree degree : kDegrees) {
        const ColumnMatrix matrix = solver.solve(broadening_of(degree));
        for (const std::size_t row : kRows) {
            for (std::size_t column = 0; column < SmearingSolver::kBins; ++column) {
                // The file has 24 bits, the solutions agree to some 1e-11.
                ASSERT_NEAR(matrix.column(column)[row], static_cast<double>(golden[at++]), 1e-7)
                    << "degree " << static_cast<int>(degree) << " row " << row << " column "
                    << column;
            }
        }
    }
}

TEST(SmearingSolver, LeavesTheSpectrumOfNormalEarsAndOfNoiseAlone) {
    const SmearingSolver solver;
    const ColumnMatrix normal = solver.solve({});
    const ColumnMatrix wide = solver.solve({.lower = 6.0, .upper = 6.0});
    for (std::size_t row = 0; row < 220; ++row) {  // to 20.6 kHz
        double of_noise = 0.0;
        for (std::size_t column = 0; column < SmearingSolver::kBins; ++column) {
            ASSERT_NEAR(normal.column(column)[row], row == column ? 1.0 : 0.0, 1e-6);
            of_noise += wide.column(column)[row];
        }
        // Below 2 kHz bins are wide for filters, and sums over them coarse; from 14 kHz on filters
        // so wide reach beyond half the sample rate.
        if (row >= 20 && row <= 150) {
            EXPECT_NEAR(of_noise, 1.0, 0.03) << "row " << row;
        }
    }
}

/// A spectrum with a tone, a slope and holes.
SmearingPower some_power() {
    SmearingPower power;
    for (std::size_t k = 0; k < SmearingLayout::kColumns; ++k) {
        const double slope = std::exp(-static_cast<double>(k) / 40.0);
        power.bins[k] =
            k % 7 == 3 ? 0.0F : static_cast<float>(slope * (1.0 + (k == 60 ? 50.0 : 0.0)));
    }
    power.sum_groups();
    return power;
}

TEST(SmearingMatrix, MultipliesByTheCoefficientsItTells) {
    const Broadening severe = broadening_of(SmearingDegree::severe);
    const ColumnMatrix exact = SmearingSolver().solve(severe);
    const SmearingPower power = some_power();
    const SmearingMatrix dense(severe, exact, Form::dense);
    const SmearingMatrix banded(severe, exact, Form::banded);
    for (const SmearingMatrix* matrix : {&dense, &banded}) {
        std::array<float, SmearingMatrix::kRows> out{};
        matrix->multiply(power, out);
        for (int row = 0; row < SmearingMatrix::kRows; ++row) {
            double expected = 0.0;
            for (int column = 0; column < SmearingMatrix::kColumns; ++column) {
                expected += static_cast<double>(matrix->coefficient(row, column)) *
                            static_cast<double>(power.bins[static_cast<std::size_t>(column)]);
            }
            // 257 roundings of float on sums of up to 10.
            EXPECT_NEAR(static_cast<double>(out[static_cast<std::size_t>(row)]), expected, 1e-5)
                << "row " << row;
        }
    }
    EXPECT_EQ(dense.size(), 256U * 257U);
    EXPECT_LE(banded.size(), dense.size() * 2 / 5);
    // float against double.
    EXPECT_LE(golden::worst_coefficient(dense, exact), 1e-7);
    // Single coefficients may differ by more than a tone shows, which is never in one bin alone.
    EXPECT_LE(golden::worst_coefficient(banded, exact), 0.03);
}

TEST(SmearingMatrices, MakesEachMatrixOnce) {
    SmearingMatrices matrices;
    const auto mild = matrices.get(broadening_of(SmearingDegree::mild));
    EXPECT_EQ(matrices.get({.lower = 1.6, .upper = 1.1}), mild);
    EXPECT_THROW((void)matrices.get({.lower = 0.5, .upper = 1.0}), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::dsp
