#include "common/base/level.hpp"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Level, TurnsDecibelsIntoFactors) {
    EXPECT_FLOAT_EQ(db_to_gain(0.0F), 1.0F);
    EXPECT_FLOAT_EQ(db_to_gain(20.0F), 10.0F);
    EXPECT_FLOAT_EQ(db_to_gain(-40.0F), 0.01F);
    EXPECT_DOUBLE_EQ(db_to_gain(-60.0), 0.001);
    EXPECT_NEAR(db_to_gain(6.0205999), 2.0, 1e-8);
}

TEST(Level, TurnsFactorsIntoDecibels) {
    EXPECT_FLOAT_EQ(gain_to_db(10.0F), 20.0F);
    EXPECT_DOUBLE_EQ(gain_to_db(0.001), -60.0);
}

TEST(Level, GivesSilenceAFloorInsteadOfInfinity) {
    EXPECT_EQ(gain_to_db(0.0F), -200.0F);
    EXPECT_EQ(gain_to_db(-1.0F), -200.0F);
    EXPECT_EQ(gain_to_db(0.0), -200.0);
}

TEST(Level, RoundTrips) {
    for (double gain_db = -120.0; gain_db <= 20.0; gain_db += 0.7) {
        EXPECT_NEAR(gain_to_db(db_to_gain(gain_db)), gain_db, 1e-9) << "dB";
    }
}

}  // namespace
}  // namespace earshot
