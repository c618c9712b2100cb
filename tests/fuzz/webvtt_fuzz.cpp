// read_webvtt() on any text: captions in order within their limits, or one line that says where it
// does not.

#include "common/base/assert.hpp"
#include "common/base/utf8.hpp"
#include "common/show/webvtt.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace {

using namespace earshot;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void check(const show::Caption& caption) {
    EARSHOT_ASSERT(caption.from >= ProgrammeTime{} && caption.to > caption.from);
    EARSHOT_ASSERT(!caption.text.empty() && is_utf8(caption.text) && is_utf8(caption.speaker));
    EARSHOT_ASSERT(caption.text.size() + caption.speaker.size() <= show::kMaxCaptionBytes);
    EARSHOT_ASSERT(std::ranges::none_of(caption.speaker, is_control));
    EARSHOT_ASSERT(
        std::ranges::none_of(caption.text, [](char c) { return is_control(c) && c != '\n'; }));
    EARSHOT_ASSERT(caption.text.find("\n\n") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto captions = show::read_webvtt(text, "f");
    if (!captions) {
        const std::string& why = captions.failure().text;
        EARSHOT_ASSERT(why.starts_with("f:"));
        EARSHOT_ASSERT(std::ranges::none_of(why, is_control));
        return 0;
    }
    EARSHOT_ASSERT(captions->size() <= show::kMaxCaptions);
    EARSHOT_ASSERT(std::ranges::is_sorted(*captions, {}, &show::Caption::from));
    std::ranges::for_each(*captions, check);
    return 0;
}
