#include "server/tools/cards_page.hpp"

#include "server/tools/picture/svg.hpp"

#include <array>
#include <string_view>

namespace earshot::tools {
namespace {

using picture::escaped;

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>Earshot: hearing states</title>
<style>
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.25rem 4rem;
  color: #222; background: #fff; font: 1.0625rem/1.5 "DejaVu Sans", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1rem 0 .5rem; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 0; }
h3 { font-size: 1.05rem; margin: 1rem 0 .2rem; }
p, ul { margin: .2rem 0 .6rem; max-width: 62rem; }
a { color: #00527f; }
a:focus-visible, audio:focus-visible, summary:focus-visible {
  outline: 3px solid #d55e00; outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; padding: 0; }
article { border: 1px solid #c8c8c8; border-radius: .5rem;
  padding: 1.1rem 1.3rem; margin: 1.6rem 0; }
.id { font-family: "DejaVu Sans Mono", Menlo, monospace; font-size: .95rem; color: #555; }
.safety { display: inline-block; border: 2px solid #222; border-radius: .3rem;
  padding: .05rem .55rem; font-weight: bold; }
.intense, .sudden { background: #ffe3cf; }
.gentle { background: #e3f0f8; }
.figures, .samples { display: grid; gap: .5rem 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); }
figure { margin: .6rem 0 0; }
img { width: 100%; height: auto; }
audio { width: 100%; }
</style>
</head>
<body>
<a class="skip" href="#states">To the states</a>
<header>
<h1>Hearing states</h1>
<p>Each card is <strong>a character's perspective in a film</strong>: a simulation made with care
from published work. It is not a medical device, and no simulation is anyone's hearing. Nobody's
hearing stands for that of others.</p>
<p>The sample is made by Earshot itself: a band for two seconds, then a voice. Its words are
syllables without meaning. Begin with the volume low, and with headphones. Some states add ringing
or harsh sound; their cards say so.</p>
</header>
)";

std::string_view meaning_of(dsp::SafetyRating safety) {
    switch (safety) {
        case dsp::SafetyRating::gentle:
            return "takes away, adds nothing";
        case dsp::SafetyRating::intense:
            return "may distress: ringing, sounds that grow louder, or harsh sound";
        case dsp::SafetyRating::sudden:
            return "may distress, and needs a content notice when it is reached fast";
    }
    return {};
}

/// An element with words, and a line's end.
std::string element(std::string_view name, std::string_view words) {
    std::string html = "<" + std::string(name) + ">";
    html += escaped(words);
    return html + "</" + std::string(name) + ">\n";
}

std::string player(const std::string& label, const std::string& file) {
    return "<figure><figcaption>" + escaped(label) +
           "</figcaption><audio controls=\"controls\" preload=\"none\" aria-label=\"" +
           escaped(label) + "\" src=\"assets/" + escaped(file) + "\"></audio></figure>\n";
}

std::string drawing(const std::string& file, std::string_view words) {
    return "<figure><img src=\"assets/" + escaped(file) + "\" alt=\"" + escaped(words) +
           "\"/></figure>\n";
}

std::string safety_of(const dsp::HearingStateCard& card) {
    const auto name =
        std::string(dsp::kSafetyRatingNames.at(static_cast<std::size_t>(card.safety)));
    std::string html = "<h3>Safety</h3>\n<p><span class=\"safety " + name + "\">" + name +
                       "</span> " + std::string(meaning_of(card.safety)) + ".</p>\n";
    return card.safety_note.empty() ? html : html + element("p", card.safety_note);
}

std::string article_of(const CardEntry& entry) {
    const dsp::HearingStateCard& card = entry.card;
    const std::string id = escaped(card.id);
    std::string html = "<article id=\"" + id + "\" aria-labelledby=\"" + id +
                       "-name\">\n<h2 id=\"" + id + "-name\">" + escaped(card.label) +
                       "</h2>\n<p class=\"id\">" + id + "</p>\n";
    html += element("p", card.description);
    html += element("h3", "On the screen") + element("p", card.caption);
    html += element("h3", "What it is not") + element("p", card.not_this);
    html += safety_of(card);
    html += element("h3", "Listen") + "<div class=\"samples\">\n";
    html += player("Before: as mixed", kSampleAsMixed);
    html += player("After: " + card.label, entry.sample_file()) + "</div>\n";
    html += element("h3", "In figures") + "<div class=\"figures\">\n";
    html += drawing(entry.audiogram_file(), "Audiogram. " + entry.audiogram_in_words);
    html += drawing(entry.response_file(), "Response. " + entry.response_in_words) + "</div>\n";
    html += "<details><summary>What the values rest on</summary>\n<ul>\n";
    for (const std::string& source : card.sources) {
        html += element("li", source);
    }
    return html + "</ul>\n</details>\n</article>\n";
}

}  // namespace

std::string cards_page(std::span<const CardEntry> entries) {
    std::string html(kHead);
    html += "<nav aria-label=\"States\">\n<ul>\n";
    for (const CardEntry& entry : entries) {
        html += "<li><a href=\"#" + escaped(entry.card.id) + "\">" + escaped(entry.card.label) +
                "</a></li>\n";
    }
    html += "</ul>\n</nav>\n<main id=\"states\">\n";
    for (const CardEntry& entry : entries) {
        html += article_of(entry);
    }
    html +=
        "</main>\n<footer>\n<p>The response leaves out what a state adds of its own accord "
        "(ringing, "
        "sounds of the body) and the limiter. Made by earshot-render " EARSHOT_VERSION
        ".</p>\n</footer>\n</body>\n</html>\n";
    return html;
}

}  // namespace earshot::tools
