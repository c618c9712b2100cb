#include "common/show/state_library.hpp"

#include "tests/support/temp_dir.hpp"
#include "tests/unit/show/states.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace earshot::show {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

StateText text_of(const std::string& id, const std::string& inherits) {
    return {.id = id,
            .name = id + ".toml",
            .toml = "label = \"" + id + "\"\ninherits = \"" + inherits + "\"\n",
            .folder = {}};
}

/// The failure text of adding these, which has to be refused.
std::string refusal(StateLibrary& library, const std::vector<StateText>& texts) {
    const std::size_t before = library.states().size();
    const auto failure = library.add(texts);
    EXPECT_TRUE(failure.has_value());
    EXPECT_EQ(library.states().size(), before) << "all or none";
    return failure ? failure->text : "";
}

TEST(StateLibrary, HasThePresetsInOrder) {
    const StateLibrary library;
    std::vector<std::string> ids;
    for (const dsp::HearingStateCard& card : library.cards()) {
        ids.push_back(card.id);
    }
    EXPECT_THAT(ids, ::testing::ElementsAre(
                         "full", "tts", "snhl_mild", "snhl_moderate", "snhl_severe", "sudden_loss",
                         "asymmetric", "single_sided", "muffled_inner", "conductive", "hyperacusis",
                         "tinnitus", "felt", "ci_day1", "ci_adapted", "bimodal", "implants_off"));
}

TEST(StateLibrary, HasEveryFileOfTheFolderOfPresets) {
    const StateLibrary library;
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(EARSHOT_PRESETS)) {
        files.insert(entry.path().stem().string());
        EXPECT_EQ(entry.path().extension(), ".toml");
        EXPECT_TRUE(library.is_preset(entry.path().stem().string())) << entry.path();
    }
    EXPECT_EQ(files.size(), library.states().size());
}

TEST(StateLibrary, TellsPeopleOfEveryPresetWhatItIsAndIsNot) {
    const StateLibrary library;
    std::set<std::string> labels;
    std::set<std::string> captions;
    for (const dsp::HearingStateCard& card : library.cards()) {
        labels.insert(card.label);
        captions.insert(card.caption);
        EXPECT_EQ(card.caption.front(), '[') << card.id;
        EXPECT_EQ(card.caption.back(), ']') << card.id;
        EXPECT_FALSE(card.description.empty()) << card.id;
        EXPECT_FALSE(card.sources.empty()) << card.id;
        EXPECT_THAT(card.not_this, StartsWith("Not ")) << card.id;
        EXPECT_EQ(card.safety == dsp::SafetyRating::gentle, card.safety_note.empty()) << card.id;
        if (card.id != "full") {
            EXPECT_THAT(card.description, HasSubstr("A character's perspective in a film."))
                << card.id;
        }
        EXPECT_EQ(card.description.find("what deafness is like"), std::string::npos) << card.id;
        if (card.id.starts_with("ci_") || card.id == "bimodal") {
            EXPECT_THAT(card.label, StartsWith("One person's")) << card.id;
            EXPECT_THAT(card.caption, HasSubstr("one person's")) << card.id;
        }
    }
    EXPECT_EQ(labels.size(), library.states().size());
    EXPECT_EQ(captions.size(), library.states().size());
}

TEST(StateLibrary, RatesPresetsAsCarefullyAsTheyNeed) {
    const StateLibrary library;
    std::set<std::string> gentle;
    std::set<std::string> sudden;
    for (const StateDefinition& state : library.states()) {
        EXPECT_GE(state.card.safety, least_rating(state.settings)) << state.card.id;
        if (state.card.safety == dsp::SafetyRating::gentle) gentle.insert(state.card.id);
        if (state.card.safety == dsp::SafetyRating::sudden) sudden.insert(state.card.id);
    }
    EXPECT_THAT(gentle, ::testing::ElementsAre("asymmetric", "conductive", "felt", "full",
                                               "muffled_inner", "single_sided", "snhl_mild",
                                               "snhl_moderate", "snhl_severe"));
    EXPECT_THAT(sudden, ::testing::ElementsAre("implants_off", "sudden_loss"));
}

TEST(StateLibrary, GivesPresetsTheValuesOfTheirTable) {
    const StateLibrary library;
    const auto settings = [&](std::string_view id) { return library.find(id)->settings; };
    EXPECT_EQ(settings("full"), dsp::HearingSettings{});
    EXPECT_EQ(settings("snhl_mild").left.sensory, *dsp::standard_audiogram("N1"));
    EXPECT_EQ(settings("snhl_moderate").right.sensory, *dsp::standard_audiogram("N3"));
    EXPECT_EQ(settings("snhl_severe").left.sensory, *dsp::standard_audiogram("N4"));
    EXPECT_EQ(settings("asymmetric").left.sensory, *dsp::standard_audiogram("N2"));
    EXPECT_EQ(settings("asymmetric").right.sensory, settings("sudden_loss").right.sensory);
    EXPECT_DOUBLE_EQ(settings("sudden_loss").left.sensory.at(3'000), 85.0);
    EXPECT_DOUBLE_EQ(settings("sudden_loss").left.tinnitus.frequency_hz, 4'200.0);
    EXPECT_DOUBLE_EQ(settings("single_sided").left.sensory.at(1'000), 0.0);
    EXPECT_DOUBLE_EQ(settings("single_sided").right.sensory.at(1'000), 110.0);
    EXPECT_DOUBLE_EQ(settings("muffled_inner").width, 0.15);
    EXPECT_DOUBLE_EQ(settings("conductive").left.conductive.at(2'000), 28.0);
    EXPECT_DOUBLE_EQ(settings("conductive").left.sensory.at(2'000), 0.0);
    EXPECT_DOUBLE_EQ(settings("hyperacusis").left.hyperacusis.slope, 1.4);
    EXPECT_EQ(settings("tinnitus").left.path, dsp::EarPath::bypass);
    EXPECT_EQ(settings("felt").stand_in_db, -12.0);
    EXPECT_EQ(settings("ci_day1").left.implant.selected, 6);
    EXPECT_EQ(settings("ci_adapted").left.path, dsp::EarPath::mix);
    EXPECT_EQ(settings("bimodal").right, settings("ci_adapted").right);
    dsp::StateEar left = settings("bimodal").left;
    left.implant = settings("snhl_moderate").left.implant;
    left.acoustic_share = settings("snhl_moderate").left.acoustic_share;
    EXPECT_EQ(left, settings("snhl_moderate").left) << "but for the implant no path leads to";
    EXPECT_EQ(settings("implants_off").right.path, dsp::EarPath::silence);
    EXPECT_TRUE(settings("tts").tts.on);
}

TEST(StateLibrary, FindsStatesAndSuggestsTheOneThatWasMeant) {
    const StateLibrary library;
    ASSERT_TRUE(library.get("felt").has_value());
    EXPECT_EQ((*library.get("felt"))->card.label, "Felt");
    EXPECT_EQ(library.find("deaf"), nullptr);
    const auto none = library.get("mufled_inner");
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.failure().code, Errc::not_found);
    EXPECT_THAT(none.failure().text,
                AllOf(StartsWith("there is no hearing state \"mufled_inner\", did you mean "
                                 "\"muffled_inner\"?; there are: full, tts"),
                      HasSubstr("implants_off")));
}

TEST(StateLibrary, AddsStatesThatInheritFromPresetsAndFromEachOtherInAnyOrder) {
    StateLibrary library;
    const std::vector<StateText> texts{text_of("second", "first"), text_of("first", "snhl_mild")};
    const auto failure = library.add(texts);
    ASSERT_FALSE(failure.has_value()) << failure->text;
    ASSERT_NE(library.find("second"), nullptr);
    EXPECT_EQ(library.find("second")->settings, library.find("snhl_mild")->settings);
    EXPECT_EQ(library.find("second")->inherits, "first");
    EXPECT_EQ(library.states().back().card.id, "first") << "in the order they came in";
    EXPECT_FALSE(library.is_preset("first"));
    EXPECT_TRUE(library.is_preset("snhl_mild"));
    const std::vector<StateText> third{text_of("third", "second")};
    EXPECT_FALSE(library.add(third).has_value());
}

TEST(StateLibrary, RefusesCirclesAndLongChains) {
    StateLibrary library;
    EXPECT_THAT(refusal(library, {text_of("a", "b"), text_of("b", "c"), text_of("c", "b")}),
                AllOf(StartsWith("c.toml:2: "), HasSubstr("b -> c -> b goes in a circle")));
    EXPECT_THAT(refusal(library, {text_of("a", "a")}),
                AllOf(StartsWith("a.toml:2: "), HasSubstr("a -> a goes in a circle")));
    std::vector<StateText> chain;
    for (std::size_t i = 0; i < kMaxInheritance; ++i) {
        chain.push_back(text_of("s" + std::to_string(i), "s" + std::to_string(i + 1)));
    }
    std::vector<StateText> too_long = chain;
    chain.back() = text_of("s" + std::to_string(kMaxInheritance - 1), "full");
    EXPECT_FALSE(StateLibrary().add(chain).has_value());
    too_long.push_back(text_of("s" + std::to_string(kMaxInheritance), "full"));
    EXPECT_THAT(refusal(library, too_long),
                AllOf(StartsWith("s7.toml:2: "), HasSubstr("at most 8 states")));
}

TEST(StateLibrary, NamesFileAndLineOfABaseThatIsNotThere) {
    StateLibrary library;
    EXPECT_THAT(refusal(library, {text_of("mine", "snhl_mid")}),
                AllOf(StartsWith("mine.toml:2: \"inherits\": there is no hearing state"),
                      HasSubstr("did you mean \"snhl_mild\"?")));
    EXPECT_THAT(refusal(library, {text_of("mine", "other"), text_of("other", "nothing")}),
                StartsWith("other.toml:2: "))
        << "the file that is wrong, not the one that led there";
}

TEST(StateLibrary, RefusesNamesThatAreTakenOrNoNames) {
    StateLibrary library;
    EXPECT_THAT(refusal(library, {text_of("felt", "full")}),
                HasSubstr("there is a state \"felt\" already"));
    EXPECT_THAT(refusal(library, {text_of("a", "full"), text_of("a", "full")}),
                HasSubstr("there is a state \"a\" already"));
    EXPECT_THAT(refusal(library, {text_of("Her Ears", "full")}), HasSubstr("lower-case"));
}

TEST(StateLibrary, HasRoomForSixtyFourStatesOfUsers) {
    StateLibrary library;
    std::vector<StateText> texts;
    for (std::size_t i = 0; i < kMaxUserStates; ++i) {
        texts.push_back(text_of("s" + std::to_string(i), "full"));
    }
    EXPECT_FALSE(library.add(texts).has_value());
    EXPECT_THAT(refusal(library, {text_of("more", "full")}), HasSubstr("at most 64"));
}

TEST(StateLibrary, ReadsFilesAndTheirAudiograms) {
    const test::TempDir folder;
    std::ofstream(folder / "anna.toml") << "label = \"Anna\"\ninherits = \"snhl_mild\"\n"
                                           "audiogram_csv = \"anna.csv\"\n";
    std::ofstream(folder / "anna.csv") << "1000,20,70\n";
    StateLibrary library;
    const std::vector<std::filesystem::path> files{folder / "anna.toml"};
    const auto failure = library.add_files(files);
    ASSERT_FALSE(failure.has_value()) << failure->text;
    EXPECT_DOUBLE_EQ(library.find("anna")->settings.right.sensory.at(1'000), 70.0);
    const std::vector<std::filesystem::path> none{folder / "bert.toml"};
    const auto missing = library.add_files(none);
    ASSERT_TRUE(missing.has_value());
    EXPECT_THAT(missing->text, HasSubstr("bert.toml: expected a state file, found none"));
}

}  // namespace
}  // namespace earshot::show
