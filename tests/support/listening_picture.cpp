#include "tests/support/listening_picture.hpp"

#include "server/tools/picture/spectrogram.hpp"
#include "server/tools/picture/svg.hpp"
#include "tests/support/level_over_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace earshot::test {
namespace {

constexpr double kWidth = 1'280.0;
constexpr double kHeight = 720.0;
constexpr double kLeft = 84.0;
constexpr double kRight = 1'180.0;
constexpr double kBandTop = 92.0;  // the states
constexpr double kLevelTop = 124.0;
constexpr double kLevelBottom = 294.0;
constexpr double kSpectrumTop = 324.0;
constexpr double kSpectrumBottom = 654.0;
constexpr double kLevelLowest = -72.0;
constexpr double kLevelHighest = 0.0;
constexpr double kColourLowest = -100.0;
constexpr double kColourHighest = -20.0;
constexpr std::size_t kColumns = 1'096;  // as many as the plot has points
constexpr std::size_t kRows = 330;

using picture::add;
using picture::add_image;
using picture::begin_svg;
using picture::escaped;
using picture::heat_palette;
using picture::Spectrogram;
using picture::SpectrogramMeter;

struct Axis {
    double start_s;
    double end_s;
    [[nodiscard]] double x(double at_s) const {
        const double p = (at_s - start_s) / (end_s - start_s);
        return kLeft + std::clamp(p, 0.0, 1.0) * (kRight - kLeft);
    }
};

double level_y(double dbfs) {
    const double p = (std::clamp(dbfs, kLevelLowest, kLevelHighest) - kLevelLowest) /
                     (kLevelHighest - kLevelLowest);
    return kLevelBottom - p * (kLevelBottom - kLevelTop);
}

std::string clock_text(double seconds) {
    std::array<char, 32> text{};
    const auto whole = static_cast<int>(std::lround(seconds));
    std::snprintf(text.data(), text.size(), "%d:%02d", whole / 60, whole % 60);
    return text.data();
}

void add_head(std::string& svg, const ListeningPicture& picture) {
    begin_svg(svg, kWidth, kHeight, picture.title);
    add(svg, "<text x=\"%.0f\" y=\"36\" font-size=\"20\" font-weight=\"bold\">%s</text>", kLeft,
        escaped(picture.title).c_str());
    add(svg, "<text x=\"%.0f\" y=\"58\" fill=\"#555\">%s</text>", kLeft,
        escaped(picture.subtitle).c_str());
}

/// The bands of the states and, through all plots, the lines where they begin.
void add_states(std::string& svg, const ListeningPicture& picture, const Axis& axis) {
    constexpr std::array<const char*, 2> kBand = {"#e4ebf2", "#cfdbe8"};
    for (std::size_t n = 0; n < picture.states.size(); ++n) {
        const StateMark& state = picture.states[n];
        const double from = axis.x(state.at_s);
        const double to =
            n + 1 < picture.states.size() ? axis.x(picture.states[n + 1].at_s) : kRight;
        if (to - from < 0.5) {
            continue;
        }
        add(svg, "<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"24\" fill=\"%s\"/>", from,
            kBandTop, to - from, kBand[n % 2]);
        // A label that finds no room in its band stands above it, leaning.
        const double room = static_cast<double>(state.label.size()) * 7.2 + 10.0;
        if (room <= to - from) {
            add(svg, "<text x=\"%.1f\" y=\"%.0f\">%s</text>", from + 6.0, kBandTop + 16.0,
                escaped(state.label).c_str());
        } else {
            add(svg,
                "<text x=\"%.1f\" y=\"%.0f\" font-size=\"11\" transform=\"rotate(-18 %.1f %.0f)\">"
                "%s</text>",
                from + 4.0, kBandTop - 4.0, from + 4.0, kBandTop - 4.0,
                escaped(state.label).c_str());
        }
    }
}

void add_change_lines(std::string& svg, const ListeningPicture& picture, const Axis& axis) {
    for (std::size_t n = 1; n < picture.states.size(); ++n) {
        const StateMark& state = picture.states[n];
        if (state.at_s <= axis.start_s || state.at_s >= axis.end_s) {
            continue;
        }
        const double from = axis.x(state.at_s);
        const double to = axis.x(state.at_s + state.fade_s);
        for (const auto& [top, bottom] :
             {std::pair{kLevelTop, kLevelBottom}, std::pair{kSpectrumTop, kSpectrumBottom}}) {
            add(svg,
                "<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\" fill=\"#1c5d99\" "
                "opacity=\"0.13\"/>",
                from, top, std::max(to - from, 0.0), bottom - top);
            add(svg,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.0f\" y2=\"%.0f\" stroke=\"#1c5d99\" "
                "stroke-width=\"1.2\" stroke-dasharray=\"4 3\"/>",
                from, from, top, bottom);
        }
    }
}

void add_level(std::string& svg, const ListeningPicture& picture) {
    for (int db = -60; db <= 0; db += 20) {
        const double y = level_y(db);
        add(svg, "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e3e3e3\"/>",
            kLeft, kRight, y, y);
        add(svg, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%d</text>", kLeft - 8.0, y + 4.0,
            db);
    }
    add(svg,
        "<text transform=\"translate(26 %.0f) rotate(-90)\" text-anchor=\"middle\">Level, dBFS "
        "rms</text>",
        0.5 * (kLevelTop + kLevelBottom));
    const std::vector<double> level = level_over_time(picture.sound, kColumns);
    std::string line;
    for (std::size_t n = 0; n < level.size(); ++n) {
        const double x = kLeft + (static_cast<double>(n) + 0.5) / kColumns * (kRight - kLeft);
        add(line, "%.1f,%.1f", x, level_y(level[n]));
    }
    add(svg, "<polygon fill=\"#44546a\" opacity=\"0.25\" points=\"%.1f,%.1f", kLeft, kLevelBottom);
    svg += line;
    add(svg, "%.1f,%.1f\"/>", kRight, kLevelBottom);
    svg +=
        "<polyline fill=\"none\" stroke=\"#2b3a4e\" stroke-width=\"1\" points=\"" + line + "\"/>\n";
}

void add_spectrum(std::string& svg, const ListeningPicture& picture) {
    const auto frames = static_cast<int>(picture.sound.size());
    SpectrogramMeter meter(kColumns, kRows, frames, 1);
    meter.add({picture.sound.data(), 1, frames, frames});
    const Spectrogram spectrum = meter.take();
    std::vector<std::uint8_t> pixels;
    for (const float dbfs : spectrum.dbfs) {
        const double p =
            (static_cast<double>(dbfs) - kColourLowest) / (kColourHighest - kColourLowest);
        pixels.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(p, 0.0, 1.0) * 255.0)));
    }
    const auto colours = heat_palette();
    add_image(svg, {kLeft, kSpectrumTop, kRight, kSpectrumBottom}, pixels, kColumns, colours);
    const double octaves = std::log(spectrum.highest_hz / spectrum.lowest_hz);
    for (const auto& [hz, label] : {std::pair{50.0, "50"},
                                    {100.0, "100"},
                                    {200.0, "200"},
                                    {500.0, "500"},
                                    {1e3, "1 k"},
                                    {2e3, "2 k"},
                                    {5e3, "5 k"},
                                    {1e4, "10 k"}}) {
        const double y = kSpectrumTop + std::log(spectrum.highest_hz / hz) / octaves *
                                            (kSpectrumBottom - kSpectrumTop);
        add(svg, "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#333\"/>",
            kLeft - 5.0, kLeft, y, y);
        add(svg, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>", kLeft - 8.0, y + 4.0,
            label);
    }
    add(svg,
        "<text transform=\"translate(26 %.0f) rotate(-90)\" text-anchor=\"middle\">Frequency, "
        "Hz</text>",
        0.5 * (kSpectrumTop + kSpectrumBottom));
    // Legend: the colour scale.
    std::vector<std::uint8_t> scale;
    for (int value = 255; value >= 0; --value) {
        scale.push_back(static_cast<std::uint8_t>(value));
    }
    const double x = kRight + 22.0;
    add_image(svg, {x, kSpectrumTop, x + 14.0, kSpectrumBottom}, scale, 1, colours);
    add(svg,
        "<rect x=\"%.0f\" y=\"%.0f\" width=\"14\" height=\"%.0f\" fill=\"none\" stroke=\"#333\"/>",
        x, kSpectrumTop, kSpectrumBottom - kSpectrumTop);
    for (int db = -100; db <= -20; db += 20) {
        const double y = kSpectrumBottom - (db - kColourLowest) / (kColourHighest - kColourLowest) *
                                               (kSpectrumBottom - kSpectrumTop);
        add(svg, "<text x=\"%.0f\" y=\"%.1f\">%d</text>", x + 20.0, y + 4.0, db);
    }
    add(svg, "<text x=\"%.0f\" y=\"%.0f\">dBFS</text>", x, kSpectrumTop - 10.0);
}

void add_frames(std::string& svg, const Axis& axis) {
    for (const auto& [top, bottom] :
         {std::pair{kLevelTop, kLevelBottom}, std::pair{kSpectrumTop, kSpectrumBottom}}) {
        add(svg,
            "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" fill=\"none\" "
            "stroke=\"#333\"/>",
            kLeft, top, kRight - kLeft, bottom - top);
    }
    const double length = axis.end_s - axis.start_s;
    const double step = length > 240.0 ? 60.0 : length > 45.0 ? 10.0 : length > 15.0 ? 5.0 : 1.0;
    for (double at = std::ceil(axis.start_s / step) * step; at <= axis.end_s; at += step) {
        const double x = axis.x(at);
        for (const double y : {kLevelBottom, kSpectrumBottom}) {
            add(svg, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.0f\" y2=\"%.0f\" stroke=\"#333\"/>", x,
                x, y, y + 5.0);
        }
        add(svg, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>", x,
            kSpectrumBottom + 20.0, clock_text(at).c_str());
    }
    add(svg, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">Programme time, min:s</text>",
        0.5 * (kLeft + kRight), kSpectrumBottom + 42.0);
    add(svg,
        "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.0f\" y2=\"%.0f\" stroke=\"#1c5d99\" "
        "stroke-width=\"1.2\" stroke-dasharray=\"4 3\"/><text x=\"%.0f\" y=\"%.0f\">a cue, and its "
        "fade</text>",
        kLeft, kLeft + 28.0, kSpectrumBottom + 38.0, kSpectrumBottom + 38.0, kLeft + 36.0,
        kSpectrumBottom + 42.0);
}

}  // namespace

std::string draw(const ListeningPicture& picture) {
    const Axis axis{
        picture.start_s,
        picture.start_s + std::max(static_cast<double>(picture.sound.size()), 1.0) / 48'000.0};
    std::string svg;
    add_head(svg, picture);
    add_states(svg, picture, axis);
    add_level(svg, picture);
    add_spectrum(svg, picture);
    add_change_lines(svg, picture, axis);
    add_frames(svg, axis);
    svg += "</svg>\n";
    return svg;
}

}  // namespace earshot::test
