#include "common/show/hearing_states.hpp"

namespace earshot::show {

HearingStates::HearingStates(const StateLibrary& library, double calibration_db_spl)
    : library_(library),
      bank_(std::make_shared<const dsp::GammatoneBank>()),
      builder_(bank_, calibration_db_spl) {}

Expected<dsp::StatePtr> HearingStates::prepare(std::string_view id, double intensity) {
    const auto found = library_.get(id);
    if (!found) {
        return found.failure();
    }
    const StateDefinition& state = **found;
    return builder_.prepare(state.card, state.settings, intensity);
}

}  // namespace earshot::show
