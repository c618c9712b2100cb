#include "tests/validation/endurance.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Endurance, J4AnHourOfAllStatesLeavesNoTrace) {
    earshot::dsp::validation::expect_endures(60);
}

}  // namespace
