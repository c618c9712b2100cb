#include "tests/support/level_over_time.hpp"
#include "tests/support/listening_picture.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::test {
namespace {

TEST(LevelOverTime, MeasuresLevelInEqualParts) {
    Audio sound = tone(48'000, 1, 1.0, 1'000.0, 0.1F);
    std::fill(sound.channels[0].begin() + 24'000, sound.channels[0].end(), 0.0F);
    const std::vector<double> level = level_over_time(sound.channel(0), 4);
    EXPECT_NEAR(level[0], -23.01, 0.01);
    EXPECT_NEAR(level[1], -23.01, 0.01);
    EXPECT_EQ(level[2], -200.0);
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
