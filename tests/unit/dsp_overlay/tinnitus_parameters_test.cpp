#include "common/dsp/overlay/tinnitus_parameters.hpp"

#include "common/dsp/overlay/tinnitus.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace earshot::dsp {
namespace {

using overlay_test::render_at;
using sound::Stereo;

TinnitusSettings both_ears(const TinnitusEar& ear) {
    TinnitusSettings settings;
    settings.ears = {ear, ear};
    return settings;
}

double measured_lufs(const Stereo& sound) {
    ebur128_state* meter = ebur128_init(2, kSampleRateHz, EBUR128_MODE_I);
    std::vector<float> interleaved;
    for (std::size_t i = 0; i < sound.left.size(); ++i) {
        interleaved.push_back(sound.left[i]);
        interleaved.push_back(sound.right[i]);
    }
    ebur128_add_frames_float(meter, interleaved.data(), sound.left.size());
    double lufs = 0.0;
    ebur128_loudness_global(meter, &lufs);
    ebur128_destroy(&meter);
    return lufs;
}

double rendered_lufs(const TinnitusParameters& parameters) {
    Tinnitus tinnitus({1, 2});
    tinnitus.set(parameters);
    Stereo sound(48'000);
    render_at([&](audio::BlockView block, std::int64_t at) { tinnitus.process(block, at); }, sound,
              0);
    return measured_lufs(sound);
}

TEST(TinnitusParameters, LevelIsSensationLevelOverTheThreshold) {
    TinnitusSettings settings = both_ears({.kind = TinnitusKind::tone, .level_db_sl = 25.0});
    settings.ears[1].threshold_db_spl = 12.0;
    auto made = make_tinnitus_parameters(settings);
    ASSERT_TRUE(made);
    EXPECT_DOUBLE_EQ(made->parameters.ears[0].level.db, -75.0);
    EXPECT_DOUBLE_EQ(made->parameters.ears[1].level.db, -63.0);
    EXPECT_EQ(made->lowered_db, 0.0);
    settings.calibration_db_spl = 97.0;
    EXPECT_DOUBLE_EQ(make_tinnitus_parameters(settings)->parameters.ears[0].level.db, -72.0);
}

TEST(TinnitusParameters, LoudTinnitusIsTurnedDownAndSaysSo) {
    for (const TinnitusEar& ear :
         {TinnitusEar{.kind = TinnitusKind::tone, .frequency_hz = 1'000.0},
          TinnitusEar{.kind = TinnitusKind::tone, .frequency_hz = 6'000.0, .noise_share = 0.4},
          TinnitusEar{.kind = TinnitusKind::narrow_band, .frequency_hz = 4'000.0},
          TinnitusEar{.kind = TinnitusKind::broadband, .frequency_hz = 3'000.0},
          TinnitusEar{.kind = TinnitusKind::broadband, .frequency_hz = 100.0}}) {
        TinnitusEar loud = ear;
        loud.level_db_sl = 70.0;
        const auto made = make_tinnitus_parameters(both_ears(loud));
        ASSERT_TRUE(made);
        EXPECT_GT(made->lowered_db, 5.0);
        EXPECT_NEAR(made->loudness_lufs, kLoudestTinnitusLufs, 1e-9);
        // Noise of 1 s in a band of 925 Hz varies by 0.15 dB; gating and filters of the meter by
        // less.
        EXPECT_NEAR(rendered_lufs(made->parameters), kLoudestTinnitusLufs, 0.3);
    }
}

TEST(TinnitusParameters, IntensityTakesFortyDecibelsAndThenAll) {
    const TinnitusSettings settings = both_ears({.kind = TinnitusKind::tone});
    EXPECT_DOUBLE_EQ(make_tinnitus_parameters(settings, 0.5)->parameters.ears[0].level.db, -95.0);
    EXPECT_EQ(make_tinnitus_parameters(settings, 0.0)->parameters.ears[0].level.amplitude(), 0.0);
    double last = 1.0;
    for (int step = 20; step >= 0; --step) {
        const double amplitude =
            make_tinnitus_parameters(settings, step / 20.0)->parameters.ears[0].level.amplitude();
        EXPECT_LT(amplitude, last);
        last = amplitude;
    }
}

TEST(TinnitusParameters, GlideLinearlyFromNothingAndInDecibelsBetweenLevels) {
    const auto none = make_tinnitus_parameters({})->parameters;
    const auto soft =
        make_tinnitus_parameters(
            both_ears({.kind = TinnitusKind::tone, .frequency_hz = 2'000.0, .level_db_sl = 10.0}))
            ->parameters;
    const auto loud = make_tinnitus_parameters(both_ears({.kind = TinnitusKind::narrow_band,
                                                          .frequency_hz = 8'000.0,
                                                          .level_db_sl = 30.0}))
                          ->parameters;
    TinnitusParameters out;
    const auto mix = [&out](std::vector<const TinnitusParameters*> states,
                            std::vector<double> weights) { blend(states, weights, out); };
    mix({&none, &loud}, {0.75, 0.25});
    EXPECT_NEAR(out.ears[0].level.amplitude(), 0.25 * loud.ears[0].level.amplitude(), 1e-15);
    EXPECT_NEAR(std::exp(out.ears[0].log_frequency), 8'000.0, 1e-6);  // nothing has no pitch
    mix({&soft, &loud}, {0.5, 0.5});
    EXPECT_NEAR(out.ears[0].level.db, -80.0, 1e-12);
    EXPECT_NEAR(std::exp(out.ears[0].log_frequency), 4'000.0, 1e-6);
    EXPECT_NEAR(out.ears[0].narrow, 0.5, 1e-12);
    mix({&soft, &none, &loud}, {0.0, 0.0, 1.0});
    EXPECT_EQ(out, loud);
    mix({&none, &none}, {0.5, 0.5});
    EXPECT_EQ(out.ears[0].level.amplitude(), 0.0);
}

TEST(TinnitusParameters, RefuseWhatIsOutOfRangeInOneLine) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const TinnitusEar& ear :
         {TinnitusEar{.frequency_hz = 20.0}, TinnitusEar{.frequency_hz = nan},
          TinnitusEar{.bandwidth_octaves = 2.0}, TinnitusEar{.noise_share = -0.1},
          TinnitusEar{.level_db_sl = 1e9}, TinnitusEar{.threshold_db_spl = nan}}) {
        const auto made = make_tinnitus_parameters(both_ears(ear));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.failure().text.find('\n'), std::string::npos);
        EXPECT_FALSE(made.failure().text.empty());
    }
    EXPECT_FALSE(make_tinnitus_parameters({}, 1.5));
    EXPECT_FALSE(make_tinnitus_parameters({.ears = {}, .calibration_db_spl = 0.0}));
}

}  // namespace
}  // namespace earshot::dsp
