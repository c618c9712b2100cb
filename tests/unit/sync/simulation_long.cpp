#include "tests/unit/sync/simulation.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Simulation, TwoHundredSeedsOfEverySessionStayInStep) {
    earshot::test::expect_lockstep(5'000, 200, 120.0);
}

}  // namespace
