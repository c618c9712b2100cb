// read_show() on any text: a show that keeps its promises, or one line that says where it does not.

#include "common/base/assert.hpp"
#include "common/show/show.hpp"
#include "common/show/show_reader.hpp"
#include "common/show/state_library.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace {

using namespace earshot;
using namespace std::string_view_literals;

void check_cue(const show::Show& show, const show::Cue& cue) {
    const auto shortest = cue.sudden ? show::kShortestSuddenFade : dsp::kShortestFade;
    EARSHOT_ASSERT(cue.fade >= shortest && cue.fade <= dsp::kLongestFade);
    EARSHOT_ASSERT(cue.intensity >= 0.0 && cue.intensity <= 1.0);
    EARSHOT_ASSERT(!cue.sudden || !show.content_notice.empty());
    EARSHOT_ASSERT(cue.perspective != show::kObjective && !cue.number.empty());
    EARSHOT_ASSERT(show.states->find(cue.state) != nullptr);
    EARSHOT_ASSERT(std::ranges::find(show.perspectives, cue.perspective, &show::Perspective::id) !=
                   show.perspectives.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const auto presets = std::make_shared<const show::StateLibrary>();
    const auto show = show::read_show(text, {.name = "f", .folder = "/f", .presets = presets});
    if (!show) {
        const std::string& why = show.failure().text;
        EARSHOT_ASSERT(why.starts_with("f:"));
        EARSHOT_ASSERT(std::ranges::none_of(
            why, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
        return 0;
    }
    EARSHOT_ASSERT(!show->title.empty() && !show->rights.empty());
    EARSHOT_ASSERT(!show->perspectives.empty() && show->perspectives.size() <= 8);
    EARSHOT_ASSERT(show->perspectives.front().id == show::kObjective);
    EARSHOT_ASSERT(show->programme.gain_db >= -40.0 && show->programme.gain_db <= 12.0);
    for (const show::Cue& cue : show->cues) {
        check_cue(*show, cue);
    }
    EARSHOT_ASSERT(!show::describe(*show).empty());
    return 0;
}
