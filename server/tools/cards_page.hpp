#pragma once

#include "common/dsp/state/hearing_state_card.hpp"

#include <span>
#include <string>

namespace earshot::tools {

/// What a card shows. Files lie in assets/ beside the page.
struct CardEntry {
    dsp::HearingStateCard card;
    std::string audiogram_in_words;
    std::string response_in_words;

    [[nodiscard]] std::string audiogram_file() const { return card.id + "-audiogram.svg"; }
    [[nodiscard]] std::string response_file() const { return card.id + "-response.svg"; }
    [[nodiscard]] std::string sample_file() const { return card.id + ".wav"; }
};

/// The sample as it was mixed, in assets/ too.
inline constexpr const char* kSampleAsMixed = "as-mixed.wav";

/// The gallery's page: HTML that is XML as well, for whoever checks it.
[[nodiscard]] std::string cards_page(std::span<const CardEntry> entries);

}  // namespace earshot::tools
