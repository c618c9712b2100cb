#include "server/tools/picture/state_lane.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace earshot::picture {
namespace {

/// Light enough for black words.
/// Source: Paul Tol's "light" scheme, SRON/EPS/TN/09-002, made for fields with labels and for
/// colour-blind eyes.
constexpr std::array<const char*, 9> kFields = {"#dddddd", "#77aadd", "#eedd88",
                                                "#ee8866", "#bbcc33", "#ffaabb",
                                                "#99ddff", "#44bb99", "#aaaa00"};
constexpr double kLetter = 7.6;  ///< Widest usual letter of the labels.

std::vector<std::string_view> names_in(std::span<const StateSpan> states) {
    std::vector<std::string_view> names;
    for (const StateSpan& state : states) {
        if (std::find(names.begin(), names.end(), state.label) == names.end()) {
            names.push_back(state.label);
        }
    }
    return names;
}

const char* colour_of(std::span<const std::string_view> names, std::string_view label) {
    const auto found = std::find(names.begin(), names.end(), label);
    return kFields[static_cast<std::size_t>(found - names.begin()) % kFields.size()];
}

bool has_room(std::string_view label, const Area& area) {
    return kLetter * static_cast<double>(label.size()) + 12.0 <= area.width();
}

void add_label(std::string& svg, const Area& area, const StateSpan& state) {
    const double middle = 0.5 * (area.top + area.bottom) + 4.5;
    if (has_room(state.label, area)) {
        add_text(svg, area.left + 6.0, middle, state.label, "pointer-events=\"none\"");
    } else if (has_room(state.short_label, area)) {
        add_text(svg, area.left + 6.0, middle, state.short_label, "pointer-events=\"none\"");
    } else {
        add(svg, "<g transform=\"translate(%.1f %.1f) rotate(-18)\">", area.left + 4.0,
            area.top - 4.0);
        add_text(svg, 0.0, 0.0, state.short_label, "font-size=\"12\"");
        svg += "</g>\n";
    }
}

void add_field(std::string& svg, const Area& area, const char* fill, const std::string& note) {
    add(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>",
        area.left, area.top, area.width(), area.height(), fill);
    svg += escaped(note) + "</title></rect>\n";
}

void add_gradient(std::string& svg, std::size_t number, const char* from, const char* to) {
    add(svg,
        "<linearGradient id=\"fade%zu\"><stop stop-color=\"%s\"/><stop offset=\"1\" "
        "stop-color=\"%s\"/></linearGradient>",
        number, from, to);
}

}  // namespace

void draw_lane(std::string& svg,
               const Chart& chart,
               std::span<const StateSpan> states,
               double length_s) {
    const auto names = names_in(states);
    for (std::size_t n = 0; n < states.size(); ++n) {
        const StateSpan& state = states[n];
        Area area = chart.area();
        area.left = chart.x(state.at_s);
        area.right = chart.x(n + 1 < states.size() ? states[n + 1].at_s : length_s);
        if (area.width() <= 0.0) {
            continue;
        }
        const char* const colour = colour_of(names, state.label);
        add_field(svg, area, colour, state.label + "\n" + state.note);
        if (n > 0 && state.fade_s > 0.0) {
            Area fade = area;
            fade.right = std::min(area.right, chart.x(state.at_s + state.fade_s));
            add_gradient(svg, n, colour_of(names, states[n - 1].label), colour);
            add_field(svg, fade, ("url(#fade" + std::to_string(n) + ")").c_str(),
                      "fade to " + state.label);
        }
        add_label(svg, area, state);
    }
}

void draw_changes(std::string& svg, const Chart& chart, std::span<const StateSpan> states) {
    for (const StateSpan& state : states) {
        if (state.at_s > 0.0) {
            add(svg,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#555\" "
                "stroke-dasharray=\"2 4\"/>",
                chart.x(state.at_s), chart.area().top, chart.x(state.at_s), chart.area().bottom);
        }
    }
}

}  // namespace earshot::picture
