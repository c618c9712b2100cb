#include "server/tools/render_plan.hpp"

#include "common/dsp/overlay/measure_levels.hpp"
#include "server/source/feed_factory.hpp"
#include "server/source/source_spec.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace earshot::tools {
namespace {

/// The perspective of a show that is made for one state.
constexpr const char* kStatePerspective = "subjective";

std::unique_ptr<audio::ProgrammeReader> open(const show::Programme& programme) {
    const auto spec = value_or_throw(source::parse_source_spec(programme.source));
    if (spec.live()) {
        throw std::runtime_error("a live source (" + programme.source +
                                 ") cannot be rendered; record it and name the file");
    }
    std::vector<std::filesystem::path> stems;
    for (const show::Layer& layer : programme.layers) {
        stems.push_back(layer.file);
    }
    return source::make_reader(spec, stems);
}

const show::Perspective& perspective_of(const show::Show& show, const std::string& id) {
    const auto found = std::ranges::find(show.perspectives, id, &show::Perspective::id);
    if (found != show.perspectives.end()) {
        return *found;
    }
    std::string names;
    for (const show::Perspective& one : show.perspectives) {
        names += (names.empty() ? "" : ", ") + one.id;
    }
    throw std::runtime_error("the show has no perspective '" + id + "'; it has " + names);
}

}  // namespace

show::Show show_of_state(std::shared_ptr<const show::StateLibrary> library,
                         const std::string& state,
                         double intensity,
                         const std::string& source) {
    show::Show show = show::show_for_source(source);
    show.states = std::move(library);
    show.perspectives.push_back(
        {.id = kStatePerspective, .title = state, .state = state, .intensity = intensity});
    show.default_perspective = kStatePerspective;
    return show;
}

RenderPlan plan_of(show::Show show,
                   const std::string& perspective,
                   double calibration_db_spl,
                   const MeasuringProgress& measuring) {
    auto reader = open(show.programme);
    return plan_of(std::move(show), perspective, calibration_db_spl, std::move(reader), measuring);
}

RenderPlan plan_of(show::Show show,
                   const std::string& perspective,
                   double calibration_db_spl,
                   std::unique_ptr<audio::ProgrammeReader> reader,
                   const MeasuringProgress& measuring) {
    RenderPlan plan;
    plan.show = std::move(show);
    plan.perspective = perspective.empty() ? plan.show.default_perspective : perspective;
    const show::Perspective& cast = perspective_of(plan.show, plan.perspective);
    plan.reader = std::move(reader);
    const auto length = plan.reader->length();
    if (!length) {
        throw std::runtime_error(plan.reader->description() +
                                 " has no end; name a sound file or the demo");
    }
    if (*length <= Frames{0}) {
        throw std::runtime_error(plan.reader->description() + " holds no sound");
    }
    plan.length = *length;
    auto levels = needs_levels(plan.show)
                      ? dsp::measure_levels(*plan.reader, plan.show.programme.gain_db, measuring)
                      : nullptr;
    plan.states = std::make_unique<show::HearingStates>(*plan.show.states, calibration_db_spl,
                                                        std::move(levels));
    plan.schedule = value_or_throw(build_schedule(plan.show, plan.perspective, *plan.states));
    if (plan.schedule->cues().empty()) {
        plan.only_state = plan.show.states->find(cast.state);
        plan.intensity = cast.intensity;
    }
    return plan;
}

std::size_t cues_by_hand(const show::Show& show, const std::string& perspective) {
    return static_cast<std::size_t>(std::ranges::count_if(show.cues, [&](const show::Cue& cue) {
        return cue.perspective == perspective && !cue.at;
    }));
}

}  // namespace earshot::tools
