#pragma once

#include "common/audio/ports.hpp"
#include "common/base/time.hpp"
#include "common/show/cue_schedule.hpp"
#include "common/show/hearing_states.hpp"
#include "common/show/show.hpp"
#include "server/tools/offline_render.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace earshot::tools {

/// Everything that rendering one perspective needs, opened and checked.
struct RenderPlan {
    show::Show show;
    std::string perspective;  ///< Its id.
    std::unique_ptr<show::HearingStates> states;
    std::shared_ptr<const show::CueSchedule> schedule;
    std::unique_ptr<audio::ProgrammeReader> reader;
    Frames length{0};
    /// The state the whole programme is in, and how much of it; nothing if there are cues.
    const show::StateDefinition* only_state = nullptr;
    double intensity = 1.0;

    [[nodiscard]] OfflineJob job(dsp::PeakLimiting limiting) const {
        return {.reader = *reader,
                .gain_db = show.programme.gain_db,
                .length = length,
                .schedule = schedule,
                .layers = show.programme.layer_names(),
                .bank = states->bank(),
                .limiting = limiting};
    }
};

/// A show for one state: a perspective that stands in it all the time, and no cues.
/// @param source  As in a show file: "file:film.flac".
[[nodiscard]] show::Show show_of_state(std::shared_ptr<const show::StateLibrary> library,
                                       const std::string& state,
                                       double intensity,
                                       const std::string& source);

/// Gets the share of the programme's levels that is measured, 0 to 1; may throw to give it up.
using MeasuringProgress = std::function<void(double)>;

/// Opens what a show names, and measures the programme's levels if its states follow them.
/// @param perspective  Empty: the show's default.  @param measuring  May be empty.
/// @throws std::runtime_error  one line for people.
[[nodiscard]] RenderPlan plan_of(show::Show show,
                                 const std::string& perspective,
                                 double calibration_db_spl,
                                 const MeasuringProgress& measuring = {});

/// The same with a reader that is there already; the show's source is not opened.
[[nodiscard]] RenderPlan plan_of(show::Show show,
                                 const std::string& perspective,
                                 double calibration_db_spl,
                                 std::unique_ptr<audio::ProgrammeReader> reader,
                                 const MeasuringProgress& measuring = {});

/// Cues of a perspective that somebody would have to give by hand.
[[nodiscard]] std::size_t cues_by_hand(const show::Show& show, const std::string& perspective);

}  // namespace earshot::tools
