#include "common/dsp/audiogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace earshot::dsp {
namespace {

using Axis = Audiogram::Axis;

TEST(Audiogram, RunsStraightInDbOverTheLogarithmOfFrequency) {
    const std::vector<AudiogramPoint> points = {{250.0, 10.0}, {1'000.0, 30.0}, {4'000.0, 70.0}};
    const auto audiogram = Audiogram::make(points).value();
    EXPECT_DOUBLE_EQ(audiogram.at(250.0), 10.0);
    EXPECT_DOUBLE_EQ(audiogram.at(1'000.0), 30.0);
    EXPECT_NEAR(audiogram.at(500.0), 20.0, 1e-12);
    EXPECT_NEAR(audiogram.at(2'000.0), 50.0, 1e-12);
    EXPECT_DOUBLE_EQ(audiogram.at(20.0), 10.0);
    EXPECT_DOUBLE_EQ(audiogram.at(20'000.0), 70.0);
    const auto linear = Audiogram::make(points, Axis::linear_hz).value();
    EXPECT_NEAR(linear.at(625.0), 20.0, 1e-12);
    EXPECT_NEAR(linear.at(2'500.0), 50.0, 1e-12);
}

TEST(Audiogram, IsNoLossByDefaultAndFlatOnRequest) {
    EXPECT_EQ(Audiogram{}.at(3'000.0), 0.0);
    EXPECT_EQ(Audiogram::flat(60.0).at(20.0), 60.0);
    EXPECT_EQ(Audiogram::flat(60.0).at(19'000.0), 60.0);
    EXPECT_EQ(Audiogram::flat(500.0).at(1'000.0), 130.0);
}

TEST(Audiogram, RefusesWhatIsNoAudiogram) {
    using Points = std::vector<AudiogramPoint>;
    const auto code = [](const Points& points) {
        const auto made = Audiogram::make(points);
        EXPECT_FALSE(made.has_value());
        return made.failure().code;
    };
    EXPECT_EQ(code({}), Errc::too_many);
    EXPECT_EQ(code(Points(25, {1'000.0, 0.0})), Errc::too_many);
    EXPECT_EQ(code({{19.0, 0.0}}), Errc::out_of_range);
    EXPECT_EQ(code({{20'001.0, 0.0}}), Errc::out_of_range);
    EXPECT_EQ(code({{1'000.0, 131.0}}), Errc::out_of_range);
    EXPECT_EQ(code({{1'000.0, -21.0}}), Errc::out_of_range);
    EXPECT_EQ(code({{1'000.0, 0.0}, {1'000.0, 10.0}}), Errc::out_of_range);
    EXPECT_EQ(code({{1'000.0, std::nan("")}}), Errc::out_of_range);
    EXPECT_EQ(code({{std::numeric_limits<double>::infinity(), 0.0}}), Errc::out_of_range);
}

TEST(Audiogram, KnowsTheStandardOnesByName) {
    const auto n3 = standard_audiogram("N3");
    ASSERT_TRUE(n3.has_value());
    EXPECT_EQ(n3->at(125.0), 35.0);
    EXPECT_EQ(n3->at(4'000.0), 60.0);
    EXPECT_EQ(n3->at(8'000.0), 65.0);
    EXPECT_EQ(standard_audiogram("S2")->at(750.0), 22.5);
    EXPECT_EQ(standard_audiogram("N7", Axis::linear_hz)->axis(), Axis::linear_hz);
    for (const char* name : {"N1", "N2", "N4", "N5", "N6", "S1", "S3"}) {
        EXPECT_TRUE(standard_audiogram(name).has_value()) << name;
    }
    EXPECT_FALSE(standard_audiogram("N8").has_value());
    EXPECT_FALSE(standard_audiogram("").has_value());
}

}  // namespace
}  // namespace earshot::dsp
