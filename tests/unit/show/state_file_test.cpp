#include "common/show/state_file.hpp"

#include "tests/support/temp_dir.hpp"
#include "tests/unit/show/states.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace earshot::show {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A state that can be inherited from under the name "base".
StateDefinition base_state() {
    auto base = read(state_with("offset_db = -3\n[both]\npath = \"acoustic\"\nsensory = 40\n"));
    EXPECT_TRUE(base.has_value());
    return *base;
}

Expected<StateDefinition> read_heir(const std::string& toml) {
    return read_state(toml, {.name = "heir.toml",
                             .id = "heir",
                             .base = [](std::string_view id,
                                        const std::string& where) -> Expected<StateDefinition> {
                                 if (id != "base") {
                                     return Failure{Errc::not_found, where + "no such base"};
                                 }
                                 return base_state();
                             },
                             .folder = {}});
}

TEST(StateFile, ReadsTheWordsForPeople) {
    const auto state = read(std::string(kWords) + R"(safety = "sudden"
safety_note = """
It stops
at once."""
)");
    ASSERT_TRUE(state.has_value()) << state.failure().text;
    const dsp::HearingStateCard& card = state->card;
    EXPECT_EQ(card.id, "dull");
    EXPECT_EQ(card.label, "Dull");
    EXPECT_EQ(card.caption, "[dull: her hearing]");
    EXPECT_EQ(card.description, "All is dull.");
    EXPECT_EQ(card.not_this, "Not a measured loss.");
    EXPECT_THAT(card.sources, ::testing::ElementsAre("ear"));
    EXPECT_EQ(card.safety, dsp::SafetyRating::sudden);
    EXPECT_EQ(card.safety_note, "It stops\nat once.");
    EXPECT_EQ(state->inherits, "");
    EXPECT_EQ(state->settings, dsp::HearingSettings{}) << "full hearing by default";
}

TEST(StateFile, DemandsEveryWordOfAStateThatInheritsNothing) {
    for (const std::string key :
         {"label", "caption", "description", "not_this", "sources", "safety"}) {
        std::string text = state_with("");
        const std::size_t begin = text.find(key + " =");
        text.erase(begin, text.find('\n', begin) - begin);
        const auto state = read(text);
        ASSERT_FALSE(state.has_value()) << key;
        EXPECT_THAT(state.failure().text, HasSubstr("\"" + key + "\" is missing; expected")) << key;
        EXPECT_THAT(state.failure().text, StartsWith("dull.toml:")) << key;
    }
}

TEST(StateFile, RefusesWordsThatSayNothing) {
    const auto with = [](const std::string& from, const std::string& to) {
        std::string text = state_with("");
        const auto state = read(text.replace(text.find(from), from.size(), to));
        EXPECT_FALSE(state.has_value()) << to;
        return state.has_value() ? "" : state.failure().text;
    };
    EXPECT_THAT(with("\"Dull\"", "\"\""), AllOf(StartsWith(at_line(1)), HasSubstr("not nothing")));
    EXPECT_THAT(with("\"[dull: her hearing]\"", "\"dull\""),
                AllOf(StartsWith(at_line(2)), HasSubstr("text in [brackets]")));
    EXPECT_THAT(with("[\"ear\"]", "\"ear\""),
                AllOf(StartsWith(at_line(5)), HasSubstr("1 to 16 texts")));
    EXPECT_THAT(with("[\"ear\"]", "[]"), HasSubstr("1 to 16 texts"));
    EXPECT_THAT(with("[\"ear\"]", "[\"\"]"), HasSubstr("not nothing"));
    EXPECT_THAT(with("[\"ear\"]", "[3]"), HasSubstr("expected text in quotes"));
    EXPECT_THAT(with("\"gentle\"", "\"mild\""),
                AllOf(StartsWith(at_line(6)), HasSubstr("one of: gentle, intense, sudden")));
    EXPECT_THAT(with("\"Dull\"", "\"" + std::string(121, 'x') + "\""), HasSubstr("at most 120"));
    EXPECT_THAT(with("\"Dull\"", R"("a\u0007b")"), HasSubstr("without control characters"));
}

TEST(StateFile, DemandsANoteOfWhatIsNotGentle) {
    const auto state = read(std::string(kWords) + "safety = \"intense\"\n");
    ASSERT_FALSE(state.has_value());
    EXPECT_THAT(state.failure().text,
                AllOf(StartsWith(at_line(6)), HasSubstr("\"safety_note\" is missing")));
}

TEST(StateFile, DoesNotLetRingingHyperacusisAndImplantsPassAsGentle) {
    for (const char* lines : {"[left.tinnitus]\nkind = \"tone\"\n", "[left]\npath = \"implant\"\n",
                              "[right]\npath = \"acoustic\"\nhyperacusis = { slope = 1.2 }\n",
                              "[right]\npath = \"mix\"\n"}) {
        EXPECT_THAT(refusal(lines),
                    AllOf(StartsWith(at_line(6)), HasSubstr("expected \"intense\" or \"sudden\"")))
            << lines;
    }
    EXPECT_TRUE(read(state_with("[both]\npath = \"acoustic\"\nsensory = 60\n")).has_value());
    const auto heir =
        read_heir("inherits = \"base\"\nlabel = \"H\"\n[left.tinnitus]\nkind = \"tone\"");
    ASSERT_FALSE(heir.has_value());
    EXPECT_THAT(heir.failure().text, HasSubstr("expected \"intense\" or \"sudden\""));
}

TEST(StateFile, TakesFromItsBaseWhatItDoesNotSay) {
    const auto heir = read_heir(R"(inherits = "base"
label = "Heir"
[right]
sensory = 60
)");
    ASSERT_TRUE(heir.has_value()) << heir.failure().text;
    EXPECT_EQ(heir->card.id, "heir");
    EXPECT_EQ(heir->card.label, "Heir");
    EXPECT_EQ(heir->card.caption, "[dull: her hearing]");
    EXPECT_THAT(heir->card.sources, ::testing::ElementsAre("ear"));
    EXPECT_EQ(heir->inherits, "base");
    EXPECT_DOUBLE_EQ(heir->settings.offset_db, -3.0);
    EXPECT_EQ(heir->settings.left, base_state().settings.left);
    EXPECT_EQ(heir->settings.right.path, dsp::EarPath::acoustic);
    EXPECT_DOUBLE_EQ(heir->settings.right.sensory.at(500), 60.0);
}

TEST(StateFile, KeepsItsBasesPointsWhenOnlyTheAxisChanges) {
    const auto heir =
        read_heir("inherits = \"base\"\nlabel = \"H\"\n[both]\nsensory_axis = \"linear\"");
    ASSERT_TRUE(heir.has_value()) << heir.failure().text;
    EXPECT_EQ(heir->settings.left.sensory.axis(), dsp::Audiogram::Axis::linear_hz);
    EXPECT_DOUBLE_EQ(heir->settings.left.sensory.at(500), 40.0);
}

TEST(StateFile, DemandsANameOfItsOwnFromAnHeir) {
    EXPECT_THAT(read_heir("inherits = \"base\"\n").failure().text,
                HasSubstr("\"label\" is missing"));
}

TEST(StateFile, NamesTheLineOfABaseThatIsNotThere) {
    EXPECT_EQ(read_heir("label = \"H\"\ninherits = \"bass\"\n").failure().text,
              "heir.toml:2: no such base");
    EXPECT_THAT(refusal("inherits = \"base\"\n"),
                AllOf(StartsWith(at_line(kFirstLine)), HasSubstr("nothing to inherit from")));
    EXPECT_THAT(refusal("inherits = 3\n"), HasSubstr("expected text in quotes"));
}

TEST(StateFile, ExpressesAModelOfAnotherProgramExactly) {
    const auto state = read(state_with(R"(cochlear_reference = true
offset_db = -0.7
calibration_db = 120
[both]
path = "acoustic"
sensory_axis = "linear"
smearing = "moderate"
recruitment = { catch_up_db = 107.7 }
tinnitus = { kind = "off" }
[left]
sensory = [[250, 35], [500, 35], [1000, 40], [2000, 50], [4000, 60], [8000, 65]]
[right]
sensory = "N4"
)"));
    ASSERT_TRUE(state.has_value()) << state.failure().text;
    const dsp::HearingSettings& settings = state->settings;
    EXPECT_TRUE(settings.cochlear_reference);
    EXPECT_DOUBLE_EQ(settings.offset_db, -0.7);
    EXPECT_EQ(settings.calibration_db, 120.0);
    for (const dsp::StateEar* ear : {&settings.left, &settings.right}) {
        EXPECT_EQ(ear->sensory.axis(), dsp::Audiogram::Axis::linear_hz);
        EXPECT_EQ(ear->smearing, (dsp::StateSmearing{2.4, 1.6, 1.0}));
        EXPECT_DOUBLE_EQ(ear->recruitment.catch_up_db, 107.7);
        EXPECT_EQ(ear->tinnitus.kind, dsp::RingingKind::off);
    }
    EXPECT_DOUBLE_EQ(settings.left.sensory.at(4'000), 60.0);
    EXPECT_DOUBLE_EQ(settings.right.sensory.at(4'000), 75.0);
}

TEST(StateFile, RefusesImplantsWhosePartsDoNotFit) {
    const auto refused = [](const std::string& implant) {
        const auto state = read(std::string(kWords) +
                                "safety = \"intense\"\nsafety_note = \"Harsh.\"\n[right]\npath = "
                                "\"implant\"\n[right.implant]\n" +
                                implant);
        EXPECT_FALSE(state.has_value()) << implant;
        return state.has_value() ? "" : state.failure().text;
    };
    EXPECT_THAT(refused("strategy = \"n_of_m\"\nchannels = 8\nselected = 9\n"),
                AllOf(StartsWith(at_line(kFirstLine + 1)), HasSubstr("right ear"),
                      HasSubstr("at most \"channels\", 8")));
    EXPECT_THAT(refused("strategy = \"spiral\"\n"), HasSubstr("expected a spread_db_oct"));
    EXPECT_THAT(refused("strategy = \"spiral\"\nspread_db_oct = -8\npulse_hz = 250\n"),
                HasSubstr("no pulse_hz and no ring"));
    EXPECT_THAT(refused("strategy = \"noise\"\nspread_db_oct = -8\n"),
                HasSubstr("only spiral and n_of_m spread"));
    EXPECT_TRUE(read(state_with("[right.implant]\nstrategy = \"spiral\"\n")).has_value())
        << "an implant that no path leads to";
}

TEST(StateFile, KeepsTheFilmsSoundThroughTheBodyUnderItsBound) {
    EXPECT_TRUE(read(state_with("[inner]\nprogramme_db = -9\nocclusion_db = 15\n")).has_value());
    EXPECT_THAT(refusal("[inner]\nprogramme_db = -8.9\nocclusion_db = 15\n"),
                AllOf(StartsWith(at_line(kFirstLine)), HasSubstr("together to be at most 6")));
}

TEST(StateFile, ReadsAnAudiogramFromTheFolderOfTheState) {
    const test::TempDir folder;
    std::ofstream(folder.path() / "anna.csv") << "frequency,left,right\n1000,20,70\n";
    const auto read_there = [&](const std::string& lines) {
        return read_state(state_with(lines),
                          {.name = "dull.toml", .id = "dull", .base = {}, .folder = folder.path()});
    };
    const auto state =
        read_there("audiogram_csv = \"anna.csv\"\n[right]\nsensory_axis = \"linear\"\n");
    ASSERT_TRUE(state.has_value()) << state.failure().text;
    EXPECT_DOUBLE_EQ(state->settings.left.sensory.at(1'000), 20.0);
    EXPECT_DOUBLE_EQ(state->settings.right.sensory.at(1'000), 70.0);
    EXPECT_EQ(state->settings.right.sensory.axis(), dsp::Audiogram::Axis::linear_hz);

    for (const char* file : {"", "../anna.csv", "/etc/passwd", ".hidden", "a/b.csv"}) {
        const auto refused = read_there("audiogram_csv = \"" + std::string(file) + "\"\n");
        ASSERT_FALSE(refused.has_value()) << file;
        EXPECT_THAT(refused.failure().text,
                    AllOf(StartsWith(at_line(kFirstLine)), HasSubstr("own folder")))
            << file;
    }
    EXPECT_THAT(read_there("audiogram_csv = \"bert.csv\"\n").failure().text,
                AllOf(StartsWith(at_line(kFirstLine)), HasSubstr("bert.csv"),
                      HasSubstr("expected an audiogram file, found none")));
    std::ofstream(folder.path() / "bad.csv") << "1000,20\n";
    EXPECT_THAT(read_there("audiogram_csv = \"bad.csv\"\n").failure().text,
                HasSubstr("bad.csv:1: expected three values"));
    EXPECT_THAT(refusal("audiogram_csv = \"anna.csv\"\n"), HasSubstr("no folder"));
}

TEST(StateFile, RefusesWhatIsNoToml) {
    EXPECT_THAT(read("label = = 3\n").failure().text, StartsWith(at_line(1)));
    EXPECT_THAT(read("label = a\nb").failure().text, Not(HasSubstr("\n")));
    EXPECT_THAT(read(state_with("#" + std::string(kMaxStateBytes, 'x'))).failure().text,
                HasSubstr("at most 64 KiB"));
    std::string deep = "a";
    for (int i = 0; i < 20'000; ++i) {
        deep += ".a";
    }
    EXPECT_THAT(refusal(deep + " = 1\n"), StartsWith(at_line(kFirstLine)));
    EXPECT_THAT(refusal("x = " + std::string(20'000, '[')), StartsWith(at_line(kFirstLine)));
}

TEST(StateFile, KnowsWhatMayBeAName) {
    for (const char* id : {"a", "muffled_inner", "anna-2", "n3"}) {
        EXPECT_TRUE(is_state_id(id)) << id;
    }
    for (const char* id : {"", "Anna", "a b", "a.b", "ä", "123456789012345678901234567890123"}) {
        EXPECT_FALSE(is_state_id(id)) << id;
    }
}

}  // namespace
}  // namespace earshot::show
