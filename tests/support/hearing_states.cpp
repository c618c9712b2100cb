#include "tests/support/hearing_states.hpp"

#include "common/show/hearing_states.hpp"

#include <stdexcept>

namespace earshot::test {
namespace {

const show::StateLibrary& library() {
    static const show::StateLibrary all;
    return all;
}

show::HearingStates& presets() {
    static show::HearingStates states(library());
    return states;
}

dsp::StatePtr named(std::string_view id,
                    const dsp::HearingSettings& settings,
                    double intensity = 1.0) {
    static dsp::StateBuilder builder(presets().bank());
    dsp::HearingStateCard card;
    card.id = id;
    auto made = builder.prepare(card, settings, intensity);
    if (!made) {
        throw std::runtime_error(made.failure().text);
    }
    return *made;
}

}  // namespace

dsp::HearingSettings settings_of(std::string_view id) {
    const show::StateDefinition* found = library().find(id);
    if (found == nullptr) {
        throw std::runtime_error("there is no such preset");
    }
    return found->settings;
}

dsp::StatePtr state(std::string_view id, double intensity) {
    auto made = presets().prepare(id, intensity);
    if (!made) {
        throw std::runtime_error(made.failure().text);
    }
    return *made;
}

dsp::StatePtr prepared(const dsp::HearingSettings& settings, double intensity) {
    return named("test", settings, intensity);
}

dsp::StatePtr unsmeared_state(std::string_view id) {
    dsp::HearingSettings settings = settings_of(id);
    for (dsp::StateEar* ear : {&settings.left, &settings.right}) {
        ear->smearing = {};
        ear->temporal = {};
    }
    return named(id, settings);
}

dsp::HearingSettings bare_settings(std::string_view id) {
    dsp::HearingSettings settings = settings_of(id);
    settings.left.tinnitus.kind = dsp::RingingKind::off;
    settings.right.tinnitus.kind = dsp::RingingKind::off;
    settings.inner = {};
    settings.stand_in_db.reset();
    return settings;
}

dsp::StatePtr bare_state(std::string_view id, double intensity) {
    return named(id, bare_settings(id), intensity);
}

std::vector<dsp::HearingStateCard> state_cards() {
    return library().cards();
}

dsp::Standing fading(const dsp::StatePtr& from, const dsp::Transition& to, Frames elapsed) {
    dsp::Standing standing{.state = from.get()};
    standing.add(to, elapsed);
    return standing;
}

}  // namespace earshot::test
