#include "common/dsp/hearing_state.hpp"

#include "common/base/level.hpp"
#include "common/dsp/prepared_state.hpp"
#include "tests/unit/dsp/sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <limits>
#include <map>
#include <set>

namespace earshot::dsp {
namespace {

using sound::Stereo;

/// Gain of a state for a steady tone in both ears, in dB, measured through the chain.
double measured_db(const StatePtr& state, double frequency_hz) {
    const Stereo out = sound::render_in(state, sound::tone(frequency_hz, 0.5, 19'200));
    return sound::tone_db(out.left, frequency_hz, 9'600) - gain_to_db(0.5);
}

TEST(HearingState, ListsTheBuiltInStatesInOrderWithWordsForPeople) {
    const auto cards = builtin_states();
    ASSERT_EQ(cards.size(), 5U);
    EXPECT_EQ(cards[0].id, "full");
    EXPECT_EQ(cards[1].id, "sudden_loss");
    EXPECT_EQ(cards[2].id, "muffled_inner");
    EXPECT_EQ(cards[3].id, "felt");
    EXPECT_EQ(cards[4].id, "implants_off");
    std::set<std::string> labels;
    for (const auto& card : cards) {
        labels.insert(card.label);
        EXPECT_EQ(card.caption.front(), '[') << card.id;
        EXPECT_EQ(card.caption.back(), ']') << card.id;
        EXPECT_FALSE(card.description.empty()) << card.id;
        EXPECT_EQ(card.not_this.substr(0, 3), "Not") << card.id;
    }
    EXPECT_EQ(labels.size(), cards.size());
}

TEST(HearingState, KnowsWhatItIs) {
    const StatePtr state = prepare_state("felt", 0.25);
    ASSERT_NE(state, nullptr);
    EXPECT_EQ(card_of(*state).id, "felt");
    EXPECT_DOUBLE_EQ(intensity_of(*state), 0.25);
    EXPECT_DOUBLE_EQ(intensity_of(*prepare_state("felt")), 1.0);
}

TEST(HearingState, RefusesUnknownNamesAndIntensities) {
    EXPECT_EQ(prepare_state("sudden"), nullptr);
    EXPECT_EQ(prepare_state(""), nullptr);
    EXPECT_EQ(prepare_state("full", 1.01), nullptr);
    EXPECT_EQ(prepare_state("full", -0.01), nullptr);
    EXPECT_EQ(prepare_state("full", std::numeric_limits<double>::quiet_NaN()), nullptr);
}

TEST(HearingState, SuddenLossFollowsItsTableAndKeepsTheFeltBand) {
    const StatePtr state = prepare_state("sudden_loss");
    // HEARING 2's hearing levels; a level-independent loss comes within 3 dB of them.
    const std::map<double, double> loss_db = {{250, 65},   {500, 70},   {1'000, 75}, {2'000, 80},
                                              {4'000, 90}, {6'000, 95}, {8'000, 100}};
    for (const auto& [hz, db] : loss_db) {
        const double measured = measured_db(state, hz);
        std::cout << "  sudden_loss " << hz << " Hz: " << measured << " dB\n";
        EXPECT_NEAR(measured, -db, 3.0) << hz;
    }
    const double felt = measured_db(state, 60.0);
    std::cout << "  sudden_loss 60 Hz: " << felt << " dB\n";
    // Drums of 85 dB SPL at 60 Hz keep 40 dB SPL and more.
    EXPECT_GE(felt, -45.0);
    EXPECT_LE(felt, -15.0);
}

TEST(HearingState, MuffledInnerIsDullAndNarrow) {
    const StatePtr state = prepare_state("muffled_inner");
    const double low = measured_db(state, 100.0);
    const double middle = measured_db(state, 1'000.0);
    const double high = measured_db(state, 4'000.0);
    std::cout << "  muffled_inner 100 Hz: " << low << " dB, 1 kHz: " << middle
              << " dB, 4 kHz: " << high << " dB\n";
    EXPECT_NEAR(low, 0.0, 4.0);
    EXPECT_LE(middle, -25.0);
    EXPECT_GE(middle, -35.0);
    EXPECT_LE(high, -55.0);
    const Stereo out = sound::render_in(state, sound::noise(0.5, 48'000, 12));
    const double correlation = sound::correlation(out.left, out.right, 9'600);
    std::cout << "  muffled_inner correlation of the ears: " << correlation << "\n";
    EXPECT_GT(correlation, 0.95);
}

TEST(HearingState, FeltKeepsTheLowBandOfTheMiddleAndNothingOver300Hz) {
    const StatePtr state = prepare_state("felt");
    for (const double hz : {30.0, 60.0, 100.0}) {
        EXPECT_NEAR(measured_db(state, hz), -12.0, 1.5) << hz;
    }
    EXPECT_LE(measured_db(state, 10.0), -30.0);
    EXPECT_LE(measured_db(state, 300.0), -70.0);
    const Stereo out = sound::render_in(state, sound::noise(1.0, 48'000, 13));
    const double over = sound::level_above_dbfs(out.left, 300.0, 9'600);
    std::cout << "  felt, full-scale noise above 300 Hz: " << over << " dBFS\n";
    EXPECT_LE(over, -70.0);
    EXPECT_EQ(out.left, out.right);

    Stereo opposite = sound::tone(60.0, 0.5, 9'600);
    for (float& sample : opposite.right) {
        sample = -sample;
    }
    EXPECT_EQ(sound::largest(sound::render_in(state, opposite)), 0.0) << "only the middle";
}

TEST(HearingState, ItsResponseIsWhatTheChainDoes) {
    for (const auto& card : builtin_states()) {
        const StatePtr state = prepare_state(card.id, 0.6);
        for (const std::size_t point : {5U, 20U, 40U}) {
            const double promised = gain_to_db(std::abs(state->response()[point]));
            if (promised < -150.0) {
                continue;  // under what floats of full scale can show
            }
            EXPECT_NEAR(measured_db(state, PreparedState::point_hz(point)), promised, 0.05)
                << card.id << " at " << PreparedState::point_hz(point) << " Hz";
        }
    }
}

TEST(HearingState, A7NoToneGetsLouderAsIntensityRises) {
    for (const auto& card : builtin_states()) {
        StatePtr before = prepare_state(card.id, 0.0);
        for (int step = 1; step <= 20; ++step) {
            const StatePtr now = prepare_state(card.id, step / 20.0);
            for (std::size_t point = 0; point < PreparedState::kPoints; ++point) {
                // Rounding only: 1e-9 is 0.00000001 dB.
                EXPECT_LE(std::abs(now->response()[point]),
                          std::abs(before->response()[point]) * (1.0 + 1e-9))
                    << card.id << " at " << PreparedState::point_hz(point) << " Hz, step " << step;
            }
            before = now;
        }
    }
}

TEST(HearingState, HalfIntensityIsAboutHalfTheLoss) {
    const StatePtr half = prepare_state("sudden_loss", 0.5);
    const StatePtr whole = prepare_state("sudden_loss", 1.0);
    for (const double hz : {250.0, 1'000.0, 4'000.0}) {
        EXPECT_NEAR(measured_db(half, hz), 0.5 * measured_db(whole, hz), 1.5) << hz;
    }
}

TEST(HearingState, CorrelationOfResponsesIsOneForAlikeAndSmallForDisjoint) {
    const auto full = prepare_state("full");
    const auto muffled = prepare_state("muffled_inner");
    const auto off = prepare_state("implants_off");
    EXPECT_NEAR(correlation(full->response(), full->response()), 1.0, 1e-12);
    EXPECT_EQ(correlation(full->response(), off->response()), 1.0);
    const double some = correlation(full->response(), muffled->response());
    EXPECT_GT(some, 0.1);
    EXPECT_LT(some, 0.9);
}

}  // namespace
}  // namespace earshot::dsp
