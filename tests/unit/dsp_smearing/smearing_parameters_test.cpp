#include "common/dsp/smearing/smearing_parameters.hpp"

#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_smearing/golden.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace earshot::dsp {
namespace {

static_assert(std::is_trivially_copyable_v<SmearingParameters>);

/// Parameters whose matrices are told apart by their broadening.
class SmearingParametersTest : public testing::Test {
protected:
    static const SmearingMatrix* matrix(double lower) { return &golden::simple_matrix(lower); }
    static SmearingParameters both(double lower, double amount) {
        SmearingParameters result;
        for (SmearingParameters::Ear& ear : result.ears) {
            ear[0] = {.matrix = matrix(lower), .amount = amount};
        }
        return result;
    }
    static SmearingParameters blended(const std::vector<SmearingParameters>& states,
                                      const std::vector<double>& weights) {
        std::vector<const SmearingParameters*> pointers;
        for (const SmearingParameters& state : states) {
            pointers.push_back(&state);
        }
        SmearingParameters result = both(6.0, 0.7);  // to be forgotten
        test::rt_guard::expect_realtime_safe([&] { blend(pointers, weights, result); });
        return result;
    }
    static double amount(const SmearingParameters& parameters, std::size_t ear, double lower) {
        double sum = 0.0;
        for (const SmearingTerm& term : parameters.ears[ear]) {
            sum += term.matrix == matrix(lower) ? term.amount : 0.0;
        }
        return sum;
    }
};

TEST_F(SmearingParametersTest, ComeFromDegreesTimesIntensity) {
    SmearingMatrices matrices;
    const EarSmearing left{.broadening = broadening_of(SmearingDegree::mild), .amount = 0.5};
    const EarSmearing right{.broadening = left.broadening};
    const SmearingParameters made = make_smearing_parameters(left, right, 0.8, matrices);
    EXPECT_EQ(made.ears[0][0].matrix, matrices.get(left.broadening).get());
    EXPECT_DOUBLE_EQ(made.ears[0][0].amount, 0.4);
    EXPECT_EQ(made.ears[1][0].matrix, matrices.get(right.broadening).get());
    EXPECT_DOUBLE_EQ(made.ears[1][0].amount, 0.8);
    EXPECT_EQ(made.ears[0][1].matrix, nullptr);
}

TEST_F(SmearingParametersTest, OfNoEffectHaveNoTerms) {
    SmearingMatrices matrices;
    const EarSmearing normal{};
    const EarSmearing severe{.broadening = broadening_of(SmearingDegree::severe)};
    const EarSmearing unused{.broadening = severe.broadening, .amount = 0.0};
    for (const SmearingParameters& made :
         {make_smearing_parameters(normal, unused, 1.0, matrices),
          make_smearing_parameters(severe, severe, 0.0, matrices)}) {
        EXPECT_EQ(made.ears[0][0].matrix, nullptr);
        EXPECT_EQ(made.ears[1][0].matrix, nullptr);
    }
}

TEST_F(SmearingParametersTest, RefuseWhatIsOutOfRange) {
    SmearingMatrices matrices;
    const EarSmearing good{.broadening = broadening_of(SmearingDegree::mild)};
    for (const double bad : {-0.01, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
        const EarSmearing amount{.broadening = good.broadening, .amount = bad};
        EXPECT_THROW((void)make_smearing_parameters(good, amount, 1.0, matrices),
                     std::invalid_argument);
        EXPECT_THROW((void)make_smearing_parameters(good, good, bad, matrices),
                     std::invalid_argument);
    }
    const EarSmearing narrow{.broadening = {.lower = 0.9}, .amount = 0.0};
    EXPECT_THROW((void)make_smearing_parameters(narrow, good, 1.0, matrices),
                 std::invalid_argument);
}

TEST_F(SmearingParametersTest, BlendBySumsOfAmounts) {
    const SmearingParameters mixed =
        blended({both(2.0, 1.0), {}, both(3.0, 0.5), both(2.0, 0.4)}, {0.25, 0.25, 0.3, 0.2});
    for (const std::size_t ear : {0U, 1U}) {
        EXPECT_DOUBLE_EQ(amount(mixed, ear, 2.0), 0.25 + 0.2 * 0.4);
        EXPECT_DOUBLE_EQ(amount(mixed, ear, 3.0), 0.15);
        EXPECT_EQ(mixed.ears[ear][2].matrix, nullptr);
    }
}

TEST_F(SmearingParametersTest, OfTheOnlyStateAreCopied) {
    SmearingParameters state = both(2.0, 0.123456789);
    state.ears[1][1] = {.matrix = matrix(3.0), .amount = 0.1};
    const SmearingParameters copy = blended({both(4.0, 1.0), state}, {0.0, 1.0});
    for (std::size_t ear = 0; ear < 2; ++ear) {
        for (std::size_t i = 0; i < SmearingParameters::kMostMatrices; ++i) {
            EXPECT_EQ(copy.ears[ear][i].matrix, state.ears[ear][i].matrix);
            EXPECT_EQ(copy.ears[ear][i].amount, state.ears[ear][i].amount);
        }
    }
}

TEST_F(SmearingParametersTest, KeepThreeMatricesAndAllOfTheAmount) {
    const SmearingParameters mixed = blended(
        {both(2.0, 1.0), both(3.0, 1.0), both(5.0, 1.0), both(3.4, 1.0)}, {0.4, 0.05, 0.3, 0.25});
    // 3.0 has the least, and 3.4 is nearest to it.
    EXPECT_DOUBLE_EQ(amount(mixed, 0, 2.0), 0.4);
    EXPECT_DOUBLE_EQ(amount(mixed, 0, 5.0), 0.3);
    EXPECT_DOUBLE_EQ(amount(mixed, 0, 3.4), 0.3);
    EXPECT_EQ(amount(mixed, 0, 3.0), 0.0);
}

}  // namespace
}  // namespace earshot::dsp
