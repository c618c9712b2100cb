#pragma once

#include "common/base/errc.hpp"
#include "common/dsp/state/hearing_settings.hpp"
#include "common/dsp/state/hearing_state_card.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace earshot::show {

/// Largest state file.
inline constexpr std::size_t kMaxStateBytes = 64 * 1024;
inline constexpr std::size_t kMaxStateSources = 16;

/// A hearing state as its file gives it: words for people, values for engines.
struct StateDefinition {
    dsp::HearingStateCard card;
    std::string inherits;  ///< The state it started from; empty: full hearing.
    dsp::HearingSettings settings;
};

/// Finds the state that a file inherits from. `where` is "file:line: ", for errors about the name.
using FindBase =
    std::function<Expected<StateDefinition>(std::string_view id, const std::string& where)>;

/// What a state file is read with, beyond its own text.
struct StateRules {
    std::string_view name;         ///< Stands for the file in errors.
    std::string_view id;           ///< The state's identifier.
    FindBase base;                 ///< None: the file may not inherit.
    std::filesystem::path folder;  ///< Where audiogram files lie; empty: it may not name one.
};

/// Reads and validates one state (TOML). Every error names file, line and what was expected;
/// unknown keys are errors with a suggestion.
[[nodiscard]] Expected<StateDefinition> read_state(std::string_view toml, const StateRules& rules);

/// The least careful rating that settings allow: ringing, hyperacusis and implants are `intense`.
[[nodiscard]] dsp::SafetyRating least_rating(const dsp::HearingSettings& settings) noexcept;

/// Lower-case letters, digits, '-' and '_', 1 to 32 of them.
[[nodiscard]] bool is_state_id(std::string_view id) noexcept;

}  // namespace earshot::show
