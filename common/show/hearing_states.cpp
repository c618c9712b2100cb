#include "common/show/hearing_states.hpp"

#include <algorithm>
#include <utility>

namespace earshot::show {

bool needs_levels(const Show& show) {
    const auto needs = [&](const auto& named) {
        const StateDefinition* state = show.states->find(named.state);
        return state != nullptr && named.intensity > 0.0 && dsp::needs_levels(state->settings);
    };
    return std::ranges::any_of(show.perspectives, needs) || std::ranges::any_of(show.cues, needs);
}

HearingStates::HearingStates(const StateLibrary& library,
                             double calibration_db_spl,
                             std::shared_ptr<const dsp::ProgrammeLevels> levels)
    : library_(library),
      bank_(std::make_shared<const dsp::GammatoneBank>()),
      builder_(bank_, calibration_db_spl, std::move(levels)) {}

Expected<dsp::StatePtr> HearingStates::prepare(std::string_view id, double intensity) {
    const auto found = library_.get(id);
    if (!found) {
        return found.failure();
    }
    const StateDefinition& state = **found;
    return builder_.prepare(state.card, state.settings, intensity);
}

}  // namespace earshot::show
