#include "common/show/cue_schedule.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

namespace earshot::show {

CueSchedule::CueSchedule(dsp::StatePtr initial, std::vector<TimedCue> cues)
    : initial_(std::move(initial)), cues_(std::move(cues)) {
    const bool all_prepared =
        std::ranges::all_of(cues_, [](const TimedCue& cue) { return cue.state != nullptr; });
    if (initial_ == nullptr || !all_prepared) {
        throw std::invalid_argument("a cue schedule needs a prepared state for every cue");
    }
    std::ranges::stable_sort(cues_, {}, &TimedCue::at);
}

StateAt CueSchedule::state_at(ProgrammeTime time) const noexcept {
    const auto next = std::ranges::upper_bound(cues_, time, {}, &TimedCue::at);
    if (next == cues_.begin()) {
        return {.target = initial_.get()};
    }
    const auto current = std::prev(next);
    StateAt state{.target = current->state.get(),
                  .elapsed = time - current->at,
                  .fade = current->fade,
                  .curve = current->curve,
                  .cue = current->cue};
    if (state.elapsed < state.fade) {
        // Of several cues on one frame only the last was ever heard.
        const auto first_here = std::ranges::lower_bound(cues_, current->at, {}, &TimedCue::at);
        state.from =
            first_here == cues_.begin() ? initial_.get() : std::prev(first_here)->state.get();
    }
    return state;
}

std::span<const TimedCue> CueSchedule::in_range(ProgrammeTime from,
                                                ProgrammeTime to) const noexcept {
    if (to <= from) {
        return {};
    }
    const auto first = std::ranges::lower_bound(cues_, from, {}, &TimedCue::at);
    const auto last = std::ranges::lower_bound(first, cues_.end(), to, {}, &TimedCue::at);
    return {first, last};
}

Expected<std::shared_ptr<const CueSchedule>> build_schedule(const Show& show,
                                                            std::string_view perspective) {
    const auto found = std::ranges::find(show.perspectives, perspective, &Perspective::id);
    if (found == show.perspectives.end()) {
        return Failure{Errc::not_found,
                       "the show has no perspective \"" + std::string(perspective) + "\""};
    }
    dsp::StatePtr initial = dsp::prepare_state(found->state, found->intensity);
    if (initial == nullptr) {
        return Failure{Errc::bad_value, "perspective \"" + found->id + "\": hearing state \"" +
                                            found->state + "\" cannot be prepared"};
    }
    std::vector<TimedCue> cues;
    for (std::size_t i = 0; i < show.cues.size(); ++i) {
        const Cue& cue = show.cues[i];
        if (cue.perspective != perspective || !cue.at) {
            continue;
        }
        dsp::StatePtr state = dsp::prepare_state(cue.state, cue.intensity);
        if (state == nullptr) {
            return Failure{Errc::bad_value, "cue " + cue.number + ": hearing state \"" + cue.state +
                                                "\" cannot be prepared"};
        }
        cues.push_back({.at = *cue.at,
                        .state = std::move(state),
                        .fade = std::chrono::duration_cast<Frames>(cue.fade),
                        .curve = cue.curve,
                        .sudden = cue.sudden,
                        .cue = i});
    }
    return std::shared_ptr<const CueSchedule>(
        std::make_shared<CueSchedule>(std::move(initial), std::move(cues)));
}

}  // namespace earshot::show
