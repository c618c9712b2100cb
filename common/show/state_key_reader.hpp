#pragma once

#include "common/show/state_keys.hpp"
#include "common/show/toml_reader.hpp"

#include <string>
#include <vector>

namespace earshot::show {

/// Takes what a table says of a hearing state and leaves the rest as it is, so that a state can
/// start from another one's values. Refuses keys that nobody asked for.
class StateKeyReader final : public StateKeys {
public:
    /// @param name   Stands for the file in errors.
    /// @param table  The whole file. Both outlive the reader.
    StateKeyReader(std::string_view name, const toml::table& table);

    /// Keys of the present section that somebody else reads.
    void expect(std::span<const std::string_view> keys);
    /// Refuses unknown keys of the whole file's own level; called once, last.
    void finish() const;

    [[nodiscard]] bool enter(std::string_view section) override;
    void leave() override;
    void number(std::string_view key, double& value, dsp::ValueRange range) override;
    void whole(std::string_view key, int& value, dsp::ValueRange range) override;
    void number_or(std::string_view nothing,
                   std::string_view key,
                   std::optional<double>& value,
                   dsp::ValueRange range) override;
    void whole_or(std::string_view nothing,
                  std::string_view key,
                  std::optional<int>& value,
                  dsp::ValueRange range) override;
    void flag(std::string_view key, bool& value) override;
    void band(std::string_view key, Edge low, Edge high) override;
    void name(std::string_view key,
              std::size_t& index,
              std::span<const std::string_view> names) override;
    void smearing(std::string_view key, dsp::StateSmearing& value) override;
    void audiogram(std::string_view key,
                   std::string_view axis_key,
                   dsp::Audiogram& value,
                   dsp::ValueRange range_db) override;

private:
    struct Level {
        const toml::table* table;
        std::string name;  ///< "[left.tinnitus]"
        std::vector<std::string_view> known;
    };

    void know(std::string_view key);
    /// The key's value in the present section; null if it is not there.
    [[nodiscard]] const toml::node* find(std::string_view key);
    [[nodiscard]] int whole_of(const toml::node& node,
                               std::string_view key,
                               dsp::ValueRange range,
                               std::string_view or_else) const;
    [[nodiscard]] std::size_t name_of(const toml::node& node,
                                      std::string_view key,
                                      std::span<const std::string_view> names) const;
    [[nodiscard]] bool is_word(const toml::node& node, std::string_view word) const;
    /// Both numbers of [first, second].
    [[nodiscard]] const toml::array& pair_of(const toml::node& node,
                                             std::string_view key,
                                             std::string_view expected) const;
    [[nodiscard]] dsp::Audiogram audiogram_of(const toml::node& node,
                                              std::string_view key,
                                              dsp::ValueRange range_db) const;
    [[nodiscard]] dsp::Audiogram points_of(const toml::array& array,
                                           std::string_view key,
                                           dsp::ValueRange range_db) const;

    TomlReader toml_;
    std::vector<Level> levels_;
};

}  // namespace earshot::show
