// Levels against the model in double precision, tests/golden/smearing_model.py: the quick part. All
// degrees and sounds are in smearing_validation_test.cpp.
#include "tests/unit/dsp_smearing/golden.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace earshot::dsp {
namespace {

/// HEARING C1 and C2.
constexpr double kToleranceDb = 0.3;

TEST(SmearingModel, C1MeasuresTheInputOfTheModel) {
    // float against double in the sounds and in this measurement.
    const std::vector<std::size_t> sounds = golden::every_sound();
    EXPECT_LE(
        golden::worst_db(golden::levels_after({}, sounds), golden::levels_of_model(0, sounds)),
        0.001);
}

TEST(SmearingModel, C1SevereLevelsAreThoseOfTheModel) {
    SmearingMatrices matrices;
    const auto severe = golden::parameters(SmearingDegree::severe, 1.0, matrices);
    const std::vector<std::size_t> sounds = {2, 4, 6, 9};
    EXPECT_LE(
        golden::worst_db(golden::levels_after(severe, sounds), golden::levels_of_model(3, sounds)),
        kToleranceDb);
}

TEST(SmearingModel, C2HalfTheAmountGivesTheMeanPower) {
    SmearingMatrices matrices;
    const std::vector<std::size_t> sounds = {5, 9};
    const auto none = golden::levels_of_model(0, sounds);
    const auto full = golden::levels_of_model(2, sounds);
    const auto half =
        golden::levels_after(golden::parameters(SmearingDegree::moderate, 0.5, matrices), sounds);
    EXPECT_LE(golden::worst_db(half, golden::mean_power(none, full)), kToleranceDb);
}

}  // namespace
}  // namespace earshot::dsp
