// What implants leave of a voice: one voice here, all strategies in the validation.
#include "tests/unit/dsp_implant/implant_speech.hpp"

#include <gtest/gtest.h>

namespace earshot::dsp {
namespace {

using implant_test::report_on_speech;

TEST(ImplantSpeech, D1D2D3KeepsEnvelopesAndLevelsWithSines) {
    const auto report = report_on_speech("8 sines", sine_vocoder(8), 3, 1);
    EXPECT_GE(report.worst_correlation, 0.95);
    EXPECT_LE(report.median_half_away, 0.6);
    EXPECT_GE(report.lowest_band_db, -3.5);
    EXPECT_LE(report.highest_band_db, 3.5);
    EXPECT_NEAR(report.total_db, 0.0, 1.0);
}

}  // namespace
}  // namespace earshot::dsp
