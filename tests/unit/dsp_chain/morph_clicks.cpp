#include "tests/unit/dsp_chain/morph_clicks.hpp"

#include "common/base/level.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iostream>

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
            const double gate = gate_dbfs + (limited[from] || limited[to] ? 3.0 : 0.0);
            EXPECT_LE(peak, std::max(gate, own + 1.0))
                << states[from]->card.id << " -> " << states[to]->card.id << ", steady "
                << steady[from] << " and " << steady[to];
            if (own < gate) {
                worst = std::max(worst, peak);
            }
        }
    }
    std::cout << "  " << fade_ms << " ms, " << frequency_hz << " Hz: above 4 kHz at most " << worst
              << " dBFS where the states themselves have less\n";
}

}  // namespace earshot::dsp::sound
