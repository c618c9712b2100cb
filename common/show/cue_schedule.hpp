#pragma once

#include "common/base/errc.hpp"
#include "common/base/time.hpp"
#include "common/dsp/hearing_state.hpp"
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

/// What a perspective stands in at a programme time: `from` and `elapsed` mean something only while
/// elapsed < fade. The pointers borrow from the schedule. Fits HearingChain::start().
struct StateAt {
    const dsp::PreparedState* target = nullptr;  ///< Never null.
    const dsp::PreparedState* from = nullptr;    ///< Null when no fade runs.
    Frames elapsed{0};                           ///< Since the fade began.
    Frames fade{0};
    dsp::FadeCurve curve = dsp::FadeCurve::quintic;
    std::optional<std::size_t> cue =
        std::nullopt;  ///< Index into Show::cues; nothing before the first.
};

/// The timed cues of one perspective, sorted, states prepared. Immutable.
///
/// A cue that begins inside the fade of the one before: from = the earlier cue's target, as if that
/// fade had been complete. Playing through such a spot continues from what is heard (HearingChain);
/// only after a seek into the inner fade do the two differ, for the rest of that fade at most.
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
};

/// The schedule of one perspective. Fails with Errc::not_found if the show has no such perspective,
/// and bad_value if a state cannot be prepared. Thread: any but real-time.
[[nodiscard]] Expected<std::shared_ptr<const CueSchedule>> build_schedule(
    const Show& show, std::string_view perspective);

}  // namespace earshot::show
