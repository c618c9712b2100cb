// D1, D2, D3 over channel counts and voices, as HEARING section 4 has them.
#include "tests/unit/dsp_implant/implant_speech.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::dsp {
namespace {

using namespace implant_test;

constexpr int kSeconds = 4;

TEST(ImplantValidation, D1D2D3HoldForSinesAndNoiseOfAllChannelCounts) {
    for (const int channels : {8, 12, 16, 22}) {
        for (const std::uint32_t seed : {1U, 2U, 3U}) {
            for (const bool sines : {true, false}) {
                const std::string name = std::to_string(channels) + (sines ? " sines" : " noises");
                const auto report = report_on_speech(
                    name, sines ? sine_vocoder(channels) : noise_vocoder(channels), kSeconds, seed);
                // Noise in a band of 50 Hz swells by itself, within the 16 Hz that count: the
                // lowest channels of 22 are bound to fall below the median of all.
                EXPECT_GE(report.worst_correlation, sines ? 0.95 : 0.75) << name;
                EXPECT_GE(report.median_correlation, sines ? 0.95 : 0.85) << name;
                EXPECT_LE(report.median_half_away, 0.6) << name;
                EXPECT_GE(report.lowest_band_db, -3.5) << name;
                EXPECT_LE(report.highest_band_db, 3.5) << name;
                EXPECT_NEAR(report.total_db, 0.0, 1.0) << name;
                EXPECT_LE(report.loudness_lu, 1.0) << name;
            }
        }
    }
}

TEST(ImplantValidation, D1HoldsForSelectionAndSpread) {
    for (const std::uint32_t seed : {1U, 2U, 3U, 4U}) {
        const auto ace = report_on_speech("n-of-m", n_of_m(), kSeconds, seed);
        EXPECT_GE(ace.median_correlation, 0.90);
        EXPECT_LE(ace.median_half_away, 0.6);
        EXPECT_LE(ace.loudness_lu, 1.0);
        const auto typical = report_on_speech("spiral -8", spiral(-8.0), kSeconds, seed);
        EXPECT_GE(typical.median_correlation, 0.75);
        EXPECT_LE(typical.loudness_lu, 1.0);
        const auto adapted = report_on_speech("adapted", implant_adapted(), kSeconds, seed);
        EXPECT_GE(adapted.median_correlation, 0.75);
        EXPECT_LE(adapted.loudness_lu, 1.0);
        const auto day1 = report_on_speech("day 1", implant_day1(), kSeconds, seed);
        EXPECT_GE(day1.median_correlation, 0.80);
        EXPECT_LE(day1.under_150_db, -50.0);
        EXPECT_LE(day1.loudness_lu, 1.0);
    }
}

}  // namespace
}  // namespace earshot::dsp
