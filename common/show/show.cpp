#include "common/show/show.hpp"

#include "common/show/plain_text.hpp"
#include "common/show/show_reader.hpp"
#include "common/show/state_library.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace earshot::show {
Expected<Show> load_show(const std::filesystem::path& file) {
    const auto text = read_text_file(file, kMaxShowBytes, "a show file");
    if (!text) {
        return text.failure();
    }
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(file, error);
    if (error) {
        return Failure{Errc::io_failed, file.string() + ": its folder cannot be found"};
    }
    const std::string name = file.string();
    return read_show(*text,
                     {.name = name, .folder = whole.parent_path(), .files_must_exist = true});
}

Expected<Show> parse_show(std::string_view toml,
                          std::string_view name,
                          const std::filesystem::path& folder) {
    return read_show(toml, {.name = name, .folder = folder, .files_must_exist = false});
}

std::vector<dsp::LayerName> Programme::layer_names() const {
    std::vector<dsp::LayerName> names{dsp::LayerName::mix};
    for (const Layer& layer : layers) {
        names.push_back(layer.name);
    }
    return names;
}

Show show_for_source(std::string_view source) {
    Show show;
    show.title = std::string(source);
    show.rights = "as the person who started the server answers for";
    show.programme.source = std::string(source);
    show.states = std::make_shared<const StateLibrary>();
    show.perspectives.push_back({.id = std::string(kObjective), .title = "Full hearing"});
    show.default_perspective = std::string(kObjective);
    return show;
}

std::string describe(const Show& show) {
    std::string text = "show         " + show.title + "\nrights       " + show.rights +
                       "\nprogramme    " + show.programme.source;
    for (const Layer& layer : show.programme.layers) {
        text += "\nlayer        " +
                std::string(dsp::kLayerNames[static_cast<std::size_t>(layer.name)]) + ": " +
                layer.file.string();
    }
    for (const Perspective& perspective : show.perspectives) {
        const auto cues = std::ranges::count(show.cues, perspective.id, &Cue::perspective);
        text += "\nperspective  " + perspective.id + " (" + perspective.title + "), starts in " +
                perspective.state + ", " + std::to_string(cues) + (cues == 1 ? " cue" : " cues");
        text += perspective.id == show.default_perspective ? ", default" : "";
    }
    for (const CaptionTrack& track : show.captions) {
        text += "\ncaptions     " + track.language + " (" + track.label + "), " +
                std::to_string(track.captions.size()) +
                (track.captions.size() == 1 ? " caption" : " captions");
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
