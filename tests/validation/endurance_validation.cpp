#include "tests/validation/endurance.hpp"

#include <gtest/gtest.h>

namespace {

// deploy/test --long has the whole hour.
TEST(Endurance, J4FiveMinutesOfAllStatesLeaveNoTrace) {
    earshot::dsp::validation::expect_endures(5);
}

TEST(Endurance, J4SaysWhatMemoryAPerspectiveTakes) {
    earshot::dsp::validation::note_memory();
}

}  // namespace
