#include "common/show/state_writer.hpp"

#include "common/show/plain_text.hpp"
#include "common/show/state_library.hpp"
#include "tests/unit/show/states.hpp"

#include <gmock/gmock.h>

#include <set>

namespace earshot::show {
namespace {

using ::testing::HasSubstr;

/// Reads what is written of a state and says whether it is the same.
void expect_round_trip(const StateDefinition& state) {
    const std::string text = format_state(state);
    const auto again =
        read_state(text, {.name = "again.toml", .id = state.card.id, .base = {}, .folder = {}});
    ASSERT_TRUE(again.has_value()) << again.failure().text << "\n" << text;
    EXPECT_EQ(again->settings, state.settings) << text;
    EXPECT_EQ(again->card.label, state.card.label);
    EXPECT_EQ(again->card.caption, state.card.caption);
    EXPECT_EQ(again->card.description, state.card.description);
    EXPECT_EQ(again->card.not_this, state.card.not_this);
    EXPECT_EQ(again->card.sources, state.card.sources);
    EXPECT_EQ(again->card.safety, state.card.safety);
    EXPECT_EQ(again->card.safety_note, state.card.safety_note);
}

TEST(StateWriter, WritesEveryPresetSoThatItReadsTheSame) {
    const StateLibrary library;
    for (const StateDefinition& state : library.states()) {
        SCOPED_TRACE(state.card.id);
        expect_round_trip(state);
    }
}

TEST(StateWriter, WritesNumbersToTheLastBitAndTextsWithTheirQuotes) {
    auto state = read(state_with(R"(offset_db = -0.1
calibration_db = 99.99999999999999
[left]
smearing = [3.3333333333333335, 1.1]
sensory = [[250.00000000000003, -0.1], [1000, 1e-9]]
band_hz = [20.1, 19999.9]
tinnitus = { decay_s = 12.3, inhibition = false }
[right]
conductive = 7.7
conductive_axis = "linear"
[right.implant]
steps = 17
strategy = "noise"
emphasis_hz = 1200
)"));
    ASSERT_TRUE(state.has_value()) << state.failure().text;
    state->card.description = "A \"quoted\" \\ word,\n\ttwo lines, a colour: blå.";
    expect_round_trip(*state);
}

TEST(StateWriter, WritesOnlyWhatDiffersFromFullHearing) {
    const auto state =
        read(state_with("[both]\npath = \"acoustic\"\n[layers.music]\ngain_db = -6\n"));
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(format_state(*state), state_with("\n[both]\npath = \"acoustic\"\n\n[layers.music]\n"
                                               "gain_db = -6\n"));
}

TEST(StateWriter, NamesEveryKeyThatTheManualDoes) {
    const auto manual = read_text_file(EARSHOT_STATE_MANUAL, 256 * 1024, "the manual");
    ASSERT_TRUE(manual.has_value()) << manual.failure().text;
    std::set<std::string> keys;
    for (const StateEntry& entry : state_entries({})) {
        keys.insert("`" + std::string(entry.key) + "`");
    }
    EXPECT_GT(keys.size(), 50U);
    for (const std::string& key : keys) {
        EXPECT_THAT(*manual, HasSubstr(key));
    }
}

}  // namespace
}  // namespace earshot::show
