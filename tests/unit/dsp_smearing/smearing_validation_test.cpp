// Every degree and sound against the model in double precision, tests/golden/smearing_model.py.
// Prints what it measures.
#include "common/dsp/smearing/smearing_solver.hpp"
#include "tests/support/figures.hpp"
#include "tests/unit/dsp_smearing/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace earshot::dsp {
namespace {

using Form = SmearingMatrix::Form;

/// HEARING C1 and C2.
constexpr double kToleranceDb = 0.3;
constexpr std::array<SmearingDegree, 3> kDegrees = {SmearingDegree::mild, SmearingDegree::moderate,
                                                    SmearingDegree::severe};

struct Case {
    SmearingDegree degree;
    double amount;
    std::size_t in_model;
};
constexpr std::array<Case, 4> kCases = {{{SmearingDegree::mild, 1.0, 1},
                                         {SmearingDegree::moderate, 1.0, 2},
                                         {SmearingDegree::severe, 1.0, 3},
                                         {SmearingDegree::moderate, 0.5, 4}}};

std::string name_of(SmearingDegree degree) {
    return std::array{"none", "mild", "moderate", "severe"}[static_cast<std::size_t>(degree)];
}

void expect_levels_of_model(Form form, double tolerance_db) {
    SmearingMatrices matrices(form);
    const std::vector<std::size_t> sounds = golden::every_sound();
    for (const Case& c : kCases) {
        const auto levels =
            golden::levels_after(golden::parameters(c.degree, c.amount, matrices), sounds);
        const double worst = golden::worst_db(levels, golden::levels_of_model(c.in_model, sounds));
        test::expect_figure(name_of(c.degree) + (c.amount == 1.0 ? "" : ", half the amount") +
                                (form == Form::dense ? ", dense" : ", banded") +
                                ": worst 1/6 octave",
                            worst, "dB", test::at_most(tolerance_db));
    }
}

TEST(SmearingValidation, C1BandedLevelsAreThoseOfTheModel) {
    expect_levels_of_model(Form::banded, kToleranceDb);
}

TEST(SmearingValidation, C1BandedLevelsOfDrumsAreThoseOfTheDenseMatrix) {
    // Bass 25 dB above the treble: what little a row takes of far columns counts here.
    SmearingMatrices banded(Form::banded);
    SmearingMatrices dense(Form::dense);
    const sound::Stereo in = sound::programme(0.5, 48'000, 3);
    for (const SmearingDegree degree : kDegrees) {
        const auto out = golden::render(golden::parameters(degree, 1.0, banded), in);
        const auto expected = golden::render(golden::parameters(degree, 1.0, dense), in);
        double worst = 0.0;
        for (const int end : {20'000, 30'000, 40'000, 48'000}) {
            worst = std::max(worst, golden::worst_db({golden::levels_db(out.left, end)},
                                                     {golden::levels_db(expected.left, end)}));
        }
        test::expect_figure(name_of(degree) + ", drums, banded against dense", worst, "dB",
                            test::at_most(0.2));
    }
}

TEST(SmearingValidation, C1DenseLevelsAreThoseOfTheModel) {
    // Nothing but float against double.
    expect_levels_of_model(Form::dense, 0.01);
}

TEST(SmearingValidation, C2HalfTheAmountGivesTheMeanPower) {
    SmearingMatrices matrices;
    const std::vector<std::size_t> sounds = golden::every_sound();
    const auto none = golden::levels_after({}, sounds);
    for (const SmearingDegree degree : kDegrees) {
        const auto full = golden::levels_after(golden::parameters(degree, 1.0, matrices), sounds);
        const auto half = golden::levels_after(golden::parameters(degree, 0.5, matrices), sounds);
        const double worst = golden::worst_db(half, golden::mean_power(none, full));
        test::expect_figure(name_of(degree) + ": worst 1/6 octave", worst, "dB",
                            test::at_most(kToleranceDb));
    }
}

TEST(SmearingValidation, C1SteadyTonesLoseByDegree) {
    SmearingMatrices matrices;
    const std::vector<std::size_t> sounds = golden::every_sound();
    const auto before = golden::levels_after({}, sounds);
    std::array<double, golden::kSounds> lost_before{};
    for (const SmearingDegree degree : kDegrees) {
        const auto after = golden::levels_after(golden::parameters(degree, 1.0, matrices), sounds);
        for (std::size_t tone = 0; tone + 1 < golden::kSounds; ++tone) {
            const double hz = golden::tone_hz(tone);
            const double lost = golden::total_db(before[tone]) - golden::total_db(after[tone]);
            std::printf("degree %d, %.0f Hz: -%.2f dB\n", static_cast<int>(degree), hz, lost);
            EXPECT_GT(lost, lost_before[tone]) << hz << " Hz";
            lost_before[tone] = lost;
            // HEARING 5.2 saw 0.2 to 4 dB. Above 4 kHz, where a filter covers more bins than a tone
            // does, smearing takes more, in the model as well (C1): 7.6 dB at 12 kHz, severe.
            EXPECT_GE(lost, 0.2) << hz << " Hz";
            if (hz <= 4'000.0) {
                EXPECT_LE(lost, 4.0) << hz << " Hz";
            }
        }
    }
}

TEST(SmearingValidation, C1BandedMatricesKeepTheirRows) {
    const SmearingSolver solver;
    for (const SmearingDegree degree : kDegrees) {
        const Broadening broadening = broadening_of(degree);
        const ColumnMatrix exact = solver.solve(broadening);
        const SmearingMatrix banded(broadening, exact, Form::banded);
        std::printf("degree %d: %zu of %d coefficients\n", static_cast<int>(degree), banded.size(),
                    256 * 257);
        EXPECT_LE(golden::worst_coefficient(banded, exact), 0.03);
        EXPECT_LE(banded.size(), 256U * 257U * 2U / 5U);
    }
}

}  // namespace
}  // namespace earshot::dsp
