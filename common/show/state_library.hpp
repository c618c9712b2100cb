#pragma once

#include "common/show/state_file.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::show {

/// Most states of users in a library, and longest chain of states that inherit from each other.
inline constexpr std::size_t kMaxUserStates = 64;
inline constexpr std::size_t kMaxInheritance = 8;

/// The text of a state file, for a library.
struct StateText {
    std::string id;
    std::string name;  ///< Stands for the file in errors.
    std::string toml;
    std::filesystem::path folder;  ///< Where audiogram files lie; empty: it may not name one.
};

/// The hearing states there are: the presets that come with the program, in the order of HEARING
/// section 2, then those that users added.
/// Thread: const is safe.
class StateLibrary {
public:
    /// @throws std::logic_error  if a preset is wrong, which the tests rule out.
    StateLibrary();

    /// Adds users' states, which may inherit from presets and from each other, in any order.
    /// @return nothing, or what is wrong with the first that is; then none was added.
    [[nodiscard]] std::optional<Failure> add(std::span<const StateText> texts);
    /// The same from files; a state's identifier is its file's name without ".toml".
    [[nodiscard]] std::optional<Failure> add_files(std::span<const std::filesystem::path> files);

    /// A state, or null. The pointer holds until more are added.
    [[nodiscard]] const StateDefinition* find(std::string_view id) const noexcept;
    /// A state, or a sentence on which one may have been meant and which there are.
    [[nodiscard]] Expected<const StateDefinition*> get(std::string_view id) const;
    /// Presets first.
    [[nodiscard]] std::span<const StateDefinition> states() const& noexcept { return states_; }
    void states() const&& = delete;  // The states would be gone.
    [[nodiscard]] std::vector<dsp::HearingStateCard> cards() const;
    /// True for a state that comes with the program.
    [[nodiscard]] bool is_preset(std::string_view id) const noexcept;

private:
    std::vector<StateDefinition> states_;
    std::size_t presets_ = 0;
};

}  // namespace earshot::show
