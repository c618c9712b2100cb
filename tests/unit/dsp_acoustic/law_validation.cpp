#include "tests/support/figures.hpp"
#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

/// Every tone of HEARING 4 that the unit tests only sample. Bounds are that table's.
namespace earshot::dsp {
namespace {

const std::vector<double> kTones(sound::kAudiometricHz.begin(), sound::kAudiometricHz.end());
const std::vector<double> kLevels = {60.0, 80.0, 100.0};

void expect_law(const std::string& left,
                double left_db,
                const std::string& right,
                double right_db) {
    const auto worst =
        sound::worst_tone_errors(sound::audiogram(left), sound::audiogram(right), kTones, kLevels);
    test::expect_figure(left + ", worst tone", worst.left, "dB", test::within(left_db, 0.0));
    test::expect_figure(right + ", worst tone", worst.right, "dB", test::within(right_db, 0.0));
}

TEST(Recruitment, A4_TonesFollowTheLawOnFlatLosses) {
    expect_law("F20", 1.0, "F40", 1.0);
    expect_law("F60", 1.0, "F80", 1.0);
}

TEST(Recruitment, A4_TonesFollowTheLawOnSlopingLosses) {
    expect_law("N1", 1.0, "N2", 1.0);
    expect_law("N3", 1.0, "N4", 2.0);  // N4: A5
}

TEST(Recruitment, A5_TonesFollowTheLawOnSteepLosses) {
    expect_law("N5", 2.0, "S3", 4.0);
    expect_law("S1", 6.5, "N4", 2.0);
}

std::string flat(double hl_db) {
    return "flat " + std::to_string(static_cast<int>(hl_db)) + " dB HL, worst";
}

TEST(Recruitment, A5p_TonesBetweenTheCentresFollowTheLaw) {
    // Whole multiples of 10 Hz, so that the measurement holds whole periods; centres are not.
    std::vector<double> tones;
    for (double hz = 40.0; hz <= 11'000.0; hz *= 1.1) {
        tones.push_back(std::round(hz / 10.0) * 10.0);
    }
    for (const auto& [left, right] : {std::pair{20.0, 40.0}, std::pair{60.0, 80.0}}) {
        const auto worst =
            sound::worst_tone_errors(Audiogram::flat(left), Audiogram::flat(right), tones, kLevels);
        test::expect_figure(flat(left), worst.left, "dB", test::within(1.2, 0.0));
        test::expect_figure(flat(right), worst.right, "dB", test::within(1.2, 0.0));
    }
}

TEST(Recruitment, A6_SlopesFollowTheLaw) {
    double worst = 0.0;
    for (const double hz : {125.0, 500.0, 1'500.0, 4'000.0}) {
        for (const auto& [left, right] : {std::pair{20.0, 40.0}, std::pair{60.0, 80.0}}) {
            const auto settings = sound::losses(Audiogram::flat(left), Audiogram::flat(right));
            // Over 40 to 90 dB in, as far as it is audible: below, the gain's floor flattens it.
            const double from_left = std::max(40.0, left);
            const double from_right = std::max(40.0, right);
            const auto high = sound::tone_levels(settings, hz, 90.0);
            const double low_left = sound::tone_levels(settings, hz, from_left).left;
            const double low_right = sound::tone_levels(settings, hz, from_right).right;
            const double l = (high.left - low_left) / (90.0 - from_left) / sound::law_slope(left);
            const double r =
                (high.right - low_right) / (90.0 - from_right) / sound::law_slope(right);
            EXPECT_NEAR(l, 1.0, 0.03) << left << " dB HL, " << hz;
            EXPECT_NEAR(r, 1.0, 0.03) << right << " dB HL, " << hz;
            worst = std::max({worst, std::abs(l - 1.0), std::abs(r - 1.0)});
        }
    }
    test::expect_figure("worst relative error of a slope", worst, "", test::at_most(0.03));
}

TEST(Recruitment, A6_ConductiveLossesHaveASlopeOfOne) {
    AcousticSettings settings;
    settings.left.conductive = Audiogram::flat(20.0);
    settings.right.conductive = Audiogram::flat(45.0);
    double worst = 0.0;
    for (const double hz : {125.0, 1'000.0, 6'000.0}) {
        const auto low = sound::tone_levels(settings, hz, 40.0);
        const auto high = sound::tone_levels(settings, hz, 90.0);
        worst = std::max({worst, std::abs((high.left - low.left) / 50.0 - 1.0),
                          std::abs((high.right - low.right) / 50.0 - 1.0)});
    }
    test::expect_figure("worst error of a slope", worst, "", test::at_most(0.01));
}

TEST(Recruitment, A6_InputAndOutputLevelsForTheReport) {
    for (const char* name : {"N1", "N3", "N4"}) {
        const Audiogram hl = sound::audiogram(name);
        const auto settings = sound::losses(hl, hl);
        for (const double hz : {500.0, 4'000.0}) {
            std::vector<double> in;
            std::vector<double> out;
            std::vector<double> law;
            double worst = 0.0;
            for (double level = 30.0; level <= 100.0; level += 5.0) {
                in.push_back(level);
                out.push_back(sound::tone_levels(settings, hz, level).left);
                law.push_back(sound::law(hl.at(hz), level));
                if (law.back() >= 0.0) {
                    worst = std::max(worst, std::abs(out.back() - law.back()));
                }
            }
            const std::string tone = std::to_string(static_cast<int>(hz)) + " Hz";
            const std::string diagram = "Level out over level in, " + tone;
            const test::Curve curve{.diagram = diagram,
                                    .name = name,
                                    .x_label = "level in, dB SPL",
                                    .y_label = "level out, dB SPL"};
            test::note_curve(curve, in, out);
            const std::string of_law = std::string{name} + ", law";
            test::note_curve({curve.diagram, of_law, curve.x_label, curve.y_label}, in, law);
            test::expect_figure(std::string{name} + ", " + tone + ": worst of the curve", worst,
                                "dB", test::at_most(std::string{name} == "N4" ? 2.0 : 1.0));
        }
    }
}

TEST(Recruitment, A7_IntensityIsMonotoneAndHalfIsHalfTheLoss) {
    const auto settings = sound::losses(sound::audiogram("N3"), sound::audiogram("F70"));
    double worst_half = 0.0;
    for (const double hz : {250.0, 1'000.0, 3'000.0, 6'000.0}) {
        sound::Levels before{200.0, 200.0};
        for (int i = 0; i <= 20; ++i) {
            const double intensity = i / 20.0;
            const auto parameters = make_acoustic_parameters(settings, intensity).value();
            const auto in = sound::tone(hz, sound::amplitude_of_spl(80.0), 19'584);
            const auto out = sound::heard(parameters, in);
            const sound::Levels now{
                sound::spl_of_amplitude_db(sound::tone_db(out.left, hz, 9'600)),
                sound::spl_of_amplitude_db(sound::tone_db(out.right, hz, 9'600))};
            EXPECT_LE(now.left, before.left + 1e-3);
            EXPECT_LE(now.right, before.right + 1e-3);
            before = now;
            if (i == 10) {
                const double l = now.left - sound::law(settings.left.sensory_hl.at(hz) / 2.0, 80.0);
                const double r = now.right - sound::law(35.0, 80.0);
                EXPECT_NEAR(l, 0.0, 1.5);
                EXPECT_NEAR(r, 0.0, 1.5);
                worst_half = std::max({worst_half, std::abs(l), std::abs(r)});
            }
        }
    }
    test::expect_figure("half the intensity, worst tone", worst_half, "dB", test::at_most(1.5));
}

TEST(Recruitment, A8_AToneAtTheThresholdComesOutAtNothing) {
    double worst = 0.0;
    for (const double hz : kTones) {
        for (const auto& [left, right] : {std::pair{20.0, 40.0}, std::pair{60.0, 80.0}}) {
            const auto settings = sound::losses(Audiogram::flat(left), Audiogram::flat(right));
            const double l = sound::tone_levels(settings, hz, left).left;
            const double r = sound::tone_levels(settings, hz, right).right;
            EXPECT_NEAR(l, 0.0, 2.0) << left << " dB HL, " << hz;
            EXPECT_NEAR(r, 0.0, 2.0) << right << " dB HL, " << hz;
            worst = std::max({worst, std::abs(l), std::abs(r)});
        }
    }
    test::expect_figure("a tone at the threshold, worst", worst, "dB SPL", test::at_most(2.0));
}

TEST(Recruitment, A9_ProfoundLossesStayFiniteAndBelowTheInput) {
    double steepest = 0.0;
    for (const auto& [left, right] : {std::pair{90.0, 100.0}, std::pair{110.0, 120.0}}) {
        const auto settings = sound::losses(Audiogram::flat(left), Audiogram::flat(right));
        for (const double hz : {125.0, 1'000.0, 6'000.0}) {
            sound::Levels before{};
            for (int level = 60; level <= 130; level += 10) {
                const auto now = sound::tone_levels(settings, hz, level);
                ASSERT_TRUE(std::isfinite(now.left) && std::isfinite(now.right));
                // The bank itself is flat within 0.3 dB.
                EXPECT_LE(now.left, level + 0.3);
                EXPECT_LE(now.right, level + 0.3);
                // Below -20 dB SPL the gain's floor of -120 dB flattens the law.
                if (level > 60 && before.left > -20.0) {
                    steepest = std::max(steepest, (now.left - before.left) / 10.0);
                }
                if (level > 60 && before.right > -20.0) {
                    steepest = std::max(steepest, (now.right - before.right) / 10.0);
                }
                before = now;
            }
        }
    }
    // R of 120 dB HL is 7; A6 allows a slope 3 %.
    test::expect_figure("steepest slope", steepest, "", test::at_most(7.0 * 1.03));
}

}  // namespace
}  // namespace earshot::dsp
