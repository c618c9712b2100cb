#pragma once

#include "common/dsp/chain/standing.hpp"
#include "common/dsp/chain/state_builder.hpp"

#include <string_view>
#include <vector>

namespace earshot::test {

/// A preset, ready for a chain. @throws std::runtime_error  if there is none.
[[nodiscard]] dsp::StatePtr state(std::string_view id, double intensity = 1.0);
/// What a preset says. @throws std::runtime_error  if there is none.
[[nodiscard]] dsp::HearingSettings settings_of(std::string_view id);
/// The same without what the preset adds: no ringing, no sound of the body, no stand-in.
[[nodiscard]] dsp::HearingSettings bare_settings(std::string_view id);
/// A preset of bare_settings(), ready for a chain.
[[nodiscard]] dsp::StatePtr bare_state(std::string_view id, double intensity = 1.0);
/// The preset without what makes noise of a steady tone: widened filters, blurred fine structure.
[[nodiscard]] dsp::StatePtr unsmeared_state(std::string_view id);
/// What settings say, ready for a chain. @throws std::runtime_error  if they are out of range.
[[nodiscard]] dsp::StatePtr prepared(const dsp::HearingSettings& settings, double intensity = 1.0);
/// The cards of all presets, in the library's order.
[[nodiscard]] std::vector<dsp::HearingStateCard> state_cards();
/// A chain that fades from one state to another.
[[nodiscard]] dsp::Standing fading(const dsp::StatePtr& from,
                                   const dsp::Transition& to,
                                   Frames elapsed);

}  // namespace earshot::test
