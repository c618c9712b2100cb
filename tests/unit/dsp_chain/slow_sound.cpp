#include "tests/unit/dsp_chain/slow_sound.hpp"

#include "common/dsp/overlay/level_analyser.hpp"
#include "common/show/state_library.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace earshot::dsp::sound {

Levels levels_of(double seconds, const std::function<double(double, std::size_t)>& dbfs) {
    auto levels = std::make_shared<ProgrammeLevels>();
    for (int entry = 0; entry < static_cast<int>(std::lround(10.0 * seconds)); ++entry) {
        ProgrammeLevels::Entry bands;
        for (std::size_t band = 0; band < ProgrammeLevels::kBands; ++band) {
            bands[0][band] = static_cast<float>(dbfs(0.1 * entry, band));
        }
        bands[1] = bands[0];
        levels->entries.push_back(bands);
    }
    return levels;
}

Levels measured(const Stereo& film) {
    LevelAnalyser analyser;
    audio::Block block(2, film.frames());
    std::ranges::copy(film.left, block.channel(0).begin());
    std::ranges::copy(film.right, block.channel(1).begin());
    analyser.take(block.view());
    analyser.finish();
    return std::make_shared<const ProgrammeLevels>(analyser.levels());
}

HearingStateCard card(std::string_view id) {
    HearingStateCard card;
    card.id = id;
    return card;
}

StatePtr preset_in(const Levels& levels, std::string_view id) {
    static const show::StateLibrary library;
    show::HearingStates states(library, kDefaultCalibrationDbSpl, levels);
    const auto state = states.prepare(id);
    if (!state) {
        throw std::runtime_error(state.failure().text);
    }
    return *state;
}

StatePtr settings_in(const Levels& levels, const HearingSettings& settings) {
    StateBuilder builder(std::make_shared<const GammatoneBank>(), kDefaultCalibrationDbSpl, levels);
    const auto state = builder.prepare(card("test"), settings);
    if (!state) {
        throw std::runtime_error(state.failure().text);
    }
    return *state;
}

std::int64_t frame_of(double seconds) {
    return std::lround(seconds * kSampleRateHz);
}

Stereo heard_at(const Standing& standing, std::int64_t from, const Stereo& in) {
    constexpr int kBefore = 48'000;
    // The chain's output comes 960 frames after its input, and is numbered by what it carries.
    constexpr int kDelay = 960;
    Stereo fed(kBefore + in.frames() + kDelay);
    std::ranges::copy(in.left, fed.left.begin() + kBefore);
    std::ranges::copy(in.right, fed.right.begin() + kBefore);
    Standing start = standing;
    start.advance(Frames{-kBefore - kDelay});
    HearingChain chain;
    chain.start(start, from - kBefore - kDelay);
    return tail(render(chain, fed), kBefore + kDelay);
}

}  // namespace earshot::dsp::sound
