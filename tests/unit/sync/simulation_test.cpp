#include "tests/unit/sync/simulation.hpp"

#include <gtest/gtest.h>

namespace {

// deploy/test --long has 200 seeds.
TEST(Simulation, FiveSeedsOfEverySessionStayInStep) {
    earshot::test::expect_lockstep(1'000, 5, 80.0);
}

}  // namespace
