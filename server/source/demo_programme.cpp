#include "server/source/demo_programme.hpp"

#include "server/source/demo/arrangement.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace earshot::source {
namespace {

constexpr float kReverberationSeconds = 1.1F;
constexpr float kPeakDbtp = -6.0F;

}  // namespace

DemoProgramme::DemoProgramme() : canvas_(demo::kSeconds) {
    demo::paint(canvas_);
    canvas_.sound_room(kReverberationSeconds, 0.6F);
    canvas_.normalise(kPeakDbtp);
}

std::optional<Frames> DemoProgramme::length() const {
    return Frames{static_cast<std::int64_t>(canvas_.left().size())};
}

bool DemoProgramme::read(ProgrammeTime at, audio::BlockView out) {
    EARSHOT_ASSERT(out.channels() == 2);
    audio::clear(out);
    const auto size = static_cast<std::int64_t>(canvas_.left().size());
    const std::int64_t first = at.time_since_epoch().count();
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, size);
    const std::int64_t end = std::clamp<std::int64_t>(first + out.frames(), 0, size);
    if (begin < end) {
        const auto from = static_cast<std::size_t>(begin);
        const auto count = static_cast<std::size_t>(end - begin);
        const std::ptrdiff_t to = begin - first;
        std::copy_n(canvas_.left().data() + from, count, out.channel(0).data() + to);
        std::copy_n(canvas_.right().data() + from, count, out.channel(1).data() + to);
    }
    return true;
}

}  // namespace earshot::source
