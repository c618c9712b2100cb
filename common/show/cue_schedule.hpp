#pragma once

#include "common/base/errc.hpp"
#include "common/base/time.hpp"
#include "common/dsp/chain/standing.hpp"
#include "common/dsp/chain/state_builder.hpp"
#include "common/show/hearing_states.hpp"
#include "common/show/show.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace earshot::show {

/// One cue with a film time, ready for a chain.
struct TimedCue {
    ProgrammeTime at;     ///< First frame of its fade.
    dsp::StatePtr state;  ///< Never null.
    Frames fade{0};       ///< kShortestFade to kLongestFade.
    dsp::FadeCurve curve = dsp::FadeCurve::quintic;
    bool sudden = false;
    std::size_t cue = 0;  ///< Index into Show::cues.
};

/// What a perspective stands in at a programme time. The pointers borrow from the schedule.
struct StateAt {
    dsp::Standing standing;  ///< For HearingChain::start().
    Frames fade{0};          ///< Of the cue in force, whether or not it is over.
    std::optional<std::size_t> cue =
        std::nullopt;  ///< Index into Show::cues; nothing before the first.
};

/// The timed cues of one perspective, sorted, states prepared. Immutable.
///
/// Thread: any, once built. Real-time: all lookups; not construction.
class CueSchedule {
public:
    /// @param initial  In force before the first cue; not null.
    /// @param cues     In any order, states not null; two at the same time: the later in file order
    /// wins.
    /// @throws std::invalid_argument  if a state is null.
    CueSchedule(dsp::StatePtr initial, std::vector<TimedCue> cues);

    /// The state in force at a programme time, as playing up to it would have given.
    [[nodiscard]] StateAt state_at(ProgrammeTime time) const noexcept;

    /// The cues with from <= at < to, in order.
    [[nodiscard]] std::span<const TimedCue> in_range(ProgrammeTime from,
                                                     ProgrammeTime to) const noexcept;

    [[nodiscard]] std::span<const TimedCue> cues() const noexcept { return cues_; }
    [[nodiscard]] const dsp::PreparedState& initial() const noexcept { return *initial_; }

private:
    dsp::StatePtr initial_;
    std::vector<TimedCue> cues_;
    std::vector<dsp::RingingTime> ringing_;  ///< Of each cue's state, at its first frame.
};

/// The schedule of one perspective. Fails with Errc::not_found if the show has no such perspective,
/// and bad_value if a state cannot be prepared. Thread: any but real-time.
[[nodiscard]] Expected<std::shared_ptr<const CueSchedule>> build_schedule(
    const Show& show, std::string_view perspective, HearingStates& states);

}  // namespace earshot::show
