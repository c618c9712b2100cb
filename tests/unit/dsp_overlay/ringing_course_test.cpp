#include "common/dsp/overlay/ringing_course.hpp"

#include "common/base/time.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot::dsp {
namespace {

constexpr std::int64_t kLongAgo = -(std::int64_t{1} << 47);

TEST(RingingCourse, RisesAsAnSInItsTime) {
    const RingingCourse course{.rise_s = 2.0};
    EXPECT_EQ(ringing_share(course, 1'000, 999), 0.0);
    EXPECT_EQ(ringing_share(course, 1'000, 1'000), 0.0);
    EXPECT_NEAR(ringing_share(course, 1'000, 49'000), 0.5, 1e-12);
    EXPECT_EQ(ringing_share(course, 1'000, 97'000), 1.0);
    EXPECT_EQ(ringing_share(course, 1'000, 10'000'000), 1.0) << "it stays";
    double last = 0.0;
    for (int frame = 0; frame <= 96'000; frame += 32) {
        const double now = ringing_share(course, 0, frame);
        EXPECT_GE(now, last);
        // The steepest slope of the quintic.
        EXPECT_LE(now - last, 1.875 * 32.0 / 96'000.0 + 1e-12);
        last = now;
    }
}

TEST(RingingCourse, DecaysWithItsTimeConstantOnceItIsThere) {
    const RingingCourse course{.rise_s = 0.5, .decay_s = 3.0};
    EXPECT_EQ(ringing_share(course, 0, 24'000), 1.0);
    EXPECT_NEAR(ringing_share(course, 0, 24'000 + 3 * 48'000), std::exp(-1.0), 1e-12);
}

TEST(RingingCourse, WhatRangBeforeTheProgrammeIsThereAndDecaysFromItsBeginning) {
    const RingingCourse course{.rise_s = 10.0, .decay_s = 3.0};
    EXPECT_EQ(ringing_share(course, kLongAgo, -48'000), 1.0);
    EXPECT_EQ(ringing_share(course, kLongAgo, 0), 1.0);
    EXPECT_NEAR(ringing_share(course, kLongAgo, 3 * 48'000), std::exp(-1.0), 1e-12);
}

TEST(RingingCourse, SaysWhenItStandsStill) {
    EXPECT_TRUE(ringing_changes({.rise_s = 1.0}, 0, 47'999));
    EXPECT_FALSE(ringing_changes({.rise_s = 1.0}, 0, 48'000));
    EXPECT_FALSE(ringing_changes({.rise_s = 1.0}, kLongAgo, 0));
    EXPECT_TRUE(ringing_changes({.rise_s = 1.0, .decay_s = 5.0}, 0, 480'000));
}

}  // namespace
}  // namespace earshot::dsp
