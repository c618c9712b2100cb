#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

/// A sample of the tones of HEARING 4; law_validation.cpp has them all.
namespace earshot::dsp {
namespace {

using sound::Levels;

TEST(Recruitment, A4_TonesFollowTheLaw) {
    // HEARING 4: 1 dB, N4 2 dB.
    const auto flat = sound::worst_tone_errors(Audiogram::flat(40.0), Audiogram::flat(80.0),
                                               {250.0, 3'000.0}, {100.0});
    EXPECT_NEAR(flat.left, 0.0, 1.0);
    EXPECT_NEAR(flat.right, 0.0, 1.0);
    const auto sloping = sound::worst_tone_errors(sound::audiogram("N2"), sound::audiogram("N4"),
                                                  {500.0, 4'000.0}, {80.0});
    EXPECT_NEAR(sloping.left, 0.0, 1.0);
    EXPECT_NEAR(sloping.right, 0.0, 2.0);
}

TEST(Recruitment, A6_SlopesAreTheLawsWithRecruitmentAndOneWithout) {
    AcousticSettings settings;
    settings.left.sensory_hl = Audiogram::flat(50.0);
    settings.right.conductive = Audiogram::flat(35.0);
    const Levels low = sound::tone_levels(settings, 1'000.0, 55.0);
    const Levels high = sound::tone_levels(settings, 1'000.0, 85.0);
    EXPECT_NEAR((high.left - low.left) / 30.0 / sound::law_slope(50.0), 1.0, 0.03);
    EXPECT_NEAR((high.right - low.right) / 30.0, 1.0, 0.01);
    EXPECT_NEAR(high.right, 50.0, 0.3);  // the bank's own flatness
}

TEST(Recruitment, A7_HalfTheIntensityIsHalfTheLoss) {
    const auto settings = sound::losses(sound::audiogram("N3"), Audiogram::flat(70.0));
    const auto half = make_acoustic_parameters(settings, 0.5).value();
    const auto out = sound::heard(half, sound::tone(2'000.0, sound::amplitude_of_spl(80.0), 9'984));
    EXPECT_NEAR(sound::spl_of_amplitude_db(sound::tone_db(out.left, 2'000.0, 4'800)),
                sound::law(25.0, 80.0), 1.5);
    EXPECT_NEAR(sound::spl_of_amplitude_db(sound::tone_db(out.right, 2'000.0, 4'800)),
                sound::law(35.0, 80.0), 1.5);
}

TEST(Recruitment, A8_AToneAtTheThresholdComesOutAtNothing) {
    EXPECT_NEAR(sound::tone_levels(sound::loss(Audiogram::flat(60.0)), 1'500.0, 60.0).left, 0.0,
                2.0);
    // Conductive and sensory losses add up to the threshold.
    AcousticSettings mixed = sound::loss(Audiogram::flat(40.0));
    mixed.left.conductive = Audiogram::flat(25.0);
    const Levels out = sound::tone_levels(mixed, 1'500.0, 65.0);
    EXPECT_NEAR(out.left, 0.0, 2.0);
    EXPECT_NEAR(out.right, sound::law(40.0, 65.0), 1.0);
}

TEST(Recruitment, A9_LossesOver85RaiseTheCatchUpLevel) {
    const auto settings = sound::losses(Audiogram::flat(90.0), Audiogram::flat(120.0));
    const Levels out = sound::tone_levels(settings, 1'000.0, 100.0);
    EXPECT_NEAR(out.left, sound::law(90.0, 100.0), 2.0);  // as A5: slope over 5
    EXPECT_NEAR(out.right, -20.0, 0.5);                   // the floor of -120 dB
}

TEST(Recruitment, CatchesUpWhereItIsTold) {
    AcousticSettings settings = sound::loss(Audiogram::flat(50.0));
    settings.right.catch_up_db_spl = 115.0;
    const Levels out = sound::tone_levels(settings, 1'000.0, 80.0);
    EXPECT_NEAR(out.left, sound::law(50.0, 80.0), 1.0);
    EXPECT_NEAR(out.right, sound::law(50.0, 80.0, 115.0), 1.0);
}

TEST(Recruitment, DependsOnTheCalibration) {
    AcousticSettings settings = sound::loss(Audiogram::flat(60.0));
    settings.calibration_db_spl = 94.0;
    const auto out = sound::heard(settings, sound::tone(1'000.0, 0.1, 9'984));
    const double in_db = sound::spl_of_amplitude_db(-20.0) - 6.0;
    EXPECT_NEAR(sound::spl_of_amplitude_db(sound::tone_db(out.left, 1'000.0, 4'800)) - 6.0,
                sound::law(60.0, in_db), 1.0);
}

TEST(Recruitment, TakesTheEarIntoAccountOnRequest) {
    // HEARING 1.2: flat 60 dB at the cochlea puts 8 kHz 13.9 dB below the law, 4 kHz 10 above.
    AcousticSettings settings = sound::loss(Audiogram::flat(60.0));
    settings.right.cochlear_reference = 1.0;
    const Levels high = sound::tone_levels(settings, 8'000.0, 80.0);
    const Levels middle = sound::tone_levels(settings, 4'000.0, 80.0);
    EXPECT_NEAR(high.right - high.left, -13.9, 1.0);
    EXPECT_NEAR(middle.right - middle.left, 10.0, 1.0);
}

TEST(Recruitment, MeetsAnAttackInTime) {
    // A loud burst after silence: no overshoot over its own steady level, since the detector looks
    // ahead, and it is heard from its first milliseconds on.
    const int onset = 9'600;
    const auto in = sound::both(
        24'000, [=](int i) { return i < onset ? 0.0 : 0.5 * std::sin(0.4 * (i - onset)); });
    const auto out = sound::heard(sound::loss(Audiogram::flat(50.0)), in);
    double before = 0.0;
    double early = 0.0;
    double steady = 0.0;
    for (int i = 0; i < 20'000; ++i) {
        const double size = std::abs(static_cast<double>(out.left[static_cast<std::size_t>(i)]));
        double& peak = i < onset - 96 ? before : (i < onset + 480 ? early : steady);
        if (i < onset + 480 || i > onset + 4'800) {
            peak = std::max(peak, size);
        }
    }
    EXPECT_LE(gain_to_db(early / steady), 1.5);
    EXPECT_GE(gain_to_db(early / steady), -1.5);
    EXPECT_LE(gain_to_db(before / steady), -40.0);
}

TEST(Recruitment, FallsSlowlyOnRequest) {
    const int drop = 14'400;
    const auto in =
        sound::both(24'000, [=](int i) { return (i < drop ? 0.3 : 0.03) * std::sin(0.2 * i); });
    AcousticSettings settings = sound::loss(Audiogram::flat(60.0));
    settings.right.recruit_release_ms = 30.0;
    const auto out = sound::heard(settings, in);
    const auto level_after = [&](const std::vector<float>& ear, int frames) {
        double peak = 0.0;
        for (int i = drop + frames; i < drop + frames + 240; ++i) {
            peak = std::max(peak, std::abs(static_cast<double>(ear[static_cast<std::size_t>(i)])));
        }
        return gain_to_db(peak);
    };
    // The detector's level falls by 8.7 dB in 30 ms (20 lg e); the gain by (R - 1) times that.
    const double slope = sound::law_slope(60.0) - 1.0;
    const double fall = level_after(out.right, 720) - level_after(out.right, 1'440);
    EXPECT_NEAR(fall, slope * 8.686 * 0.5, 1.0);  // 15 ms apart; a window is 5 ms long
    EXPECT_NEAR(level_after(out.left, 1'440) - level_after(out.left, 2'880), 0.0, 0.5);
    EXPECT_GE(level_after(out.right, 720), level_after(out.left, 720) + 6.0);
}

}  // namespace
}  // namespace earshot::dsp
