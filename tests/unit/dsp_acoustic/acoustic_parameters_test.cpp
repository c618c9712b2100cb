#include "common/dsp/acoustic/acoustic_parameters.hpp"

#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

namespace earshot::dsp {
namespace {

static_assert(std::is_trivially_copyable_v<AcousticParameters>);

TEST(AcousticParameters, ScaleLossesAndSharesWithIntensity) {
    AcousticSettings settings = sound::everything();
    settings.right.gain_db = -8.0;
    const auto full = make_acoustic_parameters(settings, 1.0).value();
    const auto half = make_acoustic_parameters(settings, 0.5).value();
    for (std::size_t k = 0; k < kBands; ++k) {
        EXPECT_NEAR(half.ears[0].sensory_db[k], 0.5F * full.ears[0].sensory_db[k], 1e-5F);
        EXPECT_EQ(half.ears[0].conductive_db[k], 5.0F);
        EXPECT_EQ(half.ears[1].cents[k], 17.5F);
    }
    EXPECT_FLOAT_EQ(half.ears[0].temporal_smearing, 0.35F);
    EXPECT_FLOAT_EQ(half.ears[0].fine_structure, 0.2F);
    EXPECT_FLOAT_EQ(half.ears[1].hyperacusis, 0.15F);
    EXPECT_FLOAT_EQ(half.ears[1].gain_db, -4.0F);
    EXPECT_FLOAT_EQ(half.width, 0.85F);
    EXPECT_EQ(half.ears[1].catch_up_db_spl, 105.0F);
}

TEST(AcousticParameters, ReadTheAudiogramAtTheCentresAndTakeGainsOfHearingForNoLoss) {
    auto settings = sound::losses(sound::audiogram("N3"), Audiogram::flat(-10.0));
    settings.right.diplacusis_cents = -30.0;
    settings.right.diplacusis_from_hz = 1'000.0;
    settings.right.diplacusis_to_hz = 4'000.0;
    const auto parameters = make_acoustic_parameters(settings, 1.0).value();
    for (std::size_t k = 0; k < kBands; ++k) {
        const double hz = band_hz(k);
        EXPECT_NEAR(static_cast<double>(parameters.ears[0].sensory_db[k]),
                    settings.left.sensory_hl.at(hz), 1e-5);
        EXPECT_EQ(parameters.ears[1].sensory_db[k], 0.0F);
        EXPECT_EQ(parameters.ears[1].cents[k], hz >= 1'000.0 && hz <= 4'000.0 ? -30.0F : 0.0F);
    }
    EXPECT_NEAR(band_hz(0), 20.0, 1e-9);
    EXPECT_NEAR(band_hz(kBands - 1), 19'199.3, 0.1);  // 20 Hz and 54 * 0.75 Cam
}

TEST(AcousticParameters, RefuseWhatIsOutOfRange) {
    const auto refused = [](const AcousticSettings& settings, double intensity = 1.0) {
        const auto made = make_acoustic_parameters(settings, intensity);
        return !made.has_value() && made.failure().code == Errc::out_of_range;
    };
    const auto with = [](double AcousticEarSettings::*member, double value) {
        AcousticSettings settings;
        settings.right.*member = value;
        return settings;
    };
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(refused({}, -0.1));
    EXPECT_TRUE(refused({}, 1.1));
    EXPECT_TRUE(refused({}, kNan));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::catch_up_db_spl, 80.0)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::recruit_release_ms, -1.0)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::gain_db, 13.0)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::temporal_smearing, kNan)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::temporal_hz, 7.0)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::fine_structure, 1.01)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::fine_structure_hz, 501.0)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::hyperacusis_slope, 0.9)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::diplacusis_cents, 121.0)));
    EXPECT_TRUE(refused(with(&AcousticEarSettings::diplacusis_to_hz, 10.0)));
    AcousticSettings wide;
    wide.width = 1.1;
    EXPECT_TRUE(refused(wide));
    AcousticSettings thick;
    thick.left.conductive = Audiogram::flat(95.0);
    EXPECT_TRUE(refused(thick));
    EXPECT_FALSE(refused(sound::everything()));
}

TEST(AcousticParameters, BlendAlongStraightLines) {
    const auto a = make_acoustic_parameters(sound::everything(), 1.0).value();
    const auto b = make_acoustic_parameters(sound::loss(Audiogram::flat(60.0)), 1.0).value();
    const AcousticParameters none;
    const std::array<const AcousticParameters*, 3> states = {&a, &b, &none};
    AcousticParameters out;
    blend(states, std::array{0.0, 1.0, 0.0}, out);
    EXPECT_EQ(out, b);
    blend(states, std::array{0.25, 0.5, 0.25}, out);
    for (std::size_t k = 0; k < kBands; ++k) {
        EXPECT_NEAR(out.ears[1].sensory_db[k], 0.25F * a.ears[1].sensory_db[k] + 30.0F, 1e-4F);
    }
    EXPECT_FLOAT_EQ(out.ears[0].fine_structure, 0.1F);
    EXPECT_FLOAT_EQ(out.width, 0.925F);
    EXPECT_FLOAT_EQ(out.ears[0].catch_up_db_spl, 105.0F);
    EXPECT_FLOAT_EQ(midway(a.ears[0], b.ears[0]).fine_structure, 0.2F);
    AcousticParameters self = a;
    const std::array<const AcousticParameters*, 2> selves = {&self, &b};
    blend(selves, std::array{0.5, 0.5}, self);
    EXPECT_EQ(self.ears[0].fine_structure, 0.2F);
}

}  // namespace
}  // namespace earshot::dsp
