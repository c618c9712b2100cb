#include "common/show/show_reader.hpp"

#include "common/show/state_library.hpp"
#include "common/show/suggest.hpp"
#include "common/show/toml_reader.hpp"
#include "common/show/webvtt.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace earshot::show {
namespace {

using namespace std::string_view_literals;

constexpr std::array kRootKeys{"title"sv,     "rights"sv,      "content_notice"sv,
                               "programme"sv, "perspective"sv, "default_perspective"sv,
                               "cue"sv,       "states"sv,      "captions"sv};
constexpr std::array kProgrammeKeys{"source"sv, "gain_db"sv, "fps"sv, "layer"sv};
constexpr std::array kLayerKeys{"name"sv, "file"sv};
constexpr std::array kPerspectiveKeys{"id"sv, "title"sv, "state"sv, "intensity"sv};
constexpr std::array kCueKeys{"number"sv,      "name"sv,   "at"sv,        "manual"sv,
                              "perspective"sv, "state"sv,  "intensity"sv, "fade"sv,
                              "curve"sv,       "sudden"sv, "caption"sv,   "note"sv};
constexpr std::array kCaptionKeys{"language"sv, "label"sv, "file"sv};
constexpr std::array kCurves{"quintic"sv, "linear"sv};
constexpr std::array kSourceKinds{"file"sv,  "fifo"sv, "stdin"sv, "alsa"sv,
                                  "pulse"sv, "tone"sv, "demo"sv};
/// Those that can be read at any position, which layers beside them need.
constexpr std::array kReadSources{"file"sv, "tone"sv, "demo"sv};
constexpr std::size_t kShortTextBytes = 120;  ///< Names and titles: one line on a phone.
constexpr std::size_t kLineTextBytes = 300;   ///< Captions.
constexpr std::size_t kLongTextBytes = 4000;  ///< Notes, notices, rights, paths.
constexpr std::size_t kNumberBytes = 16;
constexpr std::size_t kLanguageBytes = 35;  ///< RFC 5646, 4.4.1.
/// What the summary of all cues may take of one envelope to a listener.
constexpr std::size_t kMaxSummaryBytes = 224 * 1024;

/// The form of a BCP 47 tag (RFC 5646, 2.1): letters first, then parts of 1 to 8 letters or digits.
[[nodiscard]] bool is_language_tag(std::string_view tag) noexcept {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::size_t length = 0;
    bool first = true;
    for (const char c : tag) {
        if (c == '-') {
            if (length == 0 || (first && length < 2)) {
                return false;
            }
            first = false;
            length = 0;
        } else if (++length > 8 || !(is_letter(c) || (!first && c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return length >= (first ? 2U : 1U);
}

class Reader : private TomlReader {
public:
    explicit Reader(const ReadRules& rules) : TomlReader(rules.name), rules_(rules) {}
    [[nodiscard]] Show read(const toml::table& root);

private:
    [[nodiscard]] Programme programme(const toml::table& root) const;
    [[nodiscard]] dsp::LayerName layer_name(const toml::node& node) const;
    [[nodiscard]] std::string source(const toml::node& node) const;
    [[nodiscard]] std::filesystem::path existing_file(const toml::node& node,
                                                      const std::string& file,
                                                      std::string_view what = "a sound file") const;
    [[nodiscard]] std::shared_ptr<const StateLibrary> states(const toml::table& root) const;
    void perspectives(const toml::table& root);
    [[nodiscard]] Perspective perspective(const toml::table& table) const;
    void captions(const toml::table& root);
    void cues(const toml::table& root);
    [[nodiscard]] Cue cue(const toml::table& table);
    void cue_time(const toml::table& table, Cue& cue) const;
    void cue_fade(const toml::table& table, Cue& cue) const;
    [[nodiscard]] std::string state(const toml::node& node) const;
    [[nodiscard]] std::string known_perspective(const toml::node& node, std::string_view key) const;
    void refuse_collisions(const toml::table& table, const Cue& cue);

    const ReadRules& rules_;
    Show show_;
    std::size_t summary_bytes_ = 0;
    std::map<std::string, toml::source_index> numbers_;  ///< Cue numbers and their lines.
    std::map<std::pair<std::string, ProgrammeTime>, std::string> times_;  ///< Whose cue is when.
};

Show Reader::read(const toml::table& root) {
    known_keys_only(root, kRootKeys, "the show");
    show_.title = text_of(required(root, "title", "the show's title"), "title", kShortTextBytes);
    const toml::node& rights =
        required(root, "rights", "who permits this use of the sound, for example \"own work\"");
    show_.rights = text_of(rights, "rights", kLongTextBytes, Lines::many);
    if (show_.title.empty() || show_.rights.empty()) {
        refuse(show_.title.empty() ? root.get("title")->source() : rights.source(),
               show_.title.empty() ? "\"title\": expected text, not nothing"
                                   : "\"rights\": expected text, not nothing");
    }
    show_.content_notice = text(root, "content_notice", kLongTextBytes, Lines::many);
    show_.programme = programme(root);
    show_.states = states(root);
    perspectives(root);
    show_.default_perspective = std::string(kObjective);
    if (const toml::node* node = root.get("default_perspective")) {
        show_.default_perspective = known_perspective(*node, "default_perspective");
    }
    cues(root);
    captions(root);
    return std::move(show_);
}

Programme Reader::programme(const toml::table& root) const {
    const toml::table* section = sub_table(root, "programme");
    if (section == nullptr) {
        refuse_line(1,
                    "section [programme] is missing; expected it with a source, for example "
                    "source = \"file:film.flac\"");
    }
    known_keys_only(*section, kProgrammeKeys, "[programme]");
    Programme programme;
    programme.source = source(required(*section, "source", "for example \"file:film.flac\""));
    programme.gain_db = number(*section, "gain_db", 0.0, -40.0, 12.0);
    if (const toml::node* fps = section->get("fps")) {
        const double value = number(*section, "fps", 0.0, 1.0, 120.0);
        if (!is_film_rate(value)) {
            refuse(fps->source(), "\"fps\": expected 23.976, 24, 25, 29.97 or 30",
                   Errc::out_of_range);
        }
        programme.fps = value;
    }
    each_table(*section, "layer", kMaxLayers, [&](const toml::table& table) {
        known_keys_only(table, kLayerKeys, "[[programme.layer]]");
        const toml::node& name = required(table, "name", "for example \"dialogue\"");
        Layer layer{.name = layer_name(name), .file = {}};
        if (std::ranges::find(programme.layers, layer.name, &Layer::name) !=
            programme.layers.end()) {
            refuse(name.source(), "there is a layer of this name already");
        }
        const toml::node& file = required(table, "file", "the layer's sound file");
        layer.file = existing_file(file, text_of(file, "file", kLongTextBytes));
        programme.layers.push_back(std::move(layer));
    });
    const std::string kind = programme.source.substr(0, programme.source.find(':'));
    if (!programme.layers.empty() && std::ranges::find(kReadSources, kind) == kReadSources.end()) {
        refuse(section->get("source")->source(),
               "layers are played beside a file; this source is " + kind);
    }
    return programme;
}

dsp::LayerName Reader::layer_name(const toml::node& node) const {
    const std::string name = text_of(node, "name", kShortTextBytes);
    const auto found = std::ranges::find(dsp::kLayerNames, name);
    if (found == dsp::kLayerNames.end() || name == "mix") {
        refuse(node.source(), name == "mix"
                                  ? "\"mix\" is the programme's source; a layer is one of "
                                    "dialogue, music, effects, body"
                                  : "layer \"" + name.substr(0, 60) +
                                        "\": expected one of dialogue, music, effects, "
                                        "body");
    }
    return static_cast<dsp::LayerName>(found - dsp::kLayerNames.begin());
}

std::shared_ptr<const StateLibrary> Reader::states(const toml::table& root) const {
    const toml::node* node = root.get("states");
    if (node == nullptr && rules_.presets != nullptr) {
        return rules_.presets;
    }
    auto library = std::make_shared<StateLibrary>();
    if (node == nullptr) {
        return library;
    }
    const toml::array* names = node->as_array();
    if (names == nullptr || names->empty() || names->size() > kMaxUserStates) {
        refuse(node->source(), "\"states\": expected 1 to " + std::to_string(kMaxUserStates) +
                                   " state files, for example [\"her_hearing.toml\"]");
    }
    if (!rules_.files_must_exist) {
        refuse(node->source(), "\"states\": a show that is no file cannot name state files",
               Errc::not_supported);
    }
    std::vector<std::filesystem::path> files;
    for (const toml::node& name : *names) {
        files.push_back(rules_.folder / text_of(name, "states", kLongTextBytes));
    }
    if (const auto failure = library->add_files(files)) {
        refuse(node->source(), failure->text, failure->code);
    }
    return library;
}

std::string Reader::source(const toml::node& node) const {
    std::string spec = text_of(node, "source", kLongTextBytes);
    const std::size_t colon = spec.find(':');
    const std::string kind = spec.substr(0, colon);
    const bool takes_path = kind == "file" || kind == "fifo";
    const bool takes_name = takes_path || kind == "alsa" || kind == "pulse";
    const bool has_rest = colon != std::string::npos && colon + 1 < spec.size();
    if (std::ranges::find(kSourceKinds, kind) == kSourceKinds.end() ||
        (takes_name ? !has_rest : colon != std::string::npos)) {
        refuse(node.source(), "source \"" + spec.substr(0, 60) +
                                  "\": expected file:PATH, fifo:PATH, stdin, alsa:DEVICE, "
                                  "pulse:SOURCE, tone or demo");
    }
    if (!takes_path) {
        return spec;
    }
    const std::string path = spec.substr(colon + 1);
    return kind + ":" +
           (kind == "file" ? existing_file(node, path) : (rules_.folder / path).lexically_normal())
               .string();
}

std::filesystem::path Reader::existing_file(const toml::node& node,
                                            const std::string& file,
                                            std::string_view what) const {
    if (file.empty()) {
        refuse(node.source(), "expected the name of " + std::string(what) + ", not nothing");
    }
    std::filesystem::path path = (rules_.folder / file).lexically_normal();
    std::error_code ignored;
    if (rules_.files_must_exist && !std::filesystem::is_regular_file(path, ignored)) {
        refuse(node.source(),
               "expected " + std::string(what) + " at " + path.string() + ", found none",
               Errc::not_found);
    }
    return path;
}

void Reader::perspectives(const toml::table& root) {
    // Room for `objective`, which a show need not write down.
    std::set<std::string> ids;
    each_table(root, "perspective", kMaxPerspectives, [&](const toml::table& table) {
        Perspective perspective = this->perspective(table);
        if (!ids.insert(perspective.id).second) {
            refuse(table.source(), "perspective \"" + perspective.id + "\" is there twice");
        }
        show_.perspectives.push_back(std::move(perspective));
    });
    const auto objective = std::ranges::find(show_.perspectives, kObjective, &Perspective::id);
    if (objective == show_.perspectives.end()) {
        if (show_.perspectives.size() == kMaxPerspectives) {
            refuse_line(root.get("perspective")->source().begin.line,
                        "expected at most " + std::to_string(kMaxPerspectives) +
                            " perspectives, \"objective\" (always there) included",
                        Errc::too_many);
        }
        show_.perspectives.insert(show_.perspectives.begin(),
                                  {.id = std::string(kObjective), .title = "Full hearing"});
    } else {
        std::rotate(show_.perspectives.begin(), objective, std::next(objective));
    }
}

Perspective Reader::perspective(const toml::table& table) const {
    known_keys_only(table, kPerspectiveKeys, "[[perspective]]");
    const toml::node& id_node = required(table, "id", "for example \"subjective\"");
    Perspective perspective;
    perspective.id = text_of(id_node, "id", 32);
    const bool plain = std::ranges::all_of(perspective.id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    if (perspective.id.empty() || !plain) {
        refuse(id_node.source(), "perspective \"" + perspective.id +
                                     "\": expected lower-case letters, digits, '-' and '_'");
    }
    perspective.title = text(table, "title", kShortTextBytes);
    if (perspective.title.empty()) {
        perspective.title = perspective.id;
    }
    if (const toml::node* node = table.get("state")) {
        perspective.state = state(*node);
        if (perspective.id == kObjective && perspective.state != "full") {
            refuse(node->source(),
                   "perspective \"objective\": expected state \"full\", because panic and exit "
                   "lead there");
        }
    }
    perspective.intensity = number(table, "intensity", 1.0, 0.0, 1.0);
    return perspective;
}

std::string Reader::known_perspective(const toml::node& node, std::string_view key) const {
    std::string id = text_of(node, key, kShortTextBytes);
    std::vector<std::string_view> ids;
    for (const Perspective& perspective : show_.perspectives) {
        ids.emplace_back(perspective.id);
    }
    if (std::ranges::find(ids, id) == ids.end()) {
        const std::string_view near = nearest_word(id, ids);
        refuse(node.source(),
               "there is no perspective \"" + id + "\"" +
                   (near.empty() ? "; there are: " + joined(ids)
                                 : "; did you mean \"" + std::string(near) + "\"?"),
               Errc::not_found);
    }
    return id;
}

std::string Reader::state(const toml::node& node) const {
    std::string id = text_of(node, "state", kShortTextBytes);
    const auto found = show_.states->get(id);
    if (!found) {
        refuse(node.source(), found.failure().text, found.failure().code);
    }
    return id;
}

void Reader::captions(const toml::table& root) {
    each_table(root, "captions", kMaxCaptionTracks, [&](const toml::table& table) {
        known_keys_only(table, kCaptionKeys, "[[captions]]");
        const toml::node& language = required(table, "language", "for example \"en\"");
        CaptionTrack track{.language = text_of(language, "language", kLanguageBytes),
                           .label = text(table, "label", kShortTextBytes),
                           .captions = {}};
        if (!is_language_tag(track.language)) {
            refuse(language.source(), "language \"" + track.language +
                                          "\": expected a tag such as \"en\" or \"pt-BR\"");
        }
        if (std::ranges::find(show_.captions, track.language, &CaptionTrack::language) !=
            show_.captions.end()) {
            refuse(language.source(), "there are captions in \"" + track.language + "\" already");
        }
        if (track.label.empty()) {
            track.label = track.language;
        }
        const toml::node& file = required(table, "file", "a WebVTT file");
        const auto path =
            existing_file(file, text_of(file, "file", kLongTextBytes), "a WebVTT file");
        if (rules_.files_must_exist) {
            auto read = load_webvtt(path);
            if (!read) {
                refuse(file.source(), read.failure().text, read.failure().code);
            }
            track.captions = std::move(*read);
        }
        show_.captions.push_back(std::move(track));
    });
}

void Reader::cues(const toml::table& root) {
    each_table(root, "cue", kMaxCues, [&](const toml::table& table) {
        Cue cue = this->cue(table);
        refuse_collisions(table, cue);
        show_.cues.push_back(std::move(cue));
    });
    std::ranges::stable_sort(
        show_.cues, [](const Cue& a, const Cue& b) { return a.at && (!b.at || *a.at < *b.at); });
}

Cue Reader::cue(const toml::table& table) {
    known_keys_only(table, kCueKeys, "[[cue]]");
    Cue cue;
    const toml::node& number_node = required(table, "number", "text such as \"12.5A\"");
    cue.number = text_of(number_node, "number", kNumberBytes);
    if (cue.number.empty()) {
        refuse(number_node.source(), "\"number\": expected text such as \"12.5A\", not nothing");
    }
    cue.name = text(table, "name", kShortTextBytes);
    cue.caption = text(table, "caption", kLineTextBytes);
    cue.note = text(table, "note", kLongTextBytes, Lines::many);
    const toml::node& where = required(table, "perspective", "the perspective that changes");
    cue.perspective = known_perspective(where, "perspective");
    if (cue.perspective == kObjective) {
        refuse(where.source(),
               "\"objective\" has no cues: it is full hearing throughout, because panic and exit "
               "lead there");
    }
    cue.state = state(required(table, "state", "a hearing state such as \"muffled_inner\""));
    cue.intensity = number(table, "intensity", 1.0, 0.0, 1.0);
    cue_time(table, cue);
    cue_fade(table, cue);
    return cue;
}

void Reader::cue_time(const toml::table& table, Cue& cue) const {
    const toml::node* at = table.get("at");
    const bool manual = flag(table, "manual");
    if ((at != nullptr) == manual) {
        refuse(table.source(), "cue \"" + cue.number +
                                   "\": expected either at = \"HH:MM:SS.mmm\" or manual = true");
    }
    if (at != nullptr) {
        const auto time =
            parse_programme_time(text_of(*at, "at", kShortTextBytes), show_.programme.fps);
        if (!time) {
            refuse(at->source(), time.failure().text, time.failure().code);
        }
        cue.at = *time;
    }
}

void Reader::cue_fade(const toml::table& table, Cue& cue) const {
    cue.sudden = flag(table, "sudden");
    if (cue.sudden && show_.content_notice.empty()) {
        refuse(table.get("sudden")->source(),
               "cue \"" + cue.number +
                   "\" is sudden; expected a content_notice at the top of the show");
    }
    if (const toml::node* curve = table.get("curve")) {
        const std::string name = text_of(*curve, "curve", kShortTextBytes);
        if (std::ranges::find(kCurves, name) == kCurves.end()) {
            refuse(curve->source(), "\"curve\": expected one of: " + joined(kCurves));
        }
        cue.curve = name == "linear" ? dsp::FadeCurve::linear : dsp::FadeCurve::quintic;
    }
    const toml::node* fade = table.get("fade");
    if (fade == nullptr) {
        return;
    }
    const auto shortest = cue.sudden ? kShortestSuddenFade : dsp::kShortestFade;
    const toml::value<std::int64_t>* ms = fade->as_integer();
    if (ms == nullptr || ms->get() < shortest.count() || ms->get() > dsp::kLongestFade.count()) {
        refuse(fade->source(),
               "\"fade\": expected whole milliseconds from " + std::to_string(shortest.count()) +
                   " to " + std::to_string(dsp::kLongestFade.count()) +
                   (cue.sudden ? " for a sudden cue" : ""),
               ms == nullptr ? Errc::bad_value : Errc::out_of_range);
    }
    cue.fade = std::chrono::milliseconds{ms->get()};
}

void Reader::refuse_collisions(const toml::table& table, const Cue& cue) {
    const auto [number, is_new] =
        numbers_.emplace(cue.number, table.get("number")->source().begin.line);
    if (!is_new) {
        refuse(table.get("number")->source(), "cue number \"" + cue.number +
                                                  "\" is already used in line " +
                                                  std::to_string(number->second));
    }
    if (cue.at) {
        const auto [other, alone] = times_.emplace(std::pair{cue.perspective, *cue.at}, cue.number);
        if (!alone) {
            refuse(table.get("at")->source(), "cues \"" + other->second + "\" and \"" + cue.number +
                                                  "\" change \"" + cue.perspective +
                                                  "\" at the same time; expected one of them");
        }
    }
    constexpr std::size_t kFixedBytes = 20;    // Tags, lengths, time.
    constexpr std::size_t kStateCaption = 48;  // Where the cue has none of its own.
    summary_bytes_ += kFixedBytes + cue.number.size() + cue.name.size() + cue.perspective.size() +
                      cue.state.size() + (cue.caption.empty() ? kStateCaption : cue.caption.size());
    if (summary_bytes_ > kMaxSummaryBytes) {
        refuse(table.source(),
               "the cues' names and captions together are too long for the listeners' screens; "
               "expected at most " +
                   std::to_string(kMaxSummaryBytes / 1024) + " KiB",
               Errc::payload_too_large);
    }
}

}  // namespace

Expected<Show> read_show(std::string_view toml, const ReadRules& rules) {
    return read_toml<Show>(toml, rules.name, kMaxShowBytes,
                           [&](const toml::table& root) { return Reader(rules).read(root); });
}

}  // namespace earshot::show
