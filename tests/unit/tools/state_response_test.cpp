#include "server/tools/state_response.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot::tools {
namespace {

std::shared_ptr<const dsp::GammatoneBank> bank() {
    static const auto shared = std::make_shared<const dsp::GammatoneBank>();
    return shared;
}

double at_1_khz(const picture::ResponseCurve& curve, std::size_t ear) {
    for (const picture::Point& point : curve.gain_db[ear]) {
        if (point.x == 1'000.0) {
            return point.y;
        }
    }
    return NAN;
}

TEST(StateResponse, FollowsTheLawOfRecruitment) {
    dsp::HearingSettings settings;
    settings.left.path = dsp::EarPath::acoustic;
    settings.left.sensory = dsp::Audiogram::flat(40.0);
    settings.right.path = dsp::EarPath::silence;
    const auto curves = measure_response(settings, 1.0, bank(), 100.0);
    ASSERT_EQ(curves.size(), 3U);
    for (const picture::ResponseCurve& curve : curves) {
        const double slope = 105.0 / (105.0 - 40.0);
        EXPECT_NEAR(at_1_khz(curve, 0), (slope - 1.0) * (curve.input_db_spl - 105.0), 1.0);
        EXPECT_LT(at_1_khz(curve, 1), -100.0);
    }
}

TEST(StateResponse, LeavesOutWhatRingsByItself) {
    dsp::HearingSettings settings;
    settings.left.tinnitus.kind = dsp::RingingKind::tone;
    settings.left.tinnitus.level_sl_db = 60.0;
    const auto curves = measure_response(settings, 1.0, bank(), 100.0);
    for (const picture::Point& point : curves[0].gain_db[0]) {
        EXPECT_NEAR(point.y, 0.0, 0.1) << point.x;
    }
}

}  // namespace
}  // namespace earshot::tools
