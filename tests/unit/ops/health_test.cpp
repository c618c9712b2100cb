#include "server/ops/health.hpp"

#include <gtest/gtest.h>

namespace earshot::ops {
namespace {

TEST(Health, IsReadyOnceEveryExpectedPartIs) {
    Health health;
    health.expect("engine", "has rendered nothing yet");
    health.expect("source", "is opening");
    EXPECT_EQ(health.readyz().status, 503);
    health.set_ready("engine");
    EXPECT_FALSE(health.ready());
    health.set_ready("source");
    EXPECT_TRUE(health.ready());
    EXPECT_EQ(health.readyz().status, 200);
    EXPECT_EQ(health.readyz().body, "ready\n");
}

TEST(Health, SaysWhatIsMissing) {
    Health health;
    health.set_not_ready("source", "delivers nothing");
    health.set_not_ready("source", "delivers nothing for 5 s");
    EXPECT_EQ(health.readyz().body, "not ready\nsource: delivers nothing for 5 s\n");
}

TEST(Health, LivesWhetherReadyOrNot) {
    EXPECT_EQ(Health::healthz().status, 200);
    EXPECT_EQ(Health::healthz().body, "ok\n");
}

}  // namespace
}  // namespace earshot::ops
