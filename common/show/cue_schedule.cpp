#include "common/show/cue_schedule.hpp"

#include <algorithm>
#include <array>
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
    ringing_.resize(cues_.size());
    for (std::size_t i = 0; i < cues_.size(); ++i) {
        ringing_[i] = state_at(cues_[i].at).standing.target_ringing();
    }
}

StateAt CueSchedule::state_at(ProgrammeTime time) const noexcept {
    StateAt state{.standing = {.state = initial_.get()}};
    auto next = std::ranges::upper_bound(cues_, time, {}, &TimedCue::at);
    if (next == cues_.begin()) {
        return state;
    }
    state.fade = std::prev(next)->fade;
    state.cue = std::prev(next)->cue;
    // Back to a fade that is over, which hides all before it. One more than can run at once is
    // kept, so that Standing lets the oldest count as done.
    std::array<const TimedCue*, dsp::Standing::kMostFades + 1> begun{};
    std::size_t count = 0;
    while (next != cues_.begin() && count < begun.size()) {
        const auto cue = std::prev(next);
        begun[count++] = &*cue;
        if (time - cue->at >= cue->fade) {
            break;
        }
        // Of several cues on one frame only the last was ever heard.
        next = std::ranges::lower_bound(cues_.begin(), next, cue->at, {}, &TimedCue::at);
    }
    while (count > 0) {
        const TimedCue& cue = *begun[--count];
        if (time - cue.at >= cue.fade) {
            state.standing.state = cue.state.get();
            state.standing.ringing = ringing_[static_cast<std::size_t>(&cue - cues_.data())];
            for (Frames& ear : state.standing.ringing) ear += time - cue.at;
            continue;
        }
        state.standing.add(
            {.target = cue.state.get(), .fade = cue.fade, .curve = cue.curve, .sudden = cue.sudden},
            time - cue.at);
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
                                                            std::string_view perspective,
                                                            HearingStates& states) {
    const auto found = std::ranges::find(show.perspectives, perspective, &Perspective::id);
    if (found == show.perspectives.end()) {
        return Failure{Errc::not_found,
                       "the show has no perspective \"" + std::string(perspective) + "\""};
    }
    auto initial = states.prepare(found->state, found->intensity);
    if (!initial) {
        return Failure{Errc::bad_value,
                       "perspective \"" + found->id + "\": " + initial.failure().text};
    }
    std::vector<TimedCue> cues;
    for (std::size_t i = 0; i < show.cues.size(); ++i) {
        const Cue& cue = show.cues[i];
        if (cue.perspective != perspective || !cue.at) {
            continue;
        }
        auto state = states.prepare(cue.state, cue.intensity);
        if (!state) {
            return Failure{Errc::bad_value, "cue " + cue.number + ": " + state.failure().text};
        }
        cues.push_back({.at = *cue.at,
                        .state = std::move(*state),
                        .fade = std::chrono::duration_cast<Frames>(cue.fade),
                        .curve = cue.curve,
                        .sudden = cue.sudden,
                        .cue = i});
    }
    return std::shared_ptr<const CueSchedule>(
        std::make_shared<CueSchedule>(std::move(*initial), std::move(cues)));
}

}  // namespace earshot::show
