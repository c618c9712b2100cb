// read_audiogram_csv() on any text: two audiograms in their ranges that are written and read the
// same, or one line that says where it does not.

#include "common/base/assert.hpp"
#include "common/show/audiogram_csv.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace {

using namespace earshot;

void check(const dsp::Audiogram& ear) {
    EARSHOT_ASSERT(!ear.points().empty());
    EARSHOT_ASSERT(ear.points().size() <= dsp::Audiogram::kMostPoints);
    double last_hz = 0.0;
    for (const dsp::AudiogramPoint& point : ear.points()) {
        EARSHOT_ASSERT(point.hz >= 20.0 && point.hz <= 20'000.0 && point.hz > last_hz);
        EARSHOT_ASSERT(point.db >= -20.0 && point.db <= 130.0);
        last_hz = point.hz;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto ears = show::read_audiogram_csv(text, "f");
    if (!ears) {
        const std::string& why = ears.failure().text;
        EARSHOT_ASSERT(why.starts_with("f:"));
        EARSHOT_ASSERT(std::ranges::none_of(
            why, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
        return 0;
    }
    check(ears->left);
    check(ears->right);
    const auto again = show::read_audiogram_csv(show::format_audiogram_csv(*ears), "g");
    EARSHOT_ASSERT(again.has_value());
    EARSHOT_ASSERT(again->left == ears->left && again->right == ears->right);
    return 0;
}
