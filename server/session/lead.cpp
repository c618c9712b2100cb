#include "server/session/lead.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace earshot::session {

Expected<std::chrono::milliseconds> parse_lead(std::string_view text) {
    const auto preset = std::ranges::find(kLeadPresets, text, &LeadPreset::name);
    if (preset != kLeadPresets.end()) return preset->lead;
    int ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error == std::errc{} && end == text.data() + text.size() && ms >= kLeastLead.count() &&
        ms <= kMostLead.count()) {
        return std::chrono::milliseconds{ms};
    }
    return Failure{Errc::bad_value, "a lead is wired, wifi, crowded, or " +
                                        std::to_string(kLeastLead.count()) + " to " +
                                        std::to_string(kMostLead.count()) + " milliseconds"};
}

std::string_view preset_name(Frames lead) noexcept {
    const auto preset = std::ranges::find_if(
        kLeadPresets, [&](const LeadPreset& one) { return Frames{one.lead} == lead; });
    return preset == kLeadPresets.end() ? std::string_view{} : preset->name;
}

const LeadPreset* next_preset(Frames lead) noexcept {
    const auto* const preset = std::ranges::find_if(
        kLeadPresets, [&](const LeadPreset& one) { return Frames{one.lead} > lead; });
    return preset == kLeadPresets.end() ? nullptr : preset;
}

}  // namespace earshot::session
