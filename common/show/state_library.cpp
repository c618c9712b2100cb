#include "common/show/state_library.hpp"

#include "common/show/plain_text.hpp"
#include "common/show/preset_files.hpp"
#include "common/show/suggest.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace earshot::show {
namespace {

[[nodiscard]] std::string no_such_state(std::string_view id,
                                        std::span<const std::string_view> ids) {
    const std::string_view near = nearest_word(id, ids);
    return one_line("there is no hearing state \"" + std::string(id.substr(0, 40)) + "\"" +
                    (near.empty() ? "" : ", did you mean \"" + std::string(near) + "\"?") +
                    "; there are: " + joined(ids));
}

/// Reads texts that may inherit from each other and from states that are there already.
class Resolver {
public:
    Resolver(std::span<const StateText> texts, const StateLibrary& known)
        : texts_(texts), known_(known), read_(texts.size()) {}

    /// The state of a text, read once.
    [[nodiscard]] Expected<StateDefinition> resolve(std::size_t index);

private:
    [[nodiscard]] Expected<StateDefinition> base(std::string_view id, const std::string& where);
    [[nodiscard]] Failure circle(std::string_view id, const std::string& where) const;
    [[nodiscard]] Failure unknown(std::string_view id, const std::string& where) const;

    std::span<const StateText> texts_;
    const StateLibrary& known_;
    std::vector<std::optional<StateDefinition>> read_;
    std::vector<std::string_view> chain_;  ///< Who is being read, from heir to base.
};

Expected<StateDefinition> Resolver::resolve(std::size_t index) {
    if (read_[index]) {
        return *read_[index];
    }
    const StateText& text = texts_[index];
    chain_.push_back(text.id);
    auto state = read_state(
        text.toml,
        {.name = text.name,
         .id = text.id,
         .base = [this](std::string_view id, const std::string& where) { return base(id, where); },
         .folder = text.folder});
    chain_.pop_back();
    if (state) {
        read_[index] = *state;
    }
    return state;
}

Expected<StateDefinition> Resolver::base(std::string_view id, const std::string& where) {
    if (const StateDefinition* found = known_.find(id)) {
        return *found;
    }
    const auto text = std::ranges::find(texts_, id, &StateText::id);
    if (text == texts_.end()) {
        return unknown(id, where);
    }
    if (std::ranges::find(chain_, id) != chain_.end()) {
        return circle(id, where);
    }
    if (chain_.size() == kMaxInheritance) {
        return Failure{Errc::too_many, where + "\"inherits\": expected at most " +
                                           std::to_string(kMaxInheritance) +
                                           " states that inherit from each other"};
    }
    return resolve(static_cast<std::size_t>(text - texts_.begin()));
}

Failure Resolver::circle(std::string_view id, const std::string& where) const {
    std::string way;
    for (auto heir = std::ranges::find(chain_, id); heir != chain_.end(); ++heir) {
        way += std::string(*heir) + " -> ";
    }
    return {Errc::bad_value, where + "\"inherits\": " + way + std::string(id) +
                                 " goes in a circle; expected a state that leads to a preset"};
}

Failure Resolver::unknown(std::string_view id, const std::string& where) const {
    std::vector<std::string_view> ids;
    for (const StateDefinition& state : known_.states()) {
        ids.emplace_back(state.card.id);
    }
    for (const StateText& text : texts_) {
        ids.emplace_back(text.id);
    }
    return {Errc::not_found, where + "\"inherits\": " + no_such_state(id, ids)};
}

}  // namespace

StateLibrary::StateLibrary() {
    std::vector<StateText> texts;
    texts.reserve(std::size(kPresetFiles));
    for (const PresetFile& file : kPresetFiles) {
        texts.push_back({.id = std::string(file.id),
                         .name = std::string(file.id) + ".toml",
                         .toml = std::string(file.toml),
                         .folder = {}});
    }
    Resolver resolver(texts, *this);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        Expected<StateDefinition> state = resolver.resolve(i);
        if (!state) {
            throw std::logic_error("preset " + state.failure().text);
        }
        states_.push_back(std::move(*state));
    }
    presets_ = states_.size();
}

std::optional<Failure> StateLibrary::add(std::span<const StateText> texts) {
    if (states_.size() - presets_ + texts.size() > kMaxUserStates) {
        return Failure{Errc::too_many, "expected at most " + std::to_string(kMaxUserStates) +
                                           " states besides the presets"};
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const StateText& text = texts[i];
        if (!is_state_id(text.id)) {
            return Failure{Errc::bad_value,
                           one_line(text.name + ": expected a name of at most 32 lower-case "
                                                "letters, digits, '-' and '_'")};
        }
        const auto before = texts.first(i);
        if (find(text.id) != nullptr ||
            std::ranges::find(before, text.id, &StateText::id) != before.end()) {
            return Failure{Errc::bad_value, one_line(text.name + ": there is a state \"" + text.id +
                                                     "\" already; expected a name of its own")};
        }
    }
    Resolver resolver(texts, *this);
    std::vector<StateDefinition> added;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        Expected<StateDefinition> state = resolver.resolve(i);
        if (!state) {
            return state.failure();
        }
        added.push_back(std::move(*state));
    }
    std::ranges::move(added, std::back_inserter(states_));
    return std::nullopt;
}

std::optional<Failure> StateLibrary::add_files(std::span<const std::filesystem::path> files) {
    std::vector<StateText> texts;
    for (const std::filesystem::path& file : files) {
        auto toml = read_text_file(file, kMaxStateBytes, "a state file");
        if (!toml) {
            return toml.failure();
        }
        const std::filesystem::path folder = file.parent_path();
        texts.push_back({.id = file.stem().string(),
                         .name = file.string(),
                         .toml = std::move(*toml),
                         .folder = folder.empty() ? "." : folder});
    }
    return add(texts);
}

const StateDefinition* StateLibrary::find(std::string_view id) const noexcept {
    const auto found = std::ranges::find(
        states_, id, [](const StateDefinition& state) { return std::string_view(state.card.id); });
    return found == states_.end() ? nullptr : &*found;
}

Expected<const StateDefinition*> StateLibrary::get(std::string_view id) const {
    if (const StateDefinition* state = find(id)) {
        return state;
    }
    std::vector<std::string_view> ids;
    for (const StateDefinition& state : states_) {
        ids.emplace_back(state.card.id);
    }
    return Failure{Errc::not_found, no_such_state(id, ids)};
}

std::vector<dsp::HearingStateCard> StateLibrary::cards() const {
    std::vector<dsp::HearingStateCard> cards;
    std::ranges::transform(states_, std::back_inserter(cards), &StateDefinition::card);
    return cards;
}

bool StateLibrary::is_preset(std::string_view id) const noexcept {
    const StateDefinition* state = find(id);
    return state != nullptr && static_cast<std::size_t>(state - states_.data()) < presets_;
}

}  // namespace earshot::show
