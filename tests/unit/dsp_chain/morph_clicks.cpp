#include "tests/unit/dsp_chain/morph_clicks.hpp"

#include "common/base/level.hpp"
#include "tests/support/figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>

namespace earshot::dsp::sound {

void expect_no_clicks(const std::vector<StatePtr>& states, int fade_ms, double frequency_hz) {
    const double gate_dbfs = fade_ms < 50 ? -65.0 : -80.0;
    // What is left of the filters' own beginning by then is far below 4 kHz; and both tones stand
    // near a peak at both ends of every fade, where a corner would be loudest.
    constexpr int kBegin = 12'372;
    const int end = kBegin + 48 * fade_ms;
    const Stereo in = tone(frequency_hz, kMorphAmplitude, end + 960);
    std::vector<double> steady;
    std::vector<bool> limited;
    for (const StatePtr& state : states) {
        const Stereo out = render_in(state, in);
        steady.push_back(peak_above_dbfs(out.left, 4'000.0, kBegin - 480, end + 960));
        limited.push_back(largest(out) > 0.99 * db_to_gain(-3.2));
    }
    double worst = -200.0;
    double worst_limited = -200.0;
    for (std::size_t from = 0; from < states.size(); ++from) {
        for (std::size_t to = 0; to < states.size(); ++to) {
            if (from == to) {
                continue;
            }
            HearingChain chain;
            chain.start({.state = states[from].get()});
            const Stereo out = render(
                chain, in, {{kBegin, {.target = states[to].get(), .fade = Frames{48 * fade_ms}}}});
            const double peak = peak_above_dbfs(out.left, 4'000.0, kBegin - 480, end + 960);
            // Two sounds of their own may add up while they cross.
            const double own = gain_to_db(db_to_gain(steady[from]) + db_to_gain(steady[to]));
            // A limiter that lets go, or takes hold, adds a little of its own.
            const bool at_limit = limited[from] || limited[to];
            const double gate = gate_dbfs + (at_limit ? 3.0 : 0.0);
            EXPECT_LE(peak, std::max(gate, own + 1.0))
                << states[from]->card.id << " -> " << states[to]->card.id << ", steady "
                << steady[from] << " and " << steady[to];
            if (own < gate) {
                double& most = at_limit ? worst_limited : worst;
                most = std::max(most, peak);
            }
        }
    }
    // Of pairs of which neither has more of its own.
    const std::string where = "above 4 kHz, " + std::to_string(fade_ms) + " ms, " +
                              std::to_string(static_cast<int>(frequency_hz)) + " Hz";
    test::expect_figure(where, worst, "dBFS", test::at_most(gate_dbfs));
    if (worst_limited > -200.0) {
        test::expect_figure(where + ", a limiter at work", worst_limited, "dBFS",
                            test::at_most(gate_dbfs + 3.0));
    }
}

namespace {

/// States without what rings or hums above 4 kHz by itself.
std::vector<StatePtr> quiet_states() {
    std::vector<StatePtr> states{test::state("full"), test::state("felt"),
                                 test::state("implants_off"), test::state("implants_off", 0.3)};
    for (const char* id : {"sudden_loss", "muffled_inner", "conductive"}) {
        states.push_back(test::bare_state(id));
    }
    states.push_back(test::bare_state("muffled_inner", 0.4));
    return states;
}

double largest_second_difference(const std::vector<float>& ear, std::size_t from) {
    double most = 0.0;
    for (std::size_t i = from + 2; i < ear.size(); ++i) {
        most = std::max(
            most, std::abs(static_cast<double>(ear[i]) - 2.0 * static_cast<double>(ear[i - 1]) +
                           static_cast<double>(ear[i - 2])));
    }
    return most;
}

}  // namespace

void expect_interrupted_morphs(int morphs, std::uint32_t seed) {
    const std::vector<StatePtr> states = quiet_states();
    std::mt19937 random(seed);
    const auto between = [&random](int low, int high) {
        return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
    };
    std::vector<Cue> cues;
    std::int64_t at = 9'600;
    for (int i = 0; i < morphs; ++i) {
        const auto& state = states[static_cast<std::size_t>(between(0, 7))];
        cues.push_back({at, {.target = state.get(), .fade = Frames{48 * between(20, 120)}}});
        at += between(1, 2'400);  // most come before the fade has ended
    }
    cues.push_back({at, {.target = states[0].get(), .fade = Frames{960}}});
    const int frames = static_cast<int>(at) + 9'600;
    const Stereo in = tone(1'000.0, kMorphAmplitude, frames);

    HearingChain chain;
    const Stereo out = render(chain, in, cues);
    EXPECT_FALSE(chain.moving());
    EXPECT_EQ(&chain.target(), states[0].get());
    EXPECT_TRUE(std::all_of(out.left.begin(), out.left.end(),
                            [](float sample) { return std::isfinite(sample); }));
    test::expect_figure(std::to_string(morphs) + " interrupted morphs, above 4 kHz",
                        peak_above_dbfs(out.left, 4'000.0, 2'400, frames), "dBFS",
                        test::at_most(-65.0));
    // A steady tone's own second difference, with room for two states sounding at once.
    const double own = kMorphAmplitude * std::pow(2.0 * std::sin(3.14159265 / 48.0), 2.0);
    test::expect_figure("second difference over that of the tone",
                        largest_second_difference(out.left, 2'400) / own, "", test::at_most(1.5));
    const Stereo expected = delayed(in, 960);
    EXPECT_TRUE(std::equal(out.left.end() - 4'800, out.left.end(), expected.left.end() - 4'800))
        << "full is exact again";
}

}  // namespace earshot::dsp::sound
