#include "server/tools/render_plot.hpp"

#include "common/show/state_library.hpp"
#include "server/tools/state_response.hpp"

#include <cmath>
#include <utility>

namespace earshot::tools {
namespace {

double seconds(Frames frames) {
    return std::chrono::duration<double>(frames).count();
}

std::string in_percent(double intensity) {
    return std::to_string(std::lround(intensity * 100.0)) + " %";
}

picture::StateSpan span_of(const dsp::PreparedState& state) {
    picture::StateSpan span;
    span.label = state.card.label;
    span.short_label = state.card.id;
    if (state.intensity < 1.0) {
        span.label += ", " + in_percent(state.intensity);
    }
    span.note = state.card.caption;
    return span;
}

}  // namespace

std::vector<picture::StateSpan> spans_of(const RenderPlan& plan) {
    std::vector<picture::StateSpan> spans{span_of(plan.schedule->initial())};
    for (const show::TimedCue& timed : plan.schedule->cues()) {
        const show::Cue& cue = plan.show.cues.at(timed.cue);
        picture::StateSpan span = span_of(*timed.state);
        span.at_s = seconds(timed.at.time_since_epoch());
        span.fade_s = seconds(timed.fade);
        span.note = "cue " + cue.number + ", " + cue.name + "\n" +
                    (cue.caption.empty() ? span.note : cue.caption);
        if (span.at_s <= 0.0) {
            spans.clear();  // What was before is not in the picture.
        }
        spans.push_back(std::move(span));
    }
    return spans;
}

picture::ShowPicture picture_of(const RenderPlan& plan,
                                RenderedFacts facts,
                                double calibration_db_spl) {
    picture::ShowPicture picture;
    picture.length_s = seconds(plan.length);
    picture.states = spans_of(plan);
    picture.before = std::move(facts.before);
    picture.after = std::move(facts.after);
    picture.subtitle = plan.reader->description();
    if (plan.only_state == nullptr) {
        picture.title = plan.show.title + ": " + plan.perspective;
        return picture;
    }
    picture.title = picture.states.front().label + ": " + plan.reader->description();
    picture.subtitle = plan.only_state->card.caption + "  A character's perspective in a film.";
    picture.state = {.settings = plan.only_state->settings,
                     .intensity = plan.intensity,
                     .response = measure_response(plan.only_state->settings, plan.intensity,
                                                  plan.states->bank(), calibration_db_spl)};
    return picture;
}

}  // namespace earshot::tools
