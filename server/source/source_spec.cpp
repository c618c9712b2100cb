#include "server/source/source_spec.hpp"

#include <algorithm>
#include <array>

namespace earshot::source {
namespace {

using Kind = SourceSpec::Kind;

struct Form {
    std::string_view word;
    Kind kind;
    bool named;                     ///< Takes a name after a colon.
    std::string_view default_name;  ///< Used where the name is left out; empty: it must be there.
    std::string_view example;
};

constexpr std::array<Form, 7> kForms{{
    {"file", Kind::file, true, "", "file:film.flac"},
    {"fifo", Kind::fifo, true, "", "fifo:/run/earshot/in"},
    {"stdin", Kind::stdin_stream, false, "", ""},
    {"alsa", Kind::alsa, true, "default", "alsa:hw:1"},
    {"pulse", Kind::pulse, true, "@DEFAULT_SOURCE@", "pulse:room.monitor"},
    {"tone", Kind::tone, false, "", ""},
    {"demo", Kind::demo, false, "", ""},
}};

Failure refuse(std::string_view text, std::string_view reason) {
    return {.code = Errc::bad_value,
            .text = "source \"" + std::string{text} + "\": " + std::string{reason}};
}

}  // namespace

Expected<SourceSpec> parse_source_spec(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    const auto* form = std::find_if(kForms.begin(), kForms.end(),
                                    [&](const Form& one) { return one.word == word; });
    if (form == kForms.end()) {
        return refuse(text, "expected " + std::string{kSourceForms});
    }
    if (!form->named) {
        if (colon != std::string_view::npos) {
            return refuse(text, std::string{'"'}.append(word) + "\" takes no name");
        }
        return SourceSpec{.kind = form->kind, .name = {}};
    }
    std::string_view name = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    if (name.empty()) {
        name = form->default_name;
    }
    if (name.empty()) {
        return refuse(text, "a path is missing, as in " + std::string{form->example});
    }
    if (name.find('\0') != std::string_view::npos) {
        return refuse("...", "a name cannot hold a zero byte");
    }
    return SourceSpec{.kind = form->kind, .name = std::string{name}};
}

}  // namespace earshot::source
