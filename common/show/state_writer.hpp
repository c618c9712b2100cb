#pragma once

#include "common/show/state_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace earshot::show {

/// One key of a state file as it is written.
struct StateEntry {
    std::string section;   ///< "both.tinnitus"; empty at the top.
    std::string_view key;  ///< "kind"
    std::string value;     ///< "\"tone\""
};

/// Every key of a state that changes sound, in the order of the documents, ears first; with the
/// ears' sections as [left] and [right], or as [both] where they are alike.
[[nodiscard]] std::vector<StateEntry> state_entries(const dsp::HearingSettings& settings);

/// The file of a state by itself, without `inherits`: its words, and what differs from full
/// hearing. read_state() makes the same card and settings of it, to the last bit.
[[nodiscard]] std::string format_state(const StateDefinition& state);

}  // namespace earshot::show
