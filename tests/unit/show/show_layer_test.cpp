#include "common/show/show.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace earshot::show {
namespace {

using ::testing::HasSubstr;

Expected<Show> with_layers(const std::string& layers, const std::string& source = "file:mix.wav") {
    return parse_show(
        "title = \"T\"\nrights = \"R\"\n[programme]\nsource = \"" + source + "\"\n" + layers,
        "show.toml", "/films");
}

std::string layer(const std::string& name) {
    return "[[programme.layer]]\nname = \"" + name + "\"\nfile = \"" + name + ".wav\"\n";
}

std::string refusal(const std::string& layers, const std::string& source = "file:mix.wav") {
    const auto show = with_layers(layers, source);
    return show ? "accepted" : show.failure().text;
}

TEST(ShowLayers, StandInTheOrderOfTheFile) {
    const auto show =
        with_layers(layer("body") + layer("dialogue") + layer("music") + layer("effects"));
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    using enum dsp::LayerName;
    EXPECT_EQ(show->programme.layer_names(), (std::vector{mix, body, dialogue, music, effects}));
    EXPECT_THAT(describe(*show), HasSubstr("layer        body: /films/body.wav"));
}

TEST(ShowLayers, HaveNamesThatStatesKnow) {
    EXPECT_THAT(refusal(layer("dialog")),
                HasSubstr("show.toml:6: layer \"dialog\": expected one of dialogue, music"));
    EXPECT_THAT(refusal(layer("mix")), HasSubstr("\"mix\" is the programme's source"));
    EXPECT_THAT(refusal(layer("body") + layer("body")),
                HasSubstr("show.toml:9: there is a layer of this name already"));
}

TEST(ShowLayers, GoWithAFileOnly) {
    EXPECT_THAT(refusal(layer("body"), "stdin"),
                HasSubstr("layers are played beside a file; this source is stdin"));
    EXPECT_EQ(refusal(layer("body"), "demo"), "accepted");
}

}  // namespace
}  // namespace earshot::show
