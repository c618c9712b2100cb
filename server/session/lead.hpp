#pragma once

#include "common/base/errc.hpp"
#include "common/base/time.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace earshot::session {

/// A lead that people ask for by name.
struct LeadPreset {
    std::string_view name;
    std::chrono::milliseconds lead{0};
};

/// Shortest first, each named for the network it is for.
inline constexpr std::array<LeadPreset, 3> kLeadPresets{
    {{"wired", std::chrono::milliseconds{150}},
     {"wifi", std::chrono::milliseconds{400}},
     {"crowded", std::chrono::milliseconds{800}}}};

/// Below, a live source's own wait leaves nothing for the network.
inline constexpr std::chrono::milliseconds kLeastLead{100};
/// Beyond, a listener has no room for what is sent ahead.
inline constexpr std::chrono::milliseconds kMostLead{1'500};

/// A preset's name, or milliseconds in digits. Fails with Errc::bad_value and words for a person.
[[nodiscard]] Expected<std::chrono::milliseconds> parse_lead(std::string_view text);

/// @return the preset's name, or an empty text if the lead is none of them.
[[nodiscard]] std::string_view preset_name(Frames lead) noexcept;

/// @return the shortest preset that is longer, or null.
[[nodiscard]] const LeadPreset* next_preset(Frames lead) noexcept;

}  // namespace earshot::session
