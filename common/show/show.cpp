#include "common/show/show.hpp"

#include "common/show/show_reader.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

namespace earshot::show {
namespace {

[[nodiscard]] Expected<Show> read_with_built_in_states(std::string_view toml, ReadRules rules) {
    const std::vector<dsp::HearingStateCard> cards = dsp::builtin_states();
    std::vector<std::string_view> states;
    states.reserve(cards.size());
    for (const dsp::HearingStateCard& card : cards) {
        states.emplace_back(card.id);
    }
    rules.states = states;
    return read_show(toml, rules);
}

}  // namespace

Expected<Show> load_show(const std::filesystem::path& file) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(file, error);
    if (error || !std::filesystem::is_regular_file(whole, error)) {
        return Failure{Errc::not_found, file.string() + ": expected a show file, found none"};
    }
    std::ifstream stream(whole, std::ios::binary);
    // One byte more than allowed, so that "too large" is seen without reading it all.
    std::string text(kMaxShowBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || (!stream.eof() && stream.fail())) {
        return Failure{Errc::io_failed, file.string() + ": cannot be read"};
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    const std::string name = file.string();
    return read_with_built_in_states(
        text,
        {.name = name, .folder = whole.parent_path(), .states = {}, .files_must_exist = true});
}

Expected<Show> parse_show(std::string_view toml,
                          std::string_view name,
                          const std::filesystem::path& folder) {
    return read_with_built_in_states(
        toml, {.name = name, .folder = folder, .states = {}, .files_must_exist = false});
}

Show show_for_source(std::string_view source) {
    Show show;
    show.title = std::string(source);
    show.rights = "as the person who started the server answers for";
    show.programme.source = std::string(source);
    show.perspectives.push_back({.id = std::string(kObjective), .title = "Full hearing"});
    show.default_perspective = std::string(kObjective);
    return show;
}

std::string describe(const Show& show) {
    std::string text = "show         " + show.title + "\nrights       " + show.rights +
                       "\nprogramme    " + show.programme.source;
    for (const Layer& layer : show.programme.layers) {
        text += "\nlayer        " + layer.name + ": " + layer.file.string();
    }
    for (const Perspective& perspective : show.perspectives) {
        const auto cues = std::ranges::count(show.cues, perspective.id, &Cue::perspective);
        text += "\nperspective  " + perspective.id + " (" + perspective.title + "), starts in " +
                perspective.state + ", " + std::to_string(cues) + (cues == 1 ? " cue" : " cues");
        text += perspective.id == show.default_perspective ? ", default" : "";
    }
    for (const Cue& cue : show.cues) {
        text += "\ncue          " + cue.number + "  " +
                (cue.at ? format_programme_time(*cue.at) : "by hand     ") + "  " +
                cue.perspective + " -> " + cue.state +
                (cue.intensity < 1.0
                     ? " at " + std::to_string(std::lround(cue.intensity * 100.0)) + " %"
                     : "") +
                ", fade " + std::to_string(cue.fade.count()) + " ms" +
                (cue.sudden ? ", sudden" : "");
    }
    return text + "\n";
}

}  // namespace earshot::show
