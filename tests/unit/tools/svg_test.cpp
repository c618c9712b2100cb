#include "server/tools/picture/svg.hpp"

#include <gtest/gtest.h>

namespace earshot::picture {
namespace {

TEST(Svg, EscapesWordsAndKeepsTheirLetters) {
    EXPECT_EQ(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
    EXPECT_EQ(escaped("für 120 \u00B5s, \u2026 \U0001F3A7"), "für 120 \u00B5s, \u2026 \U0001F3A7");
}

TEST(Svg, ReplacesWhatXmlMayNotHold) {
    EXPECT_EQ(escaped(std::string("a\0b\x1B"
                                  "c\x7F",
                                  6)),
              "a?b?c?");
    EXPECT_EQ(escaped("a\xFF"
                      "b\xC3"),
              "a?b?");                                    // no UTF-8, and cut off
    EXPECT_EQ(escaped("\xED\xA0\x80"), "???");            // half of a surrogate pair
    EXPECT_EQ(escaped("\xC0\xAF\xE0\x80\xAF"), "?????");  // longer than need be
    EXPECT_EQ(escaped("\xEF\xBF\xBE"), "???");            // no character
}

TEST(Svg, PaletteGrowsDarkerAllTheWay) {
    const auto colours = heat_palette();
    const auto lightness = [](const Colour& colour) {
        return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
    };
    for (std::size_t n = 1; n < colours.size(); ++n) {
        EXPECT_LE(lightness(colours[n]), lightness(colours[n - 1]) + 0.5);
    }
}

}  // namespace
}  // namespace earshot::picture
