#include "server/tools/picture/show_picture.hpp"

#include "server/tools/picture/audiogram_chart.hpp"
#include "server/tools/picture/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace earshot::picture {
namespace {

constexpr double kWidth = 1'280.0;
constexpr double kLeft = 92.0;
constexpr double kRight = 1'180.0;
constexpr Area kLane{kLeft, 112.0, kRight, 142.0};
constexpr Area kBefore{kLeft, 186.0, kRight, 366.0};
constexpr Area kAfter{kLeft, 416.0, kRight, 596.0};
constexpr Area kLevel{kLeft, 672.0, kRight, 802.0};
constexpr Area kLoudness{kLeft, 878.0, kRight, 1'008.0};
constexpr double kHeightOfTimes = 1'070.0;
constexpr Area kAudiogram{kLeft, 1'116.0, 590.0, 1'416.0};
constexpr Area kResponse{692.0, 1'116.0, kRight, 1'416.0};
constexpr double kHeightWithState = 1'480.0;

constexpr double kColourLowest = -100.0;
constexpr double kColourHighest = -20.0;
constexpr std::array<double, 8> kFrequencies{50, 100, 200, 500, 1'000, 2'000, 5'000, 10'000};

std::uint8_t colour_index(float dbfs) {
    const double part =
        (static_cast<double>(dbfs) - kColourLowest) / (kColourHighest - kColourLowest);
    return static_cast<std::uint8_t>(std::lround(std::clamp(part, 0.0, 1.0) * 255.0));
}

Scale time_scale(const ShowPicture& picture) {
    return {.from = 0.0, .to = std::max(picture.length_s, 1e-3)};
}

std::string figures(const SoundFacts& sound) {
    std::array<char, 96> text{};
    if (sound.true_peak_dbtp < -120.0) {
        return "silence";
    }
    if (sound.integrated_lufs < -70.0) {
        std::snprintf(text.data(), text.size(), "under \u221270 LUFS, peak %.1f dBTP",
                      sound.true_peak_dbtp);
    } else {
        std::snprintf(text.data(), text.size(), "%.1f LUFS in all, peak %.1f dBTP",
                      sound.integrated_lufs, sound.true_peak_dbtp);
    }
    return text.data();
}

void add_spectrum(std::string& svg,
                  const ShowPicture& picture,
                  const Area& area,
                  const SoundFacts& sound,
                  const std::string& name) {
    Chart chart(svg, area, time_scale(picture),
                {.from = kSpectrumLowestHz, .to = kSpectrumHighestHz, .logarithmic = true});
    std::vector<std::uint8_t> pixels;
    pixels.reserve(sound.spectrum.dbfs.size());
    std::transform(sound.spectrum.dbfs.begin(), sound.spectrum.dbfs.end(),
                   std::back_inserter(pixels), colour_index);
    add_image(svg, area, pixels, sound.spectrum.columns, heat_palette());
    chart.title(name + ": " + figures(sound));
    chart.y_axis(frequency_ticks(kFrequencies), "Frequency, Hz", false);
    draw_changes(svg, chart, picture.states);
    chart.border();
}

/// What the spectra's colours mean, beside both.
void add_colour_scale(std::string& svg) {
    const Area bar{kRight + 18.0, kBefore.top, kRight + 32.0, kAfter.bottom};
    std::vector<std::uint8_t> values;
    for (int value = 255; value >= 0; --value) {
        values.push_back(static_cast<std::uint8_t>(value));
    }
    add_image(svg, bar, values, 1, heat_palette());
    add(svg,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
        "stroke=\"#555\"/>",
        bar.left, bar.top, bar.width(), bar.height());
    const Scale scale{.from = kColourLowest, .to = kColourHighest};
    for (const Tick& tick : even_ticks(-100, -20, 20)) {
        add_text(svg, bar.right + 5.0, bar.bottom - scale.part_of(tick.at) * bar.height() + 4.5,
                 tick.label);
    }
    add_text(svg, bar.left, bar.top - 10.0, "dBFS");
}

std::vector<Point> over_time(const std::vector<double>& values, double length_s, double place) {
    std::vector<Point> points;
    for (std::size_t n = 0; n < values.size(); ++n) {
        const double part = (static_cast<double>(n) + place) / static_cast<double>(values.size());
        points.push_back({part * length_s, values[n]});
    }
    return points;
}

void add_levels(std::string& svg,
                const ShowPicture& picture,
                const Area& area,
                const std::string& title,
                const std::string& unit,
                bool loudness) {
    Chart chart(svg, area, time_scale(picture), {.from = -90.0, .to = 0.0});
    chart.title(title);
    chart.x_axis(time_ticks(picture.length_s), "Programme time, min:s", false);
    chart.y_axis(even_ticks(-80, 0, 20), unit, true);
    draw_changes(svg, chart, picture.states);
    const auto values = [&](const SoundFacts& sound) {
        return loudness ? over_time(sound.short_term_lufs, picture.length_s, 1.0)
                        : over_time(sound.rms_dbfs, picture.length_s, 0.5);
    };
    const Stroke before{.colour = kBeforeColour, .width = 1.4, .dashes = {}};
    const Stroke after{.colour = kAfterColour, .width = 2.0, .dashes = {}};
    chart.line(values(picture.before), before);
    chart.line(values(picture.after), after);
    chart.legend(240.0, "before", before);
    chart.legend(110.0, "after", after);
    chart.border();
}

void add_head(std::string& svg, const ShowPicture& picture) {
    add_text(svg, kLeft, 40.0, picture.title, "font-size=\"22\" font-weight=\"bold\"");
    add_text(svg, kLeft, 64.0, picture.subtitle, "font-size=\"14\" fill=\"#555\"");
    const Chart lane(svg, kLane, time_scale(picture), {});
    add_text(svg, kLeft, kLane.top - 10.0, "Hearing state",
             "font-weight=\"bold\" font-size=\"14\"");
    draw_lane(svg, lane, picture.states, picture.length_s);
}

}  // namespace

std::string draw(const ShowPicture& picture) {
    std::string svg;
    begin_svg(svg, kWidth, picture.state ? kHeightWithState : kHeightOfTimes, picture.title);
    add_head(svg, picture);
    add_spectrum(svg, picture, kBefore, picture.before, "Before");
    add_spectrum(svg, picture, kAfter, picture.after, "After");
    add_colour_scale(svg);
    Chart under(svg, kAfter, time_scale(picture), {});
    under.x_axis(time_ticks(picture.length_s), "", false);
    add_levels(svg, picture, kLevel, "Level", "Level, dBFS rms", false);
    add_levels(svg, picture, kLoudness, "Short-term loudness, of the 3 s before", "Loudness, LUFS",
               true);
    if (picture.state) {
        draw_audiogram(svg, kAudiogram, picture.state->settings, picture.state->intensity);
        draw_response(svg, kResponse, picture.state->response);
    }
    svg += "</svg>\n";
    return svg;
}

}  // namespace earshot::picture
