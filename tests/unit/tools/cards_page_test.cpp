#include "server/tools/cards_page.hpp"

#include <gtest/gtest.h>

#include <array>

namespace earshot::tools {
namespace {

std::string page() {
    CardEntry entry;
    entry.card = {.id = "his_ears",
                  .label = "His <ears> & \"more\"",
                  .caption = "[muffled]",
                  .description = "What he hears.",
                  .not_this = "Not everyone's.",
                  .sources = {"A paper.", "An audiogram."},
                  .safety = dsp::SafetyRating::intense,
                  .safety_note = "It rings."};
    entry.audiogram_in_words = "Both ears: 40 dB HL.";
    entry.response_in_words = "Softer.";
    return cards_page(std::array{entry});
}

TEST(CardsPage, ShowsTheWholeCard) {
    const std::string html = page();
    for (const char* words :
         {"His &lt;ears&gt; &amp; &quot;more&quot;", "[muffled]", "What he hears.",
          "Not everyone's.", "A paper.", "An audiogram.", "class=\"safety intense\"", "It rings.",
          "src=\"assets/his_ears.wav\"", "src=\"assets/as-mixed.wav\"",
          "src=\"assets/his_ears-audiogram.svg\" alt=\"Audiogram. Both ears: 40 dB HL.\"",
          "src=\"assets/his_ears-response.svg\" alt=\"Response. Softer.\"", "href=\"#his_ears\"",
          "a character's perspective in a film"}) {
        EXPECT_NE(html.find(words), std::string::npos) << words;
    }
    EXPECT_EQ(html.find("<ears>"), std::string::npos);
}

TEST(CardsPage, NamesNothingOutsideItsFolder) {
    std::string html = page();
    const std::string name_space = "http://www.w3.org/1999/xhtml";
    html.erase(html.find(name_space), name_space.size());
    for (const char* outside : {"http", "src=\"/", "href=\"/", "@import", "url("}) {
        EXPECT_EQ(html.find(outside), std::string::npos) << outside;
    }
}

}  // namespace
}  // namespace earshot::tools
