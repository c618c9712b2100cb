#include "server/tools/picture/audiogram_chart.hpp"
#include "server/tools/picture/chart.hpp"
#include "server/tools/picture/response_chart.hpp"
#include "server/tools/picture/show_picture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace earshot::picture {
namespace {

constexpr Area kArea{0.0, 0.0, 100.0, 100.0};

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

TEST(Chart, PutsValuesWhereTheyBelong) {
    std::string svg;
    const Chart chart(svg, kArea, {.from = 100.0, .to = 10'000.0, .logarithmic = true},
                      {.from = 120.0, .to = -10.0});
    EXPECT_NEAR(chart.x(1'000.0), 50.0, 1e-9);
    EXPECT_NEAR(chart.y(-10.0), 0.0, 1e-9);  // hearing is drawn on top
    EXPECT_NEAR(chart.y(55.0), 50.0, 1e-9);
    EXPECT_NEAR(chart.y(200.0), 100.0, 1e-9);  // not outside
}

TEST(Chart, BreaksLinesAtGaps) {
    std::string svg;
    Chart chart(svg, kArea, {.from = 0.0, .to = 10.0}, {.from = 0.0, .to = 10.0});
    const double gap = std::numeric_limits<double>::quiet_NaN();
    chart.line(std::vector<Point>{{0, 1}, {1, 2}, {2, gap}, {3, 4}}, {.colour = "#000"});
    EXPECT_NE(svg.find("M0.0 90.0L10.0 80.0M30.0 60.0"), std::string::npos) << svg;
}

TEST(Chart, NeverCrowdsTheTimeAxis) {
    for (const double length : {0.1, 4.0, 90.0, 1'000.0, 7'000.0, 20'000.0, 3e7}) {
        EXPECT_LE(time_ticks(length).size(), 13U) << length;
        EXPECT_EQ(time_ticks(length).front().at, 0.0);
    }
    EXPECT_EQ(time_ticks(7'000.0).back().label, "1:50:00");
}

TEST(AudiogramChart, MarksEachEarAndNamesWhatHasNone) {
    dsp::HearingSettings settings;
    settings.left.path = dsp::EarPath::acoustic;
    settings.left.sensory = dsp::Audiogram::flat(40.0);
    settings.right.path = dsp::EarPath::implant;
    std::string svg;
    draw_audiogram(svg, {50, 50, 500, 400}, settings, 0.5);
    EXPECT_NE(svg.find("left ear, X"), std::string::npos);
    EXPECT_EQ(svg.find("<circle"), std::string::npos);
    EXPECT_NE(svg.find("right ear: an implant"), std::string::npos);
    EXPECT_EQ(audiogram_in_words(settings, 0.5),
              "Left ear: 20, 20, 20, 20 dB HL at 500, 1000, 2000 and 4000 Hz. Right ear: an "
              "implant; no audiogram acts.");
}

TEST(ResponseChart, DrawsEarsOnceIfTheyAreAlike) {
    const std::vector<Point> flat{{100, -10}, {1'000, -10}, {10'000, -10}};
    std::vector<ResponseCurve> curves{{.input_db_spl = 65.0, .gain_db = {flat, flat}}};
    std::string alike;
    draw_response(alike, kArea, curves);
    EXPECT_NE(alike.find("both ears alike"), std::string::npos);
    curves[0].gain_db[1][2].y = -30.0;
    std::string apart;
    draw_response(apart, kArea, curves);
    EXPECT_NE(apart.find("right ear"), std::string::npos);
    EXPECT_EQ(count(apart, "<path fill"), count(alike, "<path fill") + 1);
    EXPECT_NE(response_in_words(curves).find("-30, -30 dB at 250"), std::string::npos)
        << response_in_words(curves);
}

TEST(ShowPicture, IsOneFileWithAllItsParts) {
    ShowPicture picture;
    picture.title = "A <show>";
    picture.length_s = 10.0;
    picture.states = {
        {.at_s = 0, .fade_s = 0, .label = "Full hearing", .short_label = "full", .note = "[all]"},
        {.at_s = 5, .fade_s = 1, .label = "Muffled & low", .short_label = "low", .note = "cue 1"}};
    for (SoundFacts* sound : {&picture.before, &picture.after}) {
        sound->spectrum = {kSpectrumColumns, kSpectrumRows, kSpectrumLowestHz, kSpectrumHighestHz,
                           std::vector<float>(kSpectrumColumns * kSpectrumRows, -60.0F)};
        sound->rms_dbfs.assign(kLevelColumns, -30.0);
        sound->short_term_lufs.assign(kLevelColumns, -200.0);
    }
    const std::string svg = draw(picture);
    EXPECT_NE(svg.find("A &lt;show&gt;"), std::string::npos);
    EXPECT_NE(svg.find("Muffled &amp; low"), std::string::npos);
    EXPECT_EQ(count(svg, "<image"), 3U);  // two spectra and what their colours mean
    EXPECT_EQ(count(svg, "<linearGradient"), 1U);
    EXPECT_EQ(count(svg, "http"), 1U);  // SVG's own name, no address
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_LT(svg.size(), 1'500'000U);
}

}  // namespace
}  // namespace earshot::picture
