#include "common/show/show.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace earshot::show {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHead =
    "title = \"Night\"\nrights = \"own work\"\n[programme]\nsource = \"demo\"\n";

std::string captions(const std::string& language, const std::string& more = {}) {
    return "[[captions]]\nlanguage = \"" + language + "\"\nfile = \"film.vtt\"\n" + more;
}

std::string refusal(const std::string& lines) {
    const auto show = parse_show(std::string(kHead) + lines, "night.toml", "/films");
    EXPECT_FALSE(show.has_value()) << lines;
    return show.has_value() ? "" : show.failure().text;
}

/// A show file with captions beside it.
class ShowCaptions : public testing::Test {
protected:
    [[nodiscard]] Expected<Show> load(const std::string& lines) const {
        std::ofstream(folder_ / "night.toml") << kHead << lines;
        return load_show(folder_ / "night.toml");
    }
    void write(const std::string& vtt) const { std::ofstream(folder_ / "film.vtt") << vtt; }

    test::TempDir folder_;
};

TEST_F(ShowCaptions, AreReadInTheOrderOfTheFile) {
    write("WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ruben>Hello.\n");
    const auto show = load(captions("pt-BR", "label = \"Portugu\xC3\xAAs\"\n") + captions("en"));
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    ASSERT_EQ(show->captions.size(), 2U);
    EXPECT_EQ(show->captions[0].language, "pt-BR");
    EXPECT_EQ(show->captions[0].label, "Portugu\xC3\xAAs");
    EXPECT_EQ(show->captions[1].label, "en") << "the tag, where there is no label";
    ASSERT_EQ(show->captions[1].captions.size(), 1U);
    const Caption& caption = show->captions[1].captions[0];
    EXPECT_EQ(caption.text, "Hello.");
    EXPECT_EQ(caption.speaker, "Ruben");
    EXPECT_EQ(caption.from, ProgrammeTime{Frames{48'000}});
    EXPECT_EQ(caption.to, ProgrammeTime{Frames{120'000}});
    EXPECT_THAT(describe(*show), HasSubstr("captions     en (en), 1 caption\n"));
}

TEST_F(ShowCaptions, SayWhichFileIsWrongAndWhere) {
    EXPECT_THAT(load(captions("en")).failure().text,
                AllOf(HasSubstr("night.toml:7: expected a WebVTT file at "),
                      HasSubstr("film.vtt, found none")));
    write("WEBVTT\n\n00:02.000 --> 00:01.000\nx\n");
    EXPECT_THAT(load(captions("en")).failure().text,
                AllOf(HasSubstr("night.toml:7: "), HasSubstr("film.vtt:3: expected an end after")));
}

TEST(ShowCaptionKeys, AreChecked) {
    EXPECT_EQ(refusal("[[captions]]\nfile = \"a.vtt\"\n"),
              "night.toml:5: \"language\" is missing; expected for example \"en\"");
    EXPECT_THAT(refusal(captions("en", "size = 3\n")), HasSubstr("night.toml:8: "));
    EXPECT_EQ(refusal(captions("en") + captions("en")),
              "night.toml:9: there are captions in \"en\" already");
    for (const char* const tag : {"", "e", "3n", "en_GB", "en-", "-en", "x-klingon", "englishes!",
                                  "en--GB", "verylongword", "en-verylongword"}) {
        EXPECT_THAT(refusal(captions(tag)), HasSubstr("expected a tag such as \"en\"")) << tag;
    }
    for (const char* const tag : {"en", "fil", "pt-BR", "zh-Hant-TW", "de-1996", "sl-x-a"}) {
        EXPECT_TRUE(
            parse_show(std::string(kHead) + captions(tag), "night.toml", "/films").has_value())
            << tag;
    }
    std::string many;
    for (char c = 'a'; c <= 'q'; ++c) {
        many += captions(std::string("a") + c);
    }
    EXPECT_THAT(refusal(many), HasSubstr("16"));
}

}  // namespace
}  // namespace earshot::show
