#include "common/show/state_key_reader.hpp"

#include "common/base/assert.hpp"
#include "common/show/suggest.hpp"

#include <algorithm>
#include <array>

namespace earshot::show {
namespace {

constexpr std::size_t kNameBytes = 60;
constexpr std::array<std::string_view, 10> kStandardAudiograms{"N1", "N2", "N3", "N4", "N5",
                                                               "N6", "N7", "S1", "S2", "S3"};

[[nodiscard]] std::string from_to(dsp::ValueRange range) {
    return "from " + plain_number(range.lowest) + " to " + plain_number(range.highest);
}

}  // namespace

StateKeyReader::StateKeyReader(std::string_view name, const toml::table& table) : toml_(name) {
    levels_.push_back({&table, "the state", {}});
}

void StateKeyReader::expect(std::span<const std::string_view> keys) {
    for (const std::string_view key : keys) {
        know(key);
    }
}

void StateKeyReader::know(std::string_view key) {
    std::vector<std::string_view>& known = levels_.back().known;
    if (std::ranges::find(known, key) == known.end()) {
        known.push_back(key);
    }
}

void StateKeyReader::finish() const {
    EARSHOT_ASSERT(levels_.size() == 1);
    toml_.known_keys_only(*levels_.front().table, levels_.front().known, levels_.front().name);
}

bool StateKeyReader::enter(std::string_view section) {
    know(section);
    const toml::table* table = toml_.sub_table(*levels_.back().table, section);
    if (table == nullptr) {
        return false;
    }
    const std::string outer =
        levels_.size() == 1 ? "["
                            : levels_.back().name.substr(0, levels_.back().name.size() - 1) + ".";
    levels_.push_back({table, outer + std::string(section) + "]", {}});
    return true;
}

void StateKeyReader::leave() {
    const Level& level = levels_.back();
    toml_.known_keys_only(*level.table, level.known, level.name);
    levels_.pop_back();
}

const toml::node* StateKeyReader::find(std::string_view key) {
    know(key);
    return levels_.back().table->get(key);
}

bool StateKeyReader::is_word(const toml::node& node, std::string_view word) const {
    const toml::value<std::string>* text = node.as_string();
    return text != nullptr && text->get() == word;
}

void StateKeyReader::number(std::string_view key, double& value, dsp::ValueRange range) {
    if (const toml::node* node = find(key)) {
        value = toml_.number_of(*node, key, range.lowest, range.highest);
    }
}

int StateKeyReader::whole_of(const toml::node& node,
                             std::string_view key,
                             dsp::ValueRange range,
                             std::string_view or_else) const {
    const toml::value<std::int64_t>* value = node.as_integer();
    // Every range lies far inside of what a double holds exactly.
    if (value == nullptr || !range.contains(static_cast<double>(value->get()))) {
        toml_.refuse(
            node.source(),
            in_quotes(key) + ": expected a whole number " + from_to(range) + std::string(or_else),
            value == nullptr ? Errc::bad_value : Errc::out_of_range);
    }
    return static_cast<int>(value->get());
}

void StateKeyReader::whole(std::string_view key, int& value, dsp::ValueRange range) {
    if (const toml::node* node = find(key)) {
        value = whole_of(*node, key, range, "");
    }
}

void StateKeyReader::number_or(std::string_view nothing,
                               std::string_view key,
                               std::optional<double>& value,
                               dsp::ValueRange range) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    if (is_word(*node, nothing)) {
        value.reset();
    } else if (node->is_number()) {
        value = toml_.number_of(*node, key, range.lowest, range.highest);
    } else {
        toml_.refuse(node->source(), in_quotes(key) + ": expected a number " + from_to(range) +
                                         ", or " + in_quotes(nothing));
    }
}

void StateKeyReader::whole_or(std::string_view nothing,
                              std::string_view key,
                              std::optional<int>& value,
                              dsp::ValueRange range) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    if (is_word(*node, nothing)) {
        value.reset();
    } else {
        value = whole_of(*node, key, range, ", or " + in_quotes(nothing));
    }
}

void StateKeyReader::flag(std::string_view key, bool& value) {
    if (const toml::node* node = find(key)) {
        value = toml_.flag_of(*node, key);
    }
}

const toml::array& StateKeyReader::pair_of(const toml::node& node,
                                           std::string_view key,
                                           std::string_view expected) const {
    const toml::array* array = node.as_array();
    if (array == nullptr || array->size() != 2) {
        toml_.refuse(node.source(), in_quotes(key) + ": expected " + std::string(expected));
    }
    return *array;
}

void StateKeyReader::band(std::string_view key, Edge low, Edge high) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    const toml::array& pair = pair_of(*node, key, "two frequencies, [low, high] in Hz");
    low.hz = toml_.number_of(pair[0], key, low.range.lowest, low.range.highest);
    high.hz = toml_.number_of(pair[1], key, high.range.lowest, high.range.highest);
    if (low.hz >= high.hz) {
        toml_.refuse(node->source(), in_quotes(key) + ": expected the lower frequency first",
                     Errc::out_of_range);
    }
}

std::size_t StateKeyReader::name_of(const toml::node& node,
                                    std::string_view key,
                                    std::span<const std::string_view> names) const {
    const std::string word = toml_.text_of(node, key, kNameBytes);
    const auto index = static_cast<std::size_t>(std::ranges::find(names, word) - names.begin());
    if (index == names.size()) {
        const std::string_view near = nearest_word(word, names);
        toml_.refuse(node.source(),
                     in_quotes(key) + ": " + in_quotes(word) + " is not known" +
                         (near.empty() ? "" : ", did you mean " + in_quotes(near) + "?") +
                         "; expected one of: " + joined(names));
    }
    return index;
}

void StateKeyReader::name(std::string_view key,
                          std::size_t& index,
                          std::span<const std::string_view> names) {
    if (const toml::node* node = find(key)) {
        index = name_of(*node, key, names);
    }
}

void StateKeyReader::smearing(std::string_view key, dsp::StateSmearing& value) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    if (node->is_string()) {
        std::array<std::string_view, dsp::kNamedSmearings.size()> names;
        std::ranges::transform(dsp::kNamedSmearings, names.begin(), &dsp::NamedSmearing::name);
        const dsp::NamedSmearing& degree = dsp::kNamedSmearings.at(name_of(*node, key, names));
        value.lower = degree.lower;
        value.upper = degree.upper;
        return;
    }
    const toml::array& pair =
        pair_of(*node, key, "none, mild, moderate, severe in quotes, or [lower, upper]");
    const dsp::ValueRange range = dsp::kSmearingBroadening;
    value.lower = toml_.number_of(pair[0], key, range.lowest, range.highest);
    value.upper = toml_.number_of(pair[1], key, range.lowest, range.highest);
}

void StateKeyReader::audiogram(std::string_view key,
                               std::string_view axis_key,
                               dsp::Audiogram& value,
                               dsp::ValueRange range_db) {
    auto axis = static_cast<std::size_t>(value.axis());
    name(axis_key, axis, kAxisNames);
    if (const toml::node* node = find(key)) {
        value = audiogram_of(*node, key, range_db);
    }
    // Copied, because points() looks into what is assigned to.
    const dsp::Audiogram points = value;
    value = dsp::Audiogram::make(points.points(), static_cast<dsp::Audiogram::Axis>(axis)).value();
}

dsp::Audiogram StateKeyReader::audiogram_of(const toml::node& node,
                                            std::string_view key,
                                            dsp::ValueRange range_db) const {
    if (node.is_string()) {
        const dsp::Audiogram standard = *dsp::standard_audiogram(
            kStandardAudiograms.at(name_of(node, key, kStandardAudiograms)));
        for (const dsp::AudiogramPoint& point : standard.points()) {
            if (!range_db.contains(point.db)) {
                toml_.refuse(node.source(),
                             in_quotes(key) + ": expected levels " + from_to(range_db),
                             Errc::out_of_range);
            }
        }
        return standard;
    }
    if (node.is_number()) {
        return dsp::Audiogram::flat(toml_.number_of(node, key, range_db.lowest, range_db.highest));
    }
    const toml::array* array = node.as_array();
    if (array == nullptr || array->empty()) {
        toml_.refuse(node.source(), in_quotes(key) +
                                        ": expected points [[Hz, dB], …], one number for all "
                                        "frequencies, or a name such as \"N3\"");
    }
    return points_of(*array, key, range_db);
}

dsp::Audiogram StateKeyReader::points_of(const toml::array& array,
                                         std::string_view key,
                                         dsp::ValueRange range_db) const {
    if (array.size() > dsp::Audiogram::kMostPoints) {
        toml_.refuse(array[dsp::Audiogram::kMostPoints].source(),
                     in_quotes(key) + ": expected at most " +
                         std::to_string(dsp::Audiogram::kMostPoints) + " points",
                     Errc::too_many);
    }
    std::vector<dsp::AudiogramPoint> points;
    for (const toml::node& element : array) {
        const toml::array& pair = pair_of(element, key, "points of two numbers, [Hz, dB]");
        const dsp::AudiogramPoint point{
            .hz = toml_.number_of(pair[0], std::string(key) + ", frequency", dsp::kHearingHz.lowest,
                                  dsp::kHearingHz.highest),
            .db = toml_.number_of(pair[1], std::string(key) + ", level", range_db.lowest,
                                  range_db.highest)};
        if (!points.empty() && point.hz <= points.back().hz) {
            toml_.refuse(element.source(),
                         in_quotes(key) + ": expected rising frequencies, found " +
                             plain_number(point.hz) + " after " + plain_number(points.back().hz),
                         Errc::out_of_range);
        }
        points.push_back(point);
    }
    return dsp::Audiogram::make(points).value();
}

}  // namespace earshot::show
