// What holds for every preset: latency, ears, blocks, real time (HEARING A2, H1, H2, J1, J2).
#include "common/base/level.hpp"
#include "tests/support/figures.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using sound::Cue;
using validation::Stereo;

std::vector<std::string> preset_ids() {
    std::vector<std::string> ids;
    for (const auto& card : test::state_cards()) {
        ids.push_back(card.id);
    }
    return ids;
}

bool only_acoustic(const PreparedState& state) {
    return state.mix[0].acoustic > 0.0 && state.mix[0].implant == 0.0;
}

/// The lag up to 2 000 frames at which the output is most like the input.
int best_lag(const std::vector<float>& in, const std::vector<float>& out) {
    int best = 0;
    double most = 0.0;
    for (int lag = 0; lag < 2'000; ++lag) {
        double sum = 0.0;
        for (std::size_t i = 9'600; i + 2'000 < in.size(); ++i) {
            sum += static_cast<double>(in[i]) *
                   static_cast<double>(out[i + static_cast<std::size_t>(lag)]);
        }
        if (sum > most) {
            most = sum;
            best = lag;
        }
    }
    return best;
}

TEST(EveryPreset, A2NoiseComesOut960FramesLater) {
    const Stereo in = sound::noise(0.5, 19'200, 1);
    for (const std::string& id : preset_ids()) {
        const StatePtr state = test::bare_state(id);
        const bool bypass = state->is_bypass();
        if (!bypass && (!only_acoustic(*state) || id == "felt")) {
            continue;  // an implant's channels are not aligned; felt and implants_off are silent
        }
        const int lag = best_lag(in.left, sound::render_in(state, in).left);
        test::expect_figure("latency, " + id, lag, "frames",
                            bypass ? test::within(0, 960) : test::within(24, 960));
    }
}

double peak_db(const std::vector<float>& ear) {
    double most = 0.0;
    for (const float sample : ear) {
        most = std::max(most, std::abs(static_cast<double>(sample)));
    }
    return gain_to_db(most);
}

TEST(EveryPreset, H1EarsStayApartWhereTheWidthIsOne) {
    for (const std::string& id : preset_ids()) {
        const HearingSettings settings = test::bare_settings(id);
        const StatePtr state = test::prepared(settings);
        const auto narrow = [](const StateEar& ear) {
            const bool implanted = ear.path == EarPath::implant || ear.path == EarPath::mix;
            return implanted && ear.implant.width != 1.0;
        };
        if (settings.width != 1.0 || narrow(settings.left) || narrow(settings.right)) {
            continue;
        }
        for (const bool left : {true, false}) {
            Stereo in = sound::noise(0.9, 24'000, 4);
            std::vector<float>& silent = left ? in.right : in.left;
            std::fill(silent.begin(), silent.end(), 0.0F);
            const Stereo out = sound::render_in(state, in);
            test::expect_figure(id + (left ? ", right ear of left sound" : ", left of right"),
                                peak_db(left ? out.right : out.left), "dBFS",
                                test::at_most(-100.0));
        }
    }
}

TEST(EveryPreset, H2SwappingEarsAndSettingsSwapsTheOutput) {
    const Stereo in = sound::programme(0.6, 24'000, 5);
    Stereo swapped = in;
    std::swap(swapped.left, swapped.right);
    for (const std::string& id : preset_ids()) {
        HearingSettings settings = test::bare_settings(id);
        Stereo out = sound::render_in(test::prepared(settings), in);
        std::swap(out.left, out.right);
        std::swap(settings.left, settings.right);
        EXPECT_TRUE(sound::identical(sound::render_in(test::prepared(settings), swapped), out))
            << id;
    }
}

/// Every preset after every other, in fades of which some are interrupted.
struct Tour {
    std::vector<StatePtr> states;
    std::vector<Cue> cues;
    Stereo in;

    Tour() {
        std::int64_t at = 701;
        for (const std::string& id : preset_ids()) {
            states.push_back(test::state(id));
            const int fade = 960 + 480 * static_cast<int>(states.size() % 3);
            cues.push_back({at, {.target = states.back().get(), .fade = Frames{fade}}});
            at += 1'009 + 331 * static_cast<int>(states.size() % 4);
        }
        in = sound::programme(1.5, static_cast<int>(at) + 2'400, 7);
    }
};

TEST(EveryPreset, J1GivesTheSameSamplesInAnyBlocks) {
    const Tour tour;
    HearingChain chain;
    const Stereo whole = sound::render(chain, tour.in, tour.cues, {960});
    EXPECT_GT(sound::largest(whole), 0.6);
    for (const auto& blocks :
         std::vector<std::vector<int>>{{1}, {3, 127, 1, 500}, {128, 129}, {4'096}, {480, 961}}) {
        HearingChain other;
        EXPECT_TRUE(sound::identical(sound::render(other, tour.in, tour.cues, blocks), whole))
            << "blocks of " << blocks.front();
    }
}

TEST(EveryPreset, J2IsRealTimeSafe) {
    const Tour tour;
    HearingChain chain;
    audio::Block block(2, 960);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 0.5F);
    test::rt_guard::expect_realtime_safe([&] {
        for (const StatePtr& state : tour.states) {
            chain.change({.target = state.get(), .fade = Frames{1'200}}, 100);
            chain.process(block.view(), block.view());
            chain.process(block.view(), block.view());
            chain.start({.state = state.get()}, 12'345);
            chain.process(block.view(), block.view());
        }
    });
    EXPECT_EQ(&chain.target(), tour.states.back().get());
}

}  // namespace
}  // namespace earshot::dsp
