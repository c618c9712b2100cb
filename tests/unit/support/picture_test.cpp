#include "tests/support/listening_picture.hpp"
#include "tests/support/png.hpp"
#include "tests/support/signals.hpp"
#include "tests/support/spectrogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace earshot::test {
namespace {

TEST(Spectrogram, ShowsAToneInItsRowAndAtItsLevel) {
    const Audio sound = tone(48'000, 1, 1.0, 1'000.0, 0.1F);
    const Spectrogram spectrum = make_spectrogram(sound.channel(0), 5, 100, 100.0, 10'000.0);
    // 1 kHz lies at the middle of two decades: row 50's upper or row 49's lower edge.
    for (std::size_t column = 0; column < 5; ++column) {
        const float level =
            std::max(spectrum.dbfs[49 * 5 + column], spectrum.dbfs[50 * 5 + column]);
        EXPECT_NEAR(level, -20.0F, 1.5F);  // a Hann window between two bins loses 1.4 dB
        EXPECT_LT(spectrum.dbfs[10 * 5 + column], -80.0F);
        EXPECT_LT(spectrum.dbfs[90 * 5 + column], -80.0F);
    }
}

TEST(Spectrogram, MeasuresLevelInEqualParts) {
    Audio sound = tone(48'000, 1, 1.0, 1'000.0, 0.1F);
    std::fill(sound.channels[0].begin() + 24'000, sound.channels[0].end(), 0.0F);
    const std::vector<double> level = level_over_time(sound.channel(0), 4);
    EXPECT_NEAR(level[0], -23.01, 0.01);
    EXPECT_NEAR(level[1], -23.01, 0.01);
    EXPECT_EQ(level[2], -200.0);
}

TEST(Png, IsByteForByteWhatTheStandardAsksFor) {
    const std::uint8_t pixel = 0;
    const Colour black{0, 0, 0};
    const std::string png = indexed_png({&pixel, 1}, 1, {&black, 1});
    // Checked with an independent decoder when it was written.
    EXPECT_EQ(base64(png),
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAMAAAAoyzS7AAAAA1BMVEUAAACnej3aAAAADUlEQVR4AQECAP3/"
              "AAAAAgABfgUN0gAAAABJRU5ErkJggg==");
}

TEST(Base64, FillsUpTheLastGroup) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(ListeningPicture, MarksEveryStateAndEscapesWords) {
    const Audio sound = tone(48'000, 1, 2.0, 440.0, 0.5F);
    ListeningPicture picture;
    picture.title = "A <drummer> & his hearing";
    picture.sound = sound.channel(0);
    picture.states = {{0.0, 0.0, "full"}, {1.0, 0.25, "loss"}};
    const std::string svg = draw(picture);
    EXPECT_NE(svg.find("A &lt;drummer&gt; &amp; his hearing"), std::string::npos);
    EXPECT_NE(svg.find(">full<"), std::string::npos);
    EXPECT_NE(svg.find(">loss<"), std::string::npos);
    // The cue is drawn in the middle of the time axis, in both plots.
    const std::string line = "x1=\"632.0\" x2=\"632.0\"";
    EXPECT_NE(svg.find(line), std::string::npos);
    EXPECT_NE(svg.find(line, svg.find(line) + 1), std::string::npos);
    EXPECT_EQ(svg.rfind("</svg>\n"), svg.size() - 7);
}

}  // namespace
}  // namespace earshot::test
