#include "common/dsp/overlay/filter_power.hpp"

#include "common/base/level.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <numeric>
#include <vector>

namespace earshot::dsp {
namespace {

TEST(FilterPower, EqualsTheEnergyOfTheImpulseResponse) {
    for (const BiquadCoefficients& section :
         {BiquadCoefficients::low_pass(230.0, 0.7071),
          BiquadCoefficients::high_pass(3'000.0, 0.7071), band_pass(180.0, 0.7),
          BiquadCoefficients::peak(450.0, 1.5, 4.0)}) {
        std::vector<double> response(48'000);
        response[0] = 1.0;
        Biquad().process(section, response);
        const double energy =
            std::inner_product(response.begin(), response.end(), response.begin(), 0.0);
        // What is left after a second is below rounding.
        EXPECT_NEAR(white_noise_power(section) / energy, 1.0, 1e-9);
    }
}

TEST(FilterPower, LoudnessWeightIsZeroDecibelsAtItsReference) {
    // BS.1770: a 997 Hz sine of 0 dBFS in one channel reads -3.01 LKFS, with the -0.691 dB offset.
    EXPECT_NEAR(10.0 * std::log10(loudness_weight(997.0)), 0.691, 0.01);
    EXPECT_LT(10.0 * std::log10(loudness_weight(30.0)), -5.0);
    EXPECT_NEAR(10.0 * std::log10(loudness_weight(10'000.0)), 4.0, 0.2);
}

TEST(FilterPower, BandPassIsOneAtItsCentreAndHalfAtItsEdges) {
    const BiquadCoefficients band = band_pass(300.0, 1.0);
    EXPECT_NEAR(std::abs(band.response(300.0)), 1.0, 1e-12);
    // Edges of q 1: a factor of 1.618 on either side; 1e-3 for the bilinear transform's warping.
    EXPECT_NEAR(std::norm(band.response(300.0 * 1.618034)), 0.5, 1e-3);
    EXPECT_NEAR(std::norm(band.response(300.0 / 1.618034)), 0.5, 1e-3);
}

TEST(FilterPower, OcclusionBoostsFrom125To250HzAndNothingAbove1kHz) {
    for (const double gain_db : {15.0, 17.5, 20.0}) {
        const BiquadCoefficients shelf = occlusion_shelf(gain_db);
        const auto db = [&shelf](double hz) { return gain_to_db(std::abs(shelf.response(hz))); };
        for (const double hz : {125.0, 150.0, 177.0, 210.0, 250.0}) {
            EXPECT_NEAR(db(hz), gain_db, 1.0) << hz;
        }
        for (const double hz : {1'000.0, 1'500.0, 4'000.0, 16'000.0}) {
            EXPECT_NEAR(db(hz), 0.0, 1.0) << hz;
        }
        EXPECT_GT(db(400.0), db(700.0));
    }
    EXPECT_NEAR(std::abs(occlusion_shelf(0.0).response(200.0)), 1.0, 1e-12);
}

}  // namespace
}  // namespace earshot::dsp
