#include "common/dsp/delay_line.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace earshot::dsp {

using audio::kListenerChannels;

DelayLine::DelayLine(int frames)
    : ring_(kListenerChannels, static_cast<int>(std::bit_ceil(static_cast<unsigned>(frames)))),
      mask_(ring_.frames() - 1) {}

void DelayLine::write(audio::ConstBlockView in) noexcept {
    const int dropped = std::max(0, in.frames() - ring_.frames());
    written_ += dropped;
    for (int done = dropped; done < in.frames();) {
        const int at = static_cast<int>(written_ & mask_);
        const int count = std::min(in.frames() - done, ring_.frames() - at);
        audio::copy(in.part(done, count), ring_.view().part(at, count));
        done += count;
        written_ += count;
    }
}

void DelayLine::read(std::int64_t first, audio::BlockView out) const noexcept {
    EARSHOT_ASSERT(first + out.frames() <= written_);
    int done = static_cast<int>(std::clamp<std::int64_t>(-first, 0, out.frames()));
    audio::clear(out.part(0, done));
    EARSHOT_ASSERT(done == out.frames() || first + done >= written_ - ring_.frames());
    while (done < out.frames()) {
        const int at = static_cast<int>((first + done) & mask_);
        const int count = std::min(out.frames() - done, ring_.frames() - at);
        audio::copy(ring_.view().part(at, count), out.part(done, count));
        done += count;
    }
}

void DelayLine::reset() noexcept {
    ring_.clear();
    written_ = 0;
}

}  // namespace earshot::dsp
