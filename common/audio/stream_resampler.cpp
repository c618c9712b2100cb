#include "common/audio/stream_resampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace earshot::audio {
namespace {

constexpr int kHalf = PolyphaseResampler::kTaps / 2;
constexpr double kSlowest = 0.5;
constexpr double kFastest = 2.0;

}  // namespace

StreamResampler::StreamResampler(int channels, int max_block_frames)
    : kernel_(channels),
      history_(channels, 2 * std::clamp(max_block_frames, 1, 1 << 24) + 3 * kHalf),
      max_block_frames_(max_block_frames) {
    if (max_block_frames < 1 || max_block_frames > (1 << 24)) {
        throw std::invalid_argument("StreamResampler: blocks of at least one frame");
    }
    reset();
}

void StreamResampler::reset() noexcept {
    history_.clear();
    filled_ = kHalf - 1;
    position_ = kHalf - 1;
    ratio_ = 0.0;
}

double StreamResampler::position(int out_frames, double ratio, int n) const noexcept {
    const double from = ratio_ > 0.0 ? ratio_ : ratio;
    return PolyphaseResampler::ramped_position(position_, from, ratio, out_frames, n);
}

int StreamResampler::needed(int out_frames, double ratio) const noexcept {
    if (out_frames <= 0) {
        return 0;
    }
    const auto last = static_cast<int>(std::floor(position(out_frames, ratio, out_frames - 1)));
    return std::max(0, last + kHalf + 1 - filled_);
}

int StreamResampler::process(ConstBlockView in,
                             BlockView out,
                             double ratio,
                             int* consumed) noexcept {
    EARSHOT_ASSERT(in.channels() == history_.channels() && out.frames() <= max_block_frames_);
    EARSHOT_ASSERT(ratio >= kSlowest && ratio <= kFastest);
    const int frames = out.frames();
    const int taken = std::min(needed(frames, ratio), in.frames());
    copy(in.part(0, taken), history_.view().part(filled_, taken));
    filled_ += taken;
    if (consumed != nullptr) {
        *consumed = taken;
    }
    int made = frames;
    while (made > 0 && position(frames, ratio, made - 1) >= filled_ - kHalf) {
        --made;
    }
    if (made == 0) {
        return 0;
    }
    const double first = ratio_ > 0.0 ? ratio_ : ratio;
    const double last = first + (ratio - first) * made / frames;
    kernel_.process_ramped(ConstBlockView{history_.view()}.part(0, filled_), position_, first, last,
                           out.part(0, made));
    position_ = PolyphaseResampler::ramped_position(position_, first, last, made, made);
    ratio_ = last;

    const int passed = static_cast<int>(std::floor(position_)) - (kHalf - 1);
    if (passed > 0) {
        // A fast ratio may leave the next position beyond the input that is here.
        const int dropped = std::min(passed, filled_);
        for (int c = 0; c < history_.channels(); ++c) {
            const auto channel = history_.channel(c);
            std::copy(channel.begin() + dropped, channel.begin() + filled_, channel.begin());
        }
        filled_ -= dropped;
        position_ -= dropped;
    }
    return made;
}

}  // namespace earshot::audio
