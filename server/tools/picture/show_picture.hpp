#pragma once

#include "common/dsp/state/hearing_settings.hpp"
#include "server/tools/picture/response_chart.hpp"
#include "server/tools/picture/sound_facts.hpp"
#include "server/tools/picture/state_lane.hpp"

#include <optional>
#include <string>
#include <vector>

namespace earshot::picture {

/// One state by itself.
struct StateFacts {
    dsp::HearingSettings settings;
    double intensity = 1.0;
    std::vector<ResponseCurve> response;
};

/// A programme before and after its hearing states.
struct ShowPicture {
    std::string title;
    std::string subtitle;
    double length_s = 0.0;
    std::vector<StateSpan> states;
    SoundFacts before;
    SoundFacts after;
    std::optional<StateFacts> state;  ///< If there is but one.
};

/// Draws spectra before and after, the states, level and loudness over time, and for a single state
/// its audiogram and response: one SVG that needs no other file.
[[nodiscard]] std::string draw(const ShowPicture& picture);

/// What the columns and rows of the spectra should be, and of the levels.
inline constexpr std::size_t kSpectrumColumns = 800;
inline constexpr std::size_t kSpectrumRows = 160;
inline constexpr std::size_t kLevelColumns = 540;
inline constexpr double kSpectrumLowestHz = 50.0;
inline constexpr double kSpectrumHighestHz = 16'000.0;

}  // namespace earshot::picture
