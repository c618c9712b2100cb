#include "common/show/state_file.hpp"

#include "common/show/audiogram_csv.hpp"
#include "common/show/state_key_reader.hpp"
#include "common/show/suggest.hpp"
#include "common/show/toml_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace earshot::show {
namespace {

using namespace std::string_view_literals;

constexpr std::array kOwnKeys{"inherits"sv,    "label"sv,       "caption"sv,
                              "description"sv, "not_this"sv,    "sources"sv,
                              "safety"sv,      "safety_note"sv, "audiogram_csv"sv};
constexpr std::size_t kShortTextBytes = 120;  ///< Labels and names: one line on a phone.
constexpr std::size_t kLineTextBytes = 300;   ///< Captions and sources.
constexpr std::size_t kLongTextBytes = 4000;

class Reader : private TomlReader {
public:
    explicit Reader(const StateRules& rules) : TomlReader(rules.name), rules_(rules) {}
    [[nodiscard]] StateDefinition read(const toml::table& root);

private:
    [[nodiscard]] std::string where(const toml::node& node) const;
    void inherit(const toml::table& root);
    void card(const toml::table& root);
    void card_text(const toml::table& root,
                   std::string_view key,
                   std::string& text,
                   std::size_t max_bytes,
                   std::string_view meaning);
    void caption(const toml::table& root);
    void sources(const toml::table& root);
    void safety(const toml::table& root);
    void audiogram_file(const toml::table& root);
    void ears(StateKeyReader& keys);
    void fits_together(const toml::table& root) const;
    void implant_fits(const toml::table& root,
                      std::string_view side,
                      const dsp::StateEar& ear) const;

    const StateRules& rules_;
    StateDefinition state_;
};

StateDefinition Reader::read(const toml::table& root) {
    inherit(root);
    state_.card.id = std::string(rules_.id);
    card(root);
    audiogram_file(root);
    StateKeyReader keys(rules_.name, root);
    keys.expect(kOwnKeys);
    ears(keys);
    visit_shared(keys, state_.settings);
    keys.finish();
    fits_together(root);
    safety(root);
    return std::move(state_);
}

std::string Reader::where(const toml::node& node) const {
    return std::string(rules_.name) + ":" +
           std::to_string(std::max<toml::source_index>(node.source().begin.line, 1)) + ": ";
}

void Reader::inherit(const toml::table& root) {
    const toml::node* node = root.get("inherits");
    if (node == nullptr) {
        return;
    }
    const std::string id = text_of(*node, "inherits", kShortTextBytes);
    if (!rules_.base) {
        refuse(node->source(), "\"inherits\": there is nothing to inherit from here");
    }
    Expected<StateDefinition> base = rules_.base(id, where(*node));
    if (!base) {
        throw Refused{base.failure()};
    }
    state_ = std::move(*base);
    state_.inherits = id;
    // Everyone names their own state; the other words hold until they are replaced.
    state_.card.label.clear();
}

void Reader::card_text(const toml::table& root,
                       std::string_view key,
                       std::string& text,
                       std::size_t max_bytes,
                       std::string_view meaning) {
    const toml::node* node = root.get(key);
    if (node == nullptr && !text.empty()) {
        return;
    }
    node = &required(root, key, meaning);
    text = text_of(*node, key, max_bytes, max_bytes == kLongTextBytes ? Lines::many : Lines::one);
    if (text.empty()) {
        refuse(node->source(),
               "\"" + std::string(key) + "\": expected " + std::string(meaning) + ", not nothing");
    }
}

void Reader::card(const toml::table& root) {
    dsp::HearingStateCard& card = state_.card;
    card_text(root, "label", card.label, kShortTextBytes, "a short name of the state");
    card_text(root, "description", card.description, kLongTextBytes, "what it is, in plain words");
    card_text(root, "not_this", card.not_this, kLongTextBytes, "what the state is not");
    caption(root);
    sources(root);
}

void Reader::caption(const toml::table& root) {
    card_text(root, "caption", state_.card.caption, kLineTextBytes,
              "what screens show, such as \"[muffled: the drummer's hearing]\"");
    const std::string& text = state_.card.caption;
    if (text.size() < 3 || !text.starts_with('[') || !text.ends_with(']')) {
        refuse(root.get("caption")->source(),
               "\"caption\": expected text in [brackets], as captions of sounds are written");
    }
}

void Reader::sources(const toml::table& root) {
    const toml::node* node = root.get("sources");
    if (node == nullptr && !state_.card.sources.empty()) {
        return;
    }
    node = &required(root, "sources", "what the values rest on, [\"…\", \"…\"]");
    const toml::array* array = node->as_array();
    if (array == nullptr || array->empty() || array->size() > kMaxStateSources) {
        refuse(node->source(), "\"sources\": expected 1 to " + std::to_string(kMaxStateSources) +
                                   " texts in brackets, [\"…\", \"…\"]");
    }
    state_.card.sources.clear();
    for (const toml::node& element : *array) {
        state_.card.sources.push_back(text_of(element, "sources", kLineTextBytes));
        if (state_.card.sources.back().empty()) {
            refuse(element.source(), "\"sources\": expected text, not nothing");
        }
    }
}

void Reader::safety(const toml::table& root) {
    dsp::HearingStateCard& card = state_.card;
    const toml::node* node = root.get("safety");
    if (node == nullptr && state_.inherits.empty()) {
        node = &required(root, "safety", "one of: " + joined(dsp::kSafetyRatingNames));
    }
    if (node != nullptr) {
        const std::string word = text_of(*node, "safety", kShortTextBytes);
        const auto found = std::ranges::find(dsp::kSafetyRatingNames, word);
        if (found == dsp::kSafetyRatingNames.end()) {
            refuse(node->source(),
                   "\"safety\": expected one of: " + joined(dsp::kSafetyRatingNames));
        }
        card.safety = static_cast<dsp::SafetyRating>(found - dsp::kSafetyRatingNames.begin());
    }
    if (card.safety < least_rating(state_.settings)) {
        refuse((node != nullptr ? *node : static_cast<const toml::node&>(root)).source(),
               "\"safety\": expected \"intense\" or \"sudden\", because the state has ringing, "
               "hyperacusis or an implant");
    }
    if (root.contains("safety_note")) {
        card.safety_note = text(root, "safety_note", kLongTextBytes, Lines::many);
    }
    if (card.safety != dsp::SafetyRating::gentle && card.safety_note.empty()) {
        refuse((node != nullptr ? *node : static_cast<const toml::node&>(root)).source(),
               "\"safety_note\" is missing; expected what to tell people first, because the "
               "state is not gentle");
    }
}

void Reader::audiogram_file(const toml::table& root) {
    const toml::node* node = root.get("audiogram_csv");
    if (node == nullptr) {
        return;
    }
    const std::string file = text_of(*node, "audiogram_csv", kShortTextBytes);
    if (rules_.folder.empty()) {
        refuse(node->source(), "\"audiogram_csv\": there is no folder to read it from here",
               Errc::not_supported);
    }
    // A state file may come from somebody else: it must not read what lies elsewhere.
    if (file.empty() || file.starts_with('.') || file.find('/') != std::string::npos) {
        refuse(node->source(),
               "\"audiogram_csv\": expected the name of a file in the state file's own folder");
    }
    const auto ears = load_audiogram_csv(rules_.folder / file);
    if (!ears) {
        if (ears.failure().code == Errc::not_found) {
            refuse(node->source(), ears.failure().text, Errc::not_found);
        }
        throw Refused{ears.failure()};
    }
    state_.settings.left.sensory = ears->left;
    state_.settings.right.sensory = ears->right;
}

void Reader::ears(StateKeyReader& keys) {
    for (const auto& [section, ear] :
         {std::pair{"both"sv, &state_.settings.left}, std::pair{"both"sv, &state_.settings.right},
          std::pair{"left"sv, &state_.settings.left},
          std::pair{"right"sv, &state_.settings.right}}) {
        if (keys.enter(section)) {
            visit_ear(keys, *ear);
            keys.leave();
        }
    }
}

void Reader::fits_together(const toml::table& root) const {
    implant_fits(root, "left", state_.settings.left);
    implant_fits(root, "right", state_.settings.right);
    const dsp::StateInnerBody& inner = state_.settings.inner;
    if (inner.programme_db &&
        *inner.programme_db + inner.occlusion_db > dsp::kMostInnerProgrammeDb) {
        const toml::node* section = root.get("inner");
        refuse((section == nullptr ? static_cast<const toml::node&>(root) : *section).source(),
               "[inner]: expected \"programme_db\" and \"occlusion_db\" together to be at most " +
                   plain_number(dsp::kMostInnerProgrammeDb),
               Errc::out_of_range);
    }
}

void Reader::implant_fits(const toml::table& root,
                          std::string_view side,
                          const dsp::StateEar& ear) const {
    if (ear.path != dsp::EarPath::implant && ear.path != dsp::EarPath::mix) {
        return;
    }
    // The nearest section to what does not fit; a base that fits by itself has none.
    const toml::node* section = root.get(side);
    if (section == nullptr) {
        section = root.get("both");
    }
    const toml::source_region& region =
        (section == nullptr ? static_cast<const toml::node&>(root) : *section).source();
    const dsp::StateImplant& implant = ear.implant;
    const std::string of = "implant of the " + std::string(side) + " ear: ";
    if (implant.strategy == dsp::ImplantKind::n_of_m && implant.selected > implant.channels) {
        refuse(region, of + "expected \"selected\" to be at most \"channels\", " +
                           std::to_string(implant.channels));
    }
    const bool spiral = implant.strategy == dsp::ImplantKind::spiral;
    if (spiral && (implant.pulse_hz || implant.ring != 0.0)) {
        refuse(region, of + "expected no pulse_hz and no ring, because spiral's carriers are plain "
                            "sines");
    }
    if (spiral && !implant.spread_db_oct) {
        refuse(region, of + "expected a spread_db_oct, because spiral needs one");
    }
    if (implant.spread_db_oct && !spiral && implant.strategy != dsp::ImplantKind::n_of_m) {
        refuse(region, of + "expected no spread_db_oct, because only spiral and n_of_m spread");
    }
}

[[nodiscard]] bool is_intense(const dsp::StateEar& ear) noexcept {
    const bool acoustic = ear.path == dsp::EarPath::acoustic || ear.path == dsp::EarPath::mix;
    return ear.tinnitus.kind != dsp::RingingKind::off ||
           (acoustic && ear.hyperacusis.slope > 1.0) || ear.path == dsp::EarPath::implant ||
           ear.path == dsp::EarPath::mix;
}

}  // namespace

dsp::SafetyRating least_rating(const dsp::HearingSettings& settings) noexcept {
    return is_intense(settings.left) || is_intense(settings.right) ? dsp::SafetyRating::intense
                                                                   : dsp::SafetyRating::gentle;
}

bool is_state_id(std::string_view id) noexcept {
    constexpr std::size_t kLongest = 32;
    return !id.empty() && id.size() <= kLongest && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

Expected<StateDefinition> read_state(std::string_view toml, const StateRules& rules) {
    return read_toml<StateDefinition>(
        toml, rules.name, kMaxStateBytes,
        [&](const toml::table& root) { return Reader(rules).read(root); });
}

}  // namespace earshot::show
