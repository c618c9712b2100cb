#include "common/dsp/biquad.hpp"

#include "common/base/level.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace earshot::dsp {
namespace {

double db_at(const BiquadCoefficients& section, double frequency_hz) {
    return gain_to_db(std::abs(section.response(frequency_hz)));
}

TEST(Biquad, ButterworthIsThreeDbDownAtItsCornerAndFallsTwelveAnOctave) {
    const auto low = BiquadCoefficients::low_pass(1'000.0, butterworth_q(2, 0));
    EXPECT_NEAR(db_at(low, 1'000.0), -3.01, 0.01);
    EXPECT_NEAR(db_at(low, 10.0), 0.0, 0.001);
    EXPECT_NEAR(db_at(low, 4'000.0) - db_at(low, 2'000.0), -12.0, 0.7);
    const auto high = BiquadCoefficients::high_pass(1'000.0, butterworth_q(2, 0));
    EXPECT_NEAR(db_at(high, 1'000.0), -3.01, 0.01);
    EXPECT_NEAR(db_at(high, 20'000.0), 0.0, 0.001);
    EXPECT_NEAR(db_at(high, 250.0) - db_at(high, 500.0), -12.0, 0.7);
}

TEST(Biquad, EighthOrderButterworthIsThreeDbDownAtItsCorner) {
    double db = 0.0;
    for (int i = 0; i < 4; ++i) {
        db += db_at(BiquadCoefficients::low_pass(120.0, butterworth_q(8, i)), 120.0);
    }
    EXPECT_NEAR(db, -3.01, 0.01);
}

TEST(Biquad, PeakAndShelfReachTheirGains) {
    const auto peak = BiquadCoefficients::peak(450.0, 1.5, 4.0);
    EXPECT_NEAR(db_at(peak, 450.0), 4.0, 1e-9);
    EXPECT_NEAR(db_at(peak, 20.0), 0.0, 0.02);
    const auto shelf = BiquadCoefficients::high_shelf(700.0, 0.8, -26.0);
    EXPECT_NEAR(db_at(shelf, 700.0), -13.0, 1e-9);
    EXPECT_NEAR(db_at(shelf, 20.0), 0.0, 0.05);
    EXPECT_NEAR(db_at(shelf, 23'000.0), -26.0, 0.05);
}

TEST(Biquad, ItsImpulseResponseHasTheResponseItPromises) {
    const auto section = BiquadCoefficients::peak(2'000.0, 2.0, 9.0);
    std::vector<double> impulse(4'800);
    impulse[0] = 1.0;
    Biquad biquad;
    biquad.process(section, impulse);
    for (const double hz : {100.0, 1'500.0, 2'000.0, 9'000.0}) {
        std::complex<double> sum = 0.0;
        for (std::size_t i = 0; i < impulse.size(); ++i) {
            sum += impulse[i] * std::polar(1.0, -2.0 * 3.14159265358979 * hz *
                                                    static_cast<double>(i) / 48'000.0);
        }
        EXPECT_NEAR(std::abs(sum - section.response(hz)), 0.0, 1e-9) << hz;
    }
}

TEST(Biquad, DropsAResidueBeforeItGetsDenormalAndNothingLouder) {
    const auto section = BiquadCoefficients::low_pass(100.0, 0.7);
    std::vector<double> sound(1, 1.0);
    Biquad biquad;
    biquad.process(section, sound);
    biquad.drop_residue();
    std::vector<double> tail(10);
    biquad.process(section, tail);
    EXPECT_GT(tail[0], 0.0);
    for (int i = 0; i < 400; ++i) {
        std::vector<double> silence(128);
        biquad.process(section, silence);
        biquad.drop_residue();
        for (const double x : silence) {
            ASSERT_TRUE(x == 0.0 || std::abs(x) > std::numeric_limits<double>::min());
        }
    }
    std::vector<double> end(1);
    biquad.process(section, end);
    EXPECT_EQ(end[0], 0.0);
}

}  // namespace
}  // namespace earshot::dsp
