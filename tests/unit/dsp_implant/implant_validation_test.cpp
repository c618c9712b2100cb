// D1, D2, D3 over channel counts and voices, as HEARING section 4 has them.
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_implant/implant_speech.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace earshot::dsp {
namespace {

using namespace implant_test;

constexpr int kSeconds = 4;

/// The worst of several voices.
struct Worst {
    double correlation = 1.0;
    double median_correlation = 1.0;
    double median_half_away = 0.0;
    double lowest_band_db = 0.0;
    double highest_band_db = 0.0;
    double total_db = 0.0;
    double under_150_db = -200.0;
    double loudness_lu = -200.0;

    void take(const SpeechReport& report) {
        correlation = std::min(correlation, report.worst_correlation);
        median_correlation = std::min(median_correlation, report.median_correlation);
        median_half_away = std::max(median_half_away, report.median_half_away);
        lowest_band_db = std::min(lowest_band_db, report.lowest_band_db);
        highest_band_db = std::max(highest_band_db, report.highest_band_db);
        total_db = std::max(total_db, std::abs(report.total_db));
        under_150_db = std::max(under_150_db, report.under_150_db);
        loudness_lu = std::max(loudness_lu, report.loudness_lu);
    }
};

Worst of_voices(const std::string& name, const ImplantSettings& settings, std::uint32_t voices) {
    Worst worst;
    for (std::uint32_t seed = 1; seed <= voices; ++seed) {
        worst.take(report_on_speech(name, settings, kSeconds, seed));
    }
    return worst;
}

void expect_speech(const std::string& name, const Worst& worst, double each, double median) {
    test::expect_figure(name + ": D1, worst channel", worst.correlation, "", test::at_least(each));
    test::expect_figure(name + ": D1, median channel", worst.median_correlation, "",
                        test::at_least(median));
    test::expect_figure(name + ": loudness", worst.loudness_lu, "LU", test::at_most(1.0));
}

TEST(ImplantValidation, D1D2D3HoldForSinesAndNoiseOfAllChannelCounts) {
    for (const int channels : {8, 12, 16, 22}) {
        for (const bool sines : {true, false}) {
            const std::string name = std::to_string(channels) + (sines ? " sines" : " noises");
            const Worst worst =
                of_voices(name, sines ? sine_vocoder(channels) : noise_vocoder(channels), 3);
            // Noise in a band of 50 Hz swells by itself, within the 16 Hz that count: the lowest
            // channels of 22 are bound to fall below the median of all.
            expect_speech(name, worst, sines ? 0.95 : 0.75, sines ? 0.95 : 0.85);
            test::expect_figure(name + ": D2, half a bank away", worst.median_half_away, "",
                                test::at_most(0.6));
            test::expect_figure(name + ": D3, lowest band", worst.lowest_band_db, "dB",
                                test::at_least(-3.5));
            test::expect_figure(name + ": D3, highest band", worst.highest_band_db, "dB",
                                test::at_most(3.5));
            test::expect_figure(name + ": D3, total", worst.total_db, "dB", test::at_most(1.0));
        }
    }
}

TEST(ImplantValidation, D1D2HoldForSelectionAndSpread) {
    const Worst ace = of_voices("n-of-m", n_of_m(), 4);
    expect_speech("n-of-m", ace, 0.75, 0.90);
    test::expect_figure("n-of-m: D2, half a bank away", ace.median_half_away, "",
                        test::at_most(0.6));
    expect_speech("SPIRAL, -8 dB/oct", of_voices("spiral -8", spiral(-8.0), 4), 0.0, 0.75);
    expect_speech("adapted", of_voices("adapted", implant_adapted(), 4), 0.0, 0.75);
    const Worst day1 = of_voices("day 1", implant_day1(), 4);
    expect_speech("day 1", day1, 0.0, 0.80);
    test::expect_figure("day 1: below 150 Hz, over the whole", day1.under_150_db, "dB",
                        test::at_most(-50.0));
}

}  // namespace
}  // namespace earshot::dsp
