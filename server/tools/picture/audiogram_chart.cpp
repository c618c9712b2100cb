#include "server/tools/picture/audiogram_chart.hpp"

#include "server/tools/picture/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace earshot::picture {
namespace {

constexpr std::array<double, 9> kMarks{125, 250, 500, 1'000, 2'000, 3'000, 4'000, 6'000, 8'000};
constexpr std::array<double, 7> kOctaves{125, 250, 500, 1'000, 2'000, 4'000, 8'000};
constexpr std::array<double, 4> kInWords{500, 1'000, 2'000, 4'000};
constexpr double kMost = 120.0;  ///< Lowest line of the plot, dB HL.

/// Why no audiogram acts on an ear; empty if one does.
std::string_view other_way(const dsp::StateEar& ear) {
    switch (ear.path) {
        case dsp::EarPath::bypass:
            return "as mixed, no loss";
        case dsp::EarPath::implant:
            return "an implant; no audiogram acts";
        case dsp::EarPath::silence:
            return "silence";
        default:
            return {};
    }
}

/// Loss that a tone in the air meets.
double through_air(const dsp::StateEar& ear, double hz) {
    return std::max(ear.sensory.at(hz), 0.0) + ear.conductive.at(hz);
}

double through_bone(const dsp::StateEar& ear, double hz) {
    return std::max(ear.sensory.at(hz), 0.0);
}

bool has_conductive(const dsp::StateEar& ear) {
    const auto points = ear.conductive.points();
    return std::any_of(points.begin(), points.end(),
                       [](const dsp::AudiogramPoint& point) { return point.db > 0.0; });
}

void add_cross(std::string& svg, double x, double y) {
    add(svg, "<path d=\"M%.1f %.1fl10 10m0 -10l-10 10\" stroke=\"%s\" stroke-width=\"2\"/>",
        x - 5.0, y - 5.0, kLeftColour.data());
}

void add_ring(std::string& svg, double x, double y) {
    add(svg,
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"6\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
        x, y, kRightColour.data());
}

void draw_ear(
    std::string& svg, Chart& chart, const dsp::StateEar& ear, bool is_left, double intensity) {
    const std::string_view colour = is_left ? kLeftColour : kRightColour;
    std::vector<Point> air;
    std::vector<Point> bone;
    for (double hz = 125.0; hz <= 8'000.5; hz *= std::exp2(1.0 / 12.0)) {
        air.push_back({hz, intensity * through_air(ear, hz)});
        bone.push_back({hz, intensity * through_bone(ear, hz)});
    }
    chart.line(air, {.colour = colour});
    if (has_conductive(ear)) {
        chart.line(bone, {.colour = colour, .width = 1.4, .dashes = "5 4"});
    }
    for (const double hz : kMarks) {
        const double y = chart.y(intensity * through_air(ear, hz));
        if (is_left) {
            add_cross(svg, chart.x(hz), y);
        } else {
            add_ring(svg, chart.x(hz), y);
        }
    }
}

}  // namespace

void draw_audiogram(std::string& svg,
                    const Area& area,
                    const dsp::HearingSettings& settings,
                    double intensity) {
    Chart chart(svg, area, {.from = 110.0, .to = 9'100.0, .logarithmic = true},
                {.from = kMost, .to = -10.0});
    chart.title("Audiogram");
    chart.x_axis(frequency_ticks(kOctaves), "Frequency, Hz", true);
    chart.y_axis(even_ticks(0, 120, 20), "Hearing level, dB HL", true);
    chart.border();
    double note = area.top + 24.0;
    for (const bool is_left : {false, true}) {
        const dsp::StateEar& ear = is_left ? settings.left : settings.right;
        const std::string name = is_left ? "left ear" : "right ear";
        if (const std::string_view other = other_way(ear); !other.empty()) {
            add_text(svg, area.left + 12.0, note, name + ": " + std::string(other),
                     "fill=\"" + std::string(is_left ? kLeftColour : "#b34700") + "\"");
            note += 20.0;
            continue;
        }
        draw_ear(svg, chart, ear, is_left, intensity);
        chart.legend(is_left ? 130.0 : 290.0, is_left ? "left ear, X" : "right ear, O",
                     {.colour = is_left ? kLeftColour : kRightColour, .dashes = {}});
        if (has_conductive(ear)) {
            add_text(svg, area.left + 12.0, area.bottom - 12.0, "dashed: through bone");
        }
    }
}

std::string audiogram_in_words(const dsp::HearingSettings& settings, double intensity) {
    const auto ear_in_words = [&](const dsp::StateEar& ear) {
        if (const std::string_view other = other_way(ear); !other.empty()) {
            return std::string(other);
        }
        std::string words;
        for (const double hz : kInWords) {
            words += words.empty() ? "" : ", ";
            words += std::to_string(std::lround(intensity * through_air(ear, hz)));
        }
        return words + " dB HL at 500, 1000, 2000 and 4000 Hz";
    };
    const std::string left = ear_in_words(settings.left);
    const std::string right = ear_in_words(settings.right);
    return left == right ? "Both ears: " + left + "."
                         : "Left ear: " + left + ". Right ear: " + right + ".";
}

}  // namespace earshot::picture
