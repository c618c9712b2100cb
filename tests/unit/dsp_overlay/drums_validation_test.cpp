#include "tests/support/figures.hpp"
#include "tests/unit/dsp_overlay/drums.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace earshot::dsp {
namespace {

using overlay_test::count_kicks;
using overlay_test::DrumKit;
using overlay_test::KickCount;

/// Plays kits with several seeds and checks recall, precision and time (within 15 ms).
void expect_found(DrumKit kit) {
    KickCount all;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        kit.seed = seed * 100;
        const KickCount count = count_kicks(kit);
        all.kicks += count.kicks;
        all.found += count.found;
        all.flags += count.flags;
        all.worst_ms = std::max(all.worst_ms, count.worst_ms);
    }
    const double recall = static_cast<double>(all.found) / all.kicks;
    const double precision = static_cast<double>(all.found) / all.flags;
    test::note_figure("kicks", all.kicks, "");
    test::expect_figure("recall", recall, "", test::at_least(0.95));
    test::expect_figure("precision", precision, "", test::at_least(0.90));
    test::expect_figure("off by at most", all.worst_ms, "ms", test::at_most(15.0));
}

TEST(VibrationDrums, F2_KicksAreFlaggedAt120BeatsAMinute) {
    expect_found({.seconds = 30, .beats_per_minute = 120.0});
}

TEST(VibrationDrums, F2_KicksAreFlaggedAt90BeatsAMinuteOverALoudBass) {
    expect_found({.seconds = 30, .beats_per_minute = 90.0, .bass = 0.06});
}

TEST(VibrationDrums, F2_KicksAreFlaggedAt150BeatsAMinute) {
    expect_found({.seconds = 30, .beats_per_minute = 150.0});
}

TEST(VibrationDrums, F2_KicksAreFlaggedAt200BeatsAMinute) {
    expect_found({.seconds = 30, .beats_per_minute = 200.0});
}

}  // namespace
}  // namespace earshot::dsp
