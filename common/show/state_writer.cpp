#include "common/show/state_writer.hpp"

#include "common/show/state_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace earshot::show {
namespace {

/// The shortest digits that read back as the same number.
template <class Number>
[[nodiscard]] std::string digits(Number value) {
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

[[nodiscard]] std::string toml_text(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else {
            result += c == '"' || c == '\\' ? "\\" : "";
            result += c;
        }
    }
    return result + "\"";
}

/// Writes down every key it is told.
class Writer final : public StateKeys {
public:
    Writer(std::vector<StateEntry>& entries, std::string section)
        : entries_(entries), sections_{std::move(section)} {}

    [[nodiscard]] bool enter(std::string_view section) override {
        const std::string& outer = sections_.back();
        sections_.push_back(outer + (outer.empty() ? "" : ".") + std::string(section));
        return true;
    }
    void leave() override { sections_.pop_back(); }
    void number(std::string_view key, double& value, dsp::ValueRange /*range*/) override {
        add(key, digits(value));
    }
    void whole(std::string_view key, int& value, dsp::ValueRange /*range*/) override {
        add(key, digits(value));
    }
    void number_or(std::string_view nothing,
                   std::string_view key,
                   std::optional<double>& value,
                   dsp::ValueRange /*range*/) override {
        add(key, value ? digits(*value) : toml_text(nothing));
    }
    void whole_or(std::string_view nothing,
                  std::string_view key,
                  std::optional<int>& value,
                  dsp::ValueRange /*range*/) override {
        add(key, value ? digits(*value) : toml_text(nothing));
    }
    void flag(std::string_view key, bool& value) override { add(key, value ? "true" : "false"); }
    void band(std::string_view key, Edge low, Edge high) override {
        add(key, "[" + digits(low.hz) + ", " + digits(high.hz) + "]");
    }
    void name(std::string_view key,
              std::size_t& index,
              std::span<const std::string_view> names) override {
        add(key, toml_text(names[index]));
    }
    void smearing(std::string_view key, dsp::StateSmearing& value) override;
    void audiogram(std::string_view key,
                   std::string_view axis_key,
                   dsp::Audiogram& value,
                   dsp::ValueRange range_db) override;

private:
    void add(std::string_view key, std::string value) {
        entries_.push_back({.section = sections_.back(), .key = key, .value = std::move(value)});
    }

    std::vector<StateEntry>& entries_;
    std::vector<std::string> sections_;
};

void Writer::smearing(std::string_view key, dsp::StateSmearing& value) {
    const auto degree =
        std::ranges::find_if(dsp::kNamedSmearings, [&](const dsp::NamedSmearing& candidate) {
            return candidate.lower == value.lower && candidate.upper == value.upper;
        });
    add(key, degree != dsp::kNamedSmearings.end()
                 ? toml_text(degree->name)
                 : "[" + digits(value.lower) + ", " + digits(value.upper) + "]");
}

void Writer::audiogram(std::string_view key,
                       std::string_view axis_key,
                       dsp::Audiogram& value,
                       dsp::ValueRange /*range_db*/) {
    std::string points;
    for (const dsp::AudiogramPoint& point : value.points()) {
        points += points.empty() ? "" : ", ";
        points += "[" + digits(point.hz) + ", " + digits(point.db) + "]";
    }
    add(key, "[" + points + "]");
    add(axis_key, toml_text(kAxisNames.at(static_cast<std::size_t>(value.axis()))));
}

[[nodiscard]] std::vector<StateEntry> entries_of(dsp::HearingSettings settings, bool alike) {
    std::vector<StateEntry> entries;
    Writer shared(entries, "");
    visit_shared(shared, settings);
    Writer left(entries, alike ? "both" : "left");
    visit_ear(left, settings.left);
    if (!alike) {
        Writer right(entries, "right");
        visit_ear(right, settings.right);
    }
    // TOML wants a section's own keys together, and those without one first.
    std::ranges::stable_sort(entries, {}, &StateEntry::section);
    return entries;
}

}  // namespace

std::vector<StateEntry> state_entries(const dsp::HearingSettings& settings) {
    return entries_of(settings, settings.left == settings.right);
}

std::string format_state(const StateDefinition& state) {
    const dsp::HearingStateCard& card = state.card;
    std::string text;
    const auto line = [&text](std::string_view key, const std::string& value) {
        text += std::string(key) + " = " + value + "\n";
    };
    line("label", toml_text(card.label));
    line("caption", toml_text(card.caption));
    line("description", toml_text(card.description));
    line("not_this", toml_text(card.not_this));
    std::string sources;
    for (const std::string& source : card.sources) {
        sources += (sources.empty() ? "" : ", ") + toml_text(source);
    }
    line("sources", "[" + sources + "]");
    line("safety", toml_text(dsp::kSafetyRatingNames.at(static_cast<std::size_t>(card.safety))));
    if (!card.safety_note.empty()) {
        line("safety_note", toml_text(card.safety_note));
    }
    const bool alike = state.settings.left == state.settings.right;
    const std::vector<StateEntry> full = entries_of({}, alike);
    const std::vector<StateEntry> entries = entries_of(state.settings, alike);
    std::string section;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const StateEntry& entry = entries[i];
        if (entry.value == full[i].value) {
            continue;
        }
        if (entry.section != section) {
            section = entry.section;
            text += "\n[" + section + "]\n";
        }
        line(entry.key, entry.value);
    }
    return text;
}

}  // namespace earshot::show
