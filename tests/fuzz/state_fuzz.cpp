// A state file of a user on any text: a state that keeps its promises and is written and read the
// same, or one line that says where it does not.

#include "common/base/assert.hpp"
#include "common/show/state_library.hpp"
#include "common/show/state_writer.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace earshot;

[[nodiscard]] const show::StateLibrary& presets() {
    static const show::StateLibrary library;
    return library;
}

void check_failure(const std::string& why) {
    // Of the file itself: the presets that it may inherit from are right.
    EARSHOT_ASSERT(why.starts_with("f:"));
    EARSHOT_ASSERT(std::ranges::none_of(
        why, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
}

void check_ear(const dsp::StateEar& ear) {
    for (const double share : {ear.acoustic_share, ear.smearing.blend, ear.temporal.envelope,
                               ear.temporal.fine_structure, ear.implant.pulse_depth}) {
        EARSHOT_ASSERT(dsp::kShare.contains(share));
    }
    EARSHOT_ASSERT(ear.low_hz < ear.high_hz);
    EARSHOT_ASSERT(dsp::kSmearingBroadening.contains(ear.smearing.lower));
    EARSHOT_ASSERT(dsp::kTinnitusLevelSlDb.contains(ear.tinnitus.level_sl_db));
    EARSHOT_ASSERT(dsp::kHyperacusisSlope.contains(ear.hyperacusis.slope));
    EARSHOT_ASSERT(dsp::kImplantChannels.contains(ear.implant.channels));
    for (const dsp::AudiogramPoint& point : ear.conductive.points()) {
        EARSHOT_ASSERT(dsp::kConductiveDb.contains(point.db));
    }
}

void check(const show::StateDefinition& state) {
    const dsp::HearingStateCard& card = state.card;
    EARSHOT_ASSERT(!card.label.empty() && !card.description.empty() && !card.not_this.empty());
    EARSHOT_ASSERT(card.caption.starts_with('[') && card.caption.ends_with(']'));
    EARSHOT_ASSERT(!card.sources.empty() && card.sources.size() <= show::kMaxStateSources);
    EARSHOT_ASSERT(card.safety >= show::least_rating(state.settings));
    EARSHOT_ASSERT(card.safety == dsp::SafetyRating::gentle || !card.safety_note.empty());
    check_ear(state.settings.left);
    check_ear(state.settings.right);
    EARSHOT_ASSERT(dsp::kOffsetDb.contains(state.settings.offset_db));
    for (const dsp::StateLayer& layer : state.settings.layers) {
        EARSHOT_ASSERT(dsp::kLayerGainDb.contains(layer.gain_db));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto find_base = [](std::string_view id,
                              const std::string& where) -> Expected<show::StateDefinition> {
        const auto found = presets().get(id);
        if (!found) {
            return Failure{found.failure().code, where + found.failure().text};
        }
        return **found;
    };
    const auto state =
        show::read_state(text, {.name = "f", .id = "mine", .base = find_base, .folder = {}});
    if (!state) {
        check_failure(state.failure().text);
        return 0;
    }
    check(*state);
    const auto again = show::read_state(show::format_state(*state),
                                        {.name = "g", .id = "mine", .base = {}, .folder = {}});
    EARSHOT_ASSERT(again.has_value());
    EARSHOT_ASSERT(again->settings == state->settings);
    EARSHOT_ASSERT(again->card.description == state->card.description);
    return 0;
}
