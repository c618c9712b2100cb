#pragma once

#include "server/tools/picture/chart.hpp"

#include <span>
#include <string>
#include <vector>

namespace earshot::picture {

/// A hearing state that a perspective is in from a moment on, until the next.
struct StateSpan {
    double at_s = 0.0;
    double fade_s = 0.0;  ///< From at_s on.
    std::string label;
    std::string short_label;  ///< Where the label finds no room.
    std::string note;         ///< Shown on pointing: caption, cue.
};

/// Draws the states as coloured fields with their names, fades as mixtures of both colours. The
/// same label always has the same colour. What finds no room inside stands above, leaning.
/// @param chart  Its x is time in seconds; the lane fills it.
void draw_lane(std::string& svg,
               const Chart& chart,
               std::span<const StateSpan> states,
               double length_s);

/// Lines across a plot where states begin.
void draw_changes(std::string& svg, const Chart& chart, std::span<const StateSpan> states);

}  // namespace earshot::picture
