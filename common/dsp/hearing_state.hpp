#pragma once

#include "common/base/time.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::dsp {

/// Shape of a fade, from 0 to 1.
enum class FadeCurve {
    quintic,  ///< s(p) = p^3 (6p^2 - 15p + 10); the default (HEARING 3.1)
    linear,
};

/// The quintic or linear value at p in [0, 1]. Real-time: yes.
[[nodiscard]] double fade_value(FadeCurve curve, double p) noexcept;

/// Shortest and longest fade (HEARING 3.1).
inline constexpr std::chrono::milliseconds kShortestFade{20};
inline constexpr std::chrono::milliseconds kLongestFade{60'000};

/// One hearing state as people know it: identifier, words, safety. Its parameters stay inside dsp.
struct HearingStateCard {
    std::string id;           ///< "muffled_inner"
    std::string label;        ///< "Muffled, from inside"
    std::string caption;      ///< "[muffled: the drummer's hearing]"
    std::string description;  ///< Plain words.
    std::string not_this;     ///< What it is not.
    bool sudden = false;      ///< Needs a content notice when reached fast.
};

class PreparedState;

/// A validated state with everything the chain needs, filters included; immutable, shared by all
/// chains. Built off the engine thread; outlives every chain that was given it.
using StatePtr = std::shared_ptr<const PreparedState>;

/// The built-in states, in the order of HEARING 2: full, sudden_loss, muffled_inner, felt,
/// implants_off …
/// Thread: any but real-time.
[[nodiscard]] std::vector<HearingStateCard> builtin_states();

/// Prepares a built-in state at an intensity.
/// @param intensity  0 to 1; 0 is `full`, bit for bit.
/// @return nothing if there is no such state or the intensity is out of range.
[[nodiscard]] StatePtr prepare_state(std::string_view id, double intensity = 1.0);

/// The card of a prepared state.
[[nodiscard]] const HearingStateCard& card_of(const PreparedState& state) noexcept;
[[nodiscard]] double intensity_of(const PreparedState& state) noexcept;

}  // namespace earshot::dsp
