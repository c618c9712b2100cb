#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::dsp {

/// How careful a facilitator has to be with a hearing state; each one includes those before it.
enum class SafetyRating {
    gentle,   ///< Takes away, adds nothing: no ringing, nothing louder, nothing harsh.
    intense,  ///< May distress: ringing, sounds that grow louder, harsh implant sound.
    sudden,   ///< Needs a content notice as well when it is reached fast.
};
inline constexpr std::array<std::string_view, 3> kSafetyRatingNames{"gentle", "intense", "sudden"};

/// One hearing state as people know it: identifier, words, safety.
struct HearingStateCard {
    std::string id;                      ///< "muffled_inner"
    std::string label;                   ///< "Muffled, from inside"
    std::string caption;                 ///< "[muffled: the drummer's hearing]"
    std::string description;             ///< Plain words.
    std::string not_this;                ///< What it is not.
    std::vector<std::string> sources{};  ///< What the values rest on, a line each.
    SafetyRating safety = SafetyRating::gentle;
    std::string safety_note{};  ///< What to tell people first; empty if `gentle`.
};

}  // namespace earshot::dsp
