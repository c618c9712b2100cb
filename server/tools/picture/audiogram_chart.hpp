#pragma once

#include "common/dsp/state/hearing_settings.hpp"
#include "server/tools/picture/svg.hpp"

#include <string>

namespace earshot::picture {

/// Draws a state's loss of hearing as audiologists do: 0 dB HL on top, right ear red O, left ear
/// blue X, what arrives through bone dashed. An ear that no audiogram acts on is named instead.
/// Source of the marks: ASHA, Guidelines for Audiometric Symbols, 1990.
/// @param intensity  0 to 1, of the state.
void draw_audiogram(std::string& svg,
                    const Area& area,
                    const dsp::HearingSettings& settings,
                    double intensity);

/// The same in words, for those who do not see it.
[[nodiscard]] std::string audiogram_in_words(const dsp::HearingSettings& settings,
                                             double intensity);

}  // namespace earshot::picture
