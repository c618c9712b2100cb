#pragma once

#include "server/tools/picture/show_picture.hpp"
#include "server/tools/render_file.hpp"
#include "server/tools/render_plan.hpp"

#include <vector>

namespace earshot::tools {

/// The states a plan's perspective goes through, with the words of their cards and cues.
[[nodiscard]] std::vector<picture::StateSpan> spans_of(const RenderPlan& plan);

/// What is drawn of a rendering; measures the state's response if there is but one.
/// @throws std::runtime_error  one line.
[[nodiscard]] picture::ShowPicture picture_of(const RenderPlan& plan,
                                              RenderedFacts facts,
                                              double calibration_db_spl);

}  // namespace earshot::tools
