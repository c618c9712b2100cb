#include "common/show/show.hpp"

#include "common/show/cue_schedule.hpp"
#include "common/show/hearing_states.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace earshot::show {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kHead = R"(title = "Night"
rights = "own work"
[programme]
source = "demo"
fps = 25
[[perspective]]
id = "subjective"
)";
constexpr int kHeadLines = 7;

/// A cue that is right, but for the lines put into it; they begin at kHeadLines + 5.
std::string cue_with(const std::string& lines, const std::string& number = "1") {
    return "[[cue]]\nnumber = \"" + number +
           "\"\nperspective = \"subjective\"\nstate = \"felt\"\n" + lines + "\n";
}

Expected<Show> parse(const std::string& text) {
    return parse_show(text, "night.toml", "/films");
}

/// The failure text of a show with these lines behind the head.
std::string refusal(const std::string& lines) {
    const auto show = parse(std::string(kHead) + lines);
    EXPECT_FALSE(show.has_value()) << lines;
    return show.has_value() ? "" : show.failure().text;
}

std::string at_line(int line) {
    return "night.toml:" + std::to_string(line) + ": ";
}

TEST(Show, ReadsTheSmallestShow) {
    const auto show = parse("title = \"T\"\nrights = \"R\"\n[programme]\nsource = \"tone\"\n");
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    EXPECT_EQ(show->title, "T");
    EXPECT_EQ(show->programme.source, "tone");
    ASSERT_EQ(show->perspectives.size(), 1U);
    EXPECT_EQ(show->perspectives[0].id, kObjective);
    EXPECT_EQ(show->perspectives[0].state, "full");
    EXPECT_EQ(show->default_perspective, kObjective);
    EXPECT_TRUE(show->cues.empty());
}

TEST(Show, ReadsEveryKey) {
    const auto show = parse(R"(
title = "Night"
rights = "by permission of the archive"
content_notice = "sudden loud sound"
default_perspective = "her"
[programme]
source = "file:sound/night.flac"
gain_db = -3.5
fps = 23.976
[[programme.layer]]
name = "dialogue"
file = "sound/../dialogue.wav"
[[perspective]]
id = "her"
title = "Her ears"
state = "muffled_inner"
intensity = 0.5
[[perspective]]
id = "objective"
title = "As filmed"
[[cue]]
number = "12.5A"
name = "The door"
at = "00:01:00:12"
perspective = "her"
state = "sudden_loss"
intensity = 1
fade = 30
curve = "linear"
sudden = true
caption = "[bang]"
note = """two
lines"""
)");
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    EXPECT_EQ(show->content_notice, "sudden loud sound");
    EXPECT_EQ(show->default_perspective, "her");
    EXPECT_EQ(show->programme.source, "file:/films/sound/night.flac");
    EXPECT_DOUBLE_EQ(show->programme.gain_db, -3.5);
    ASSERT_EQ(show->programme.layers.size(), 1U);
    EXPECT_EQ(show->programme.layers[0].file, "/films/dialogue.wav");
    EXPECT_EQ(show->programme.layer_names(),
              (std::vector{dsp::LayerName::mix, dsp::LayerName::dialogue}));
    ASSERT_EQ(show->perspectives.size(), 2U);
    EXPECT_EQ(show->perspectives[0].id, "objective") << "always first";
    EXPECT_EQ(show->perspectives[0].title, "As filmed");
    EXPECT_EQ(show->perspectives[1].state, "muffled_inner");
    EXPECT_DOUBLE_EQ(show->perspectives[1].intensity, 0.5);
    ASSERT_EQ(show->cues.size(), 1U);
    const Cue& cue = show->cues[0];
    EXPECT_EQ(cue.number, "12.5A");
    EXPECT_EQ(cue.name, "The door");
    EXPECT_EQ(cue.at, (ProgrammeTime{Frames{(60 * 24 + 12) * 2002}}));
    EXPECT_EQ(cue.state, "sudden_loss");
    EXPECT_EQ(cue.fade, 30ms);
    EXPECT_EQ(cue.curve, dsp::FadeCurve::linear);
    EXPECT_TRUE(cue.sudden);
    EXPECT_EQ(cue.caption, "[bang]");
    EXPECT_EQ(cue.note, "two\nlines");
}

TEST(Show, SortsCuesByTimeAndPutsThoseByHandLast) {
    const auto show =
        parse(std::string(kHead) + cue_with("manual = true", "hand 1") +
              cue_with("at = \"00:00:09.000\"", "late") + cue_with("manual = true", "hand 2") +
              cue_with("at = \"00:00:01.000\"", "early"));
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    std::vector<std::string> numbers;
    for (const Cue& cue : show->cues) {
        numbers.push_back(cue.number);
    }
    EXPECT_THAT(numbers, ::testing::ElementsAre("early", "late", "hand 1", "hand 2"));
}

TEST(Show, NamesFileAndLineOfASyntaxError) {
    EXPECT_THAT(parse("title = \"T\"\nrights = = 3\n").failure().text, StartsWith(at_line(2)));
}

TEST(Show, SaysWhatIsWrongInOneLine) {
    EXPECT_THAT(parse("title = a\nb").failure().text, Not(HasSubstr("\n")));
    EXPECT_THAT(parse("\"tit\\nle\" = 1\n").failure().text,
                AllOf(StartsWith(at_line(1) + "unknown key"), Not(HasSubstr("\n"))));
}

TEST(Show, DemandsTitleRightsAndProgramme) {
    EXPECT_THAT(parse("rights = \"R\"\n").failure().text, HasSubstr("\"title\" is missing"));
    EXPECT_THAT(parse("title = \"T\"\n").failure().text,
                AllOf(HasSubstr("\"rights\" is missing"), HasSubstr("who permits")));
    EXPECT_THAT(
        parse("title = \"T\"\nrights = \"\"\n[programme]\nsource=\"demo\"\n").failure().text,
        AllOf(StartsWith(at_line(2)), HasSubstr("not nothing")));
    EXPECT_THAT(parse("title = \"T\"\nrights = \"R\"\n").failure().text,
                HasSubstr("[programme] is missing"));
    EXPECT_THAT(parse("title = \"T\"\nrights = \"R\"\n[programme]\n").failure().text,
                AllOf(StartsWith(at_line(3)), HasSubstr("\"source\" is missing")));
}

TEST(Show, SuggestsTheKeyThatWasMeant) {
    EXPECT_THAT(
        refusal(cue_with("at = \"00:00:01.000\"\npersective = \"x\"")),
        AllOf(StartsWith(at_line(kHeadLines + 6)), HasSubstr("did you mean \"perspective\"?")));
    EXPECT_THAT(refusal("[[cues]]\n"), HasSubstr("did you mean \"cue\"?"));
    EXPECT_THAT(refusal("[weather]\n"),
                AllOf(Not(HasSubstr("did you mean")), HasSubstr("expected one of: title, rights")));
}

TEST(Show, SuggestsTheStateThatWasMeant) {
    const std::string lines =
        "[[cue]]\nnumber = \"1\"\nmanual = true\nperspective = \"subjective\"\nstate = \"STATE\"\n";
    const auto with_state = [&](const std::string& state) {
        std::string text = lines;
        return refusal(text.replace(text.find("STATE"), 5, state));
    };
    EXPECT_THAT(with_state("mufled_inner"),
                AllOf(StartsWith(at_line(kHeadLines + 5)), HasSubstr("no hearing state"),
                      HasSubstr("did you mean \"muffled_inner\"?"), HasSubstr("there are: full")));
    EXPECT_THAT(with_state("deaf"),
                AllOf(HasSubstr("no hearing state \"deaf\""), HasSubstr("there are: full, tts")));
}

TEST(Show, TakesStatesOfItsOwnFromFilesBesideIt) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("earshot-states-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, const std::string& text) {
        std::ofstream(folder / name) << text;
    };
    write("her_hearing.toml", "inherits = \"snhl_moderate\"\nlabel = \"Hers\"\n");
    const std::string show =
        "title = \"T\"\nrights = \"own work\"\nstates = [\"her_hearing.toml\"]\n[programme]\n"
        "source = \"tone\"\n[[perspective]]\nid = \"subjective\"\nstate = \"her_hearing\"\n";
    write("show.toml", show);
    const auto good = load_show(folder / "show.toml");
    ASSERT_TRUE(good.has_value()) << good.failure().text;
    ASSERT_NE(good->states->find("her_hearing"), nullptr);
    EXPECT_EQ(good->states->find("her_hearing")->card.label, "Hers");
    HearingStates states(*good->states);
    EXPECT_TRUE(build_schedule(*good, "subjective", states).has_value());
    write("her_hearing.toml", "inherits = \"snhl_moderate\"\nlabel = \"Hers\"\nwidth = 2\n");
    const auto bad = load_show(folder / "show.toml");
    ASSERT_FALSE(bad.has_value());
    EXPECT_THAT(bad.failure().text, HasSubstr("her_hearing.toml:3"));
    // A text that is no file has no folder to look in.
    EXPECT_THAT(parse_show(show, "text", ".").failure().text, HasSubstr("cannot name state files"));
    std::filesystem::remove_all(folder);
}

TEST(Show, RefusesAStateThatIsNotThereInAPerspectiveToo) {
    EXPECT_THAT(refusal("state = \"deaf\"\n"),
                AllOf(StartsWith(at_line(kHeadLines + 1)), HasSubstr("no hearing state \"deaf\"")));
}

TEST(Show, KeepsObjectiveAtFullHearing) {
    EXPECT_THAT(refusal("[[perspective]]\nid = \"objective\"\nstate = \"felt\"\n"),
                HasSubstr("expected state \"full\""));
    EXPECT_THAT(refusal("[[cue]]\nnumber = \"1\"\nmanual = true\nperspective = \"objective\"\n"
                        "state = \"felt\"\n"),
                AllOf(StartsWith(at_line(kHeadLines + 4)), HasSubstr("panic")));
}

TEST(Show, RefusesPerspectivesThatAreNotThere) {
    EXPECT_THAT(refusal("[[cue]]\nnumber = \"1\"\nmanual = true\nperspective = \"subjectiv\"\n"
                        "state = \"felt\"\n"),
                HasSubstr("did you mean \"subjective\"?"));
    EXPECT_THAT(parse("default_perspective = \"xyz\"\n" + std::string(kHead)).failure().text,
                HasSubstr("there are: objective, subjective"));
    EXPECT_THAT(refusal("[[perspective]]\nid = \"subjective\"\n"), HasSubstr("is there twice"));
    EXPECT_THAT(refusal("[[perspective]]\nid = \"Her Ears\"\n"), HasSubstr("lower-case letters"));
}

TEST(Show, HasRoomForEightPerspectivesWithObjective) {
    std::string lines;
    for (int i = 0; i < 6; ++i) {
        lines += "[[perspective]]\nid = \"p" + std::to_string(i) + "\"\n";
    }
    const auto show = parse(std::string(kHead) + lines);
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    EXPECT_EQ(show->perspectives.size(), 8U);
    EXPECT_THAT(refusal(lines + "[[perspective]]\nid = \"p6\"\n"), HasSubstr("at most 8"));
    EXPECT_THAT(refusal(lines + "[[perspective]]\nid = \"p6\"\n[[perspective]]\nid = \"p7\"\n"),
                HasSubstr("at most 8"));
}

TEST(Show, RefusesCueNumbersThatAreNotTextOrNotUnique) {
    EXPECT_THAT(refusal("[[cue]]\nnumber = 12.5\n"),
                AllOf(StartsWith(at_line(kHeadLines + 2)), HasSubstr("expected text in quotes")));
    EXPECT_THAT(refusal(cue_with("manual = true", "7") + cue_with("manual = true", "7")),
                AllOf(StartsWith(at_line(kHeadLines + 7)),
                      HasSubstr("already used in line " + std::to_string(kHeadLines + 2))));
}

TEST(Show, DemandsATimeOrAHandForEveryCue) {
    EXPECT_THAT(refusal(cue_with("")), HasSubstr("either at = \"HH:MM:SS.mmm\" or manual = true"));
    EXPECT_THAT(refusal(cue_with("at = \"00:00:01.000\"\nmanual = true")), HasSubstr("either"));
    EXPECT_THAT(refusal(cue_with("at = \"1:30\"")),
                AllOf(StartsWith(at_line(kHeadLines + 5)), HasSubstr("HH:MM:SS:FF")));
}

TEST(Show, RefusesTwoCuesAtTheSameTimeOnOnePerspective) {
    EXPECT_THAT(
        refusal(cue_with("at = \"00:00:01.000\"", "a") + cue_with("at = \"00:00:01:00\"", "b")),
        AllOf(StartsWith(at_line(kHeadLines + 10)), HasSubstr("at the same time")));
}

TEST(Show, BoundsFades) {
    const auto with_fade = [](const std::string& fade) {
        return parse(std::string(kHead) + cue_with("manual = true\nfade = " + fade));
    };
    EXPECT_TRUE(with_fade("20").has_value());
    EXPECT_TRUE(with_fade("60000").has_value());
    for (const char* fade : {"19", "60001", "-1", "0.5", "\"250\"", "9223372036854775807"}) {
        const auto show = with_fade(fade);
        ASSERT_FALSE(show.has_value()) << fade;
        EXPECT_THAT(show.failure().text, HasSubstr("whole milliseconds from 20 to 60000")) << fade;
    }
}

TEST(Show, DemandsAContentNoticeAndThirtyMillisecondsOfSuddenCues) {
    const std::string sudden = cue_with("manual = true\nsudden = true\nfade = ");
    EXPECT_THAT(refusal(cue_with("manual = true\nsudden = true")),
                AllOf(StartsWith(at_line(kHeadLines + 6)), HasSubstr("content_notice")));
    const std::string noticed = "content_notice = \"loud\"\n" + std::string(kHead);
    EXPECT_TRUE(parse(noticed + cue_with("manual = true\nsudden = true\nfade = 30")).has_value());
    EXPECT_THAT(parse(noticed + cue_with("manual = true\nsudden = true\nfade = 29")).failure().text,
                HasSubstr("from 30 to 60000 for a sudden cue"));
}

TEST(Show, BoundsIntensityAndGain) {
    for (const char* value : {"1.01", "-0.1", "nan", "inf", "\"1\"", "true"}) {
        EXPECT_THAT(refusal(cue_with("manual = true\nintensity = " + std::string(value))),
                    HasSubstr("expected a number from 0 to 1"))
            << value;
    }
    EXPECT_TRUE(parse(std::string(kHead) + cue_with("manual = true\nintensity = 0")).has_value());
    const auto with_gain = [](const std::string& gain) {
        return parse("title=\"T\"\nrights=\"R\"\n[programme]\nsource=\"demo\"\ngain_db=" + gain);
    };
    EXPECT_TRUE(with_gain("12").has_value());
    EXPECT_TRUE(with_gain("-40").has_value());
    EXPECT_THAT(with_gain("12.1").failure().text, HasSubstr("from -40 to 12"));
    EXPECT_THAT(with_gain("-41").failure().text, HasSubstr("from -40 to 12"));
}

TEST(Show, KnowsTheSources) {
    const auto with_source = [](const std::string& source) {
        return parse("title=\"T\"\nrights=\"R\"\n[programme]\nsource=\"" + source + "\"\n");
    };
    EXPECT_EQ(with_source("file:/a/b.wav")->programme.source, "file:/a/b.wav");
    EXPECT_EQ(with_source("fifo:run/x")->programme.source, "fifo:/films/run/x");
    EXPECT_EQ(with_source("alsa:hw:1,0")->programme.source, "alsa:hw:1,0");
    for (const char* source : {"stdin", "tone", "demo", "pulse:mic"}) {
        EXPECT_TRUE(with_source(source).has_value()) << source;
    }
    for (const char* source : {"", "film.wav", "file:", "file", "mp3:x", "demo:x", "FILE:x"}) {
        const auto show = with_source(source);
        ASSERT_FALSE(show.has_value()) << source;
        EXPECT_THAT(show.failure().text, AllOf(StartsWith(at_line(4)), HasSubstr("file:PATH")));
    }
}

TEST(Show, KnowsTheFilmRates) {
    const auto with_fps = [](const std::string& fps) {
        return parse("title=\"T\"\nrights=\"R\"\n[programme]\nsource=\"demo\"\nfps=" + fps);
    };
    for (const char* fps : {"23.976", "24", "25", "29.97", "30"}) {
        EXPECT_TRUE(with_fps(fps).has_value()) << fps;
    }
    for (const char* fps : {"26", "48", "29.9", "0", "nan"}) {
        EXPECT_FALSE(with_fps(fps).has_value()) << fps;
    }
}

TEST(Show, RefusesControlCharactersAndLongTexts) {
    EXPECT_THAT(refusal(cue_with(R"(manual = true
caption = "a\u0007b")")),
                HasSubstr("without control characters"));
    EXPECT_THAT(refusal(cue_with("manual = true\ncaption = \"" + std::string(301, 'x') + "\"")),
                HasSubstr("at most 300 bytes"));
}

TEST(Show, HasRoomForTwoThousandCues) {
    std::string text(kHead);
    for (int i = 0; i < 2000; ++i) {
        text += cue_with("manual = true", std::to_string(i));
    }
    const auto show = parse(text);
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    EXPECT_EQ(show->cues.size(), 2000U);
    EXPECT_THAT(parse(text + cue_with("manual = true", "more")).failure().text,
                HasSubstr("at most 2000"));
}

TEST(Show, BoundsWhatTheListenersScreensGet) {
    std::string text(kHead);
    for (int i = 0; i < 900; ++i) {
        text += cue_with("manual = true\ncaption = \"" + std::string(250, 'x') + "\"",
                         std::to_string(i));
    }
    EXPECT_THAT(parse(text).failure().text, HasSubstr("at most 224 KiB"));
}

TEST(Show, RefusesMoreThanOneMebibyte) {
    const std::string text = std::string(kHead) + "#" + std::string(kMaxShowBytes, 'x');
    EXPECT_THAT(parse(text).failure().text, HasSubstr("at most 1024 KiB"));
}

TEST(Show, RefusesKeysNestedWithoutEnd) {
    std::string key = "a";
    for (int i = 0; i < 300'000; ++i) {
        key += ".a";
    }
    EXPECT_THAT(refusal(key + " = 1\n"), StartsWith(at_line(kHeadLines + 1)));
    EXPECT_THAT(refusal("[" + key + "]\n"), StartsWith(at_line(kHeadLines + 1)));
}

TEST(Show, AllowsDotsInTextAndComments) {
    const std::string dots(100, '.');
    const auto show = parse("# " + dots + "\n" + std::string(kHead) +
                            cue_with("manual = true\ncaption = \"" + dots + " \\\" " + dots +
                                     "\"\nnote = '''\n" + dots + "\n'''"));
    EXPECT_TRUE(show.has_value()) << show.failure().text;
}

TEST(Show, LoadsTheDemo) {
    const auto show = load_show(EARSHOT_DEMO_SHOW);
    ASSERT_TRUE(show.has_value()) << show.failure().text;
    EXPECT_EQ(show->programme.source, "demo");
    EXPECT_EQ(show->default_perspective, "subjective");
    ASSERT_EQ(show->cues.size(), 9U);
    std::vector<std::string> states;
    for (const Cue& cue : show->cues) {
        states.push_back(cue.state);
        EXPECT_EQ(cue.perspective, "subjective");
        EXPECT_TRUE(cue.at.has_value());
        EXPECT_FALSE(cue.caption.empty());
    }
    EXPECT_THAT(states, ::testing::ElementsAre("full", "sudden_loss", "muffled_inner", "felt",
                                               "implants_off", "ci_day1", "ci_adapted",
                                               "implants_off", "full"));
    EXPECT_EQ(show->cues[1].at, (ProgrammeTime{22s}));
    EXPECT_EQ(show->cues[1].fade, 250ms);
    EXPECT_EQ(show->cues[8].fade, 3000ms);
}

TEST(Show, NamesAFileThatIsNotThere) {
    const auto show = load_show("/nowhere/at-all.toml");
    ASSERT_FALSE(show.has_value());
    EXPECT_EQ(show.failure().code, Errc::not_found);
    EXPECT_EQ(show.failure().text, "/nowhere/at-all.toml: expected a show file, found none");
}

TEST(Show, DemandsTheSoundFilesOnDiskWhenLoading) {
    const std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / "earshot-show-test";
    std::filesystem::create_directories(folder);
    const std::filesystem::path file = folder / "show.toml";
    std::filesystem::remove(folder / "film.wav");
    std::ofstream(file) << "title=\"T\"\nrights=\"R\"\n[programme]\nsource=\"file:film.wav\"\n";
    const auto missing = load_show(file);
    ASSERT_FALSE(missing.has_value());
    EXPECT_THAT(missing.failure().text,
                AllOf(HasSubstr("show.toml:4: "), HasSubstr("film.wav, found none")));
    std::ofstream(folder / "film.wav") << "sound";
    const auto found = load_show(file);
    ASSERT_TRUE(found.has_value()) << found.failure().text;
    EXPECT_EQ(found->programme.source, "file:" + (folder / "film.wav").string());
    std::filesystem::remove_all(folder);
}

TEST(Show, MakesOneForASourceAlone) {
    const Show show = show_for_source("tone");
    EXPECT_EQ(show.programme.source, "tone");
    ASSERT_EQ(show.perspectives.size(), 1U);
    EXPECT_EQ(show.default_perspective, kObjective);
    EXPECT_FALSE(show.rights.empty());
}

TEST(Show, DescribesItself) {
    auto show = load_show(EARSHOT_DEMO_SHOW);
    ASSERT_TRUE(show.has_value());
    show->cues[5].intensity = 0.5;
    const std::string text = describe(*show);
    EXPECT_THAT(text, HasSubstr("Demo: a drummer's hearing"));
    EXPECT_THAT(text, HasSubstr("subjective (Through the drummer's ears), starts in full, 9 cues, "
                                "default"));
    EXPECT_THAT(text, HasSubstr("6  00:00:58.000  subjective -> ci_day1 at 50 %, fade 80 ms"));
    EXPECT_THAT(text, HasSubstr("2  00:00:22.000  subjective -> sudden_loss, fade 250 ms"));
}

}  // namespace
}  // namespace earshot::show
