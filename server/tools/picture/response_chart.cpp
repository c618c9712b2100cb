#include "server/tools/picture/response_chart.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::picture {
namespace {

constexpr std::array<double, 8> kOctaves{63, 125, 250, 500, 1'000, 2'000, 4'000, 8'000};
constexpr std::array<double, 4> kInWords{250, 1'000, 4'000, 8'000};
constexpr int kLowest = -80;
constexpr int kHighest = 20;
constexpr std::array<std::string_view, 3> kDashes{"2 4", "", "9 5"};
constexpr std::string_view kBothColour = "#333333";

/// Below the plot there is nothing worth a difference.
double seen(double db) {
    return std::max(db, static_cast<double>(kLowest));
}

bool ears_alike(const std::vector<ResponseCurve>& curves) {
    return std::all_of(curves.begin(), curves.end(), [](const ResponseCurve& curve) {
        return std::equal(
            curve.gain_db[0].begin(), curve.gain_db[0].end(), curve.gain_db[1].begin(),
            curve.gain_db[1].end(),
            [](const Point& a, const Point& b) { return std::abs(seen(a.y) - seen(b.y)) < 0.5; });
    });
}

std::string ear_in_words(const std::vector<Point>& gain_db) {
    std::string words;
    for (const double hz : kInWords) {
        const auto nearest =
            std::min_element(gain_db.begin(), gain_db.end(), [&](const Point& a, const Point& b) {
                return std::abs(std::log(a.x / hz)) < std::abs(std::log(b.x / hz));
            });
        words += words.empty() ? "" : ", ";
        words += nearest->y < kLowest ? "under " + std::to_string(kLowest)
                                      : std::to_string(std::lround(nearest->y));
    }
    return words + " dB at 250, 1000, 4000 and 8000 Hz";
}

}  // namespace

void draw_response(std::string& svg, const Area& area, const std::vector<ResponseCurve>& curves) {
    Chart chart(svg, area, {.from = 56.0, .to = 18'000.0, .logarithmic = true},
                {.from = kLowest, .to = kHighest});
    chart.title("Response to tones");
    chart.x_axis(frequency_ticks(kOctaves), "Frequency of the tone, Hz", true);
    chart.y_axis(even_ticks(kLowest, kHighest, 20), "Level out less level in, dB", true);
    const bool alike = ears_alike(curves);
    for (std::size_t n = 0; n < curves.size(); ++n) {
        const std::string_view dashes = kDashes[n % kDashes.size()];
        for (std::size_t ear = 0; ear < (alike ? 1U : 2U); ++ear) {
            const std::string_view colour =
                alike ? kBothColour : (ear == 0 ? kLeftColour : kRightColour);
            chart.line(curves[n].gain_db[ear], {.colour = colour, .width = 1.8, .dashes = dashes});
        }
        const std::string level = std::to_string(std::lround(curves[n].input_db_spl));
        const double at = 90.0 * static_cast<double>(curves.size() - n) + 40.0;
        chart.legend(at, level + (n + 1 < curves.size() ? "" : " dB SPL in"),
                     {.colour = kBothColour, .width = 1.8, .dashes = dashes});
    }
    if (alike) {
        add_text(svg, area.left + 12.0, area.bottom - 12.0, "both ears alike");
    } else {
        add_text(svg, area.left + 12.0, area.bottom - 12.0, "left ear",
                 "fill=\"" + std::string(kLeftColour) + "\"");
        add_text(svg, area.left + 84.0, area.bottom - 12.0, "right ear", "fill=\"#b34700\"");
    }
    chart.border();
}

std::string response_in_words(const std::vector<ResponseCurve>& curves) {
    if (curves.empty()) {
        return {};
    }
    const ResponseCurve& middle = curves[curves.size() / 2];
    const std::string level = std::to_string(std::lround(middle.input_db_spl));
    std::string words = "Tones of " + level + " dB SPL come out changed by ";
    if (ears_alike(curves)) {
        return words + ear_in_words(middle.gain_db[0]) + " in both ears.";
    }
    return words + ear_in_words(middle.gain_db[0]) + " in the left ear, and by " +
           ear_in_words(middle.gain_db[1]) + " in the right.";
}

}  // namespace earshot::picture
