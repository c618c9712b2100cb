#pragma once

#include "common/audio/block.hpp"

#include <cstddef>
#include <span>

namespace earshot::source {

/// One frame in a ring between a source thread and the engine; full scale 1.0.
struct StereoFrame {
    float left = 0.0F;
    float right = 0.0F;
};

/// @param out  Shape [2][frames.size()].
inline void to_planar(std::span<const StereoFrame> frames, audio::BlockView out) noexcept {
    const std::span<float> left = out.channel(0);
    const std::span<float> right = out.channel(1);
    for (std::size_t n = 0; n < frames.size(); ++n) {
        left[n] = frames[n].left;
        right[n] = frames[n].right;
    }
}

/// @param in  Shape [2][frames.size()].
inline void from_planar(audio::ConstBlockView in, std::span<StereoFrame> frames) noexcept {
    const std::span<const float> left = in.channel(0);
    const std::span<const float> right = in.channel(1);
    for (std::size_t n = 0; n < frames.size(); ++n) {
        frames[n] = {left[n], right[n]};
    }
}

/// Frames over which sound is brought down before a gap and up after it: 5 ms.
inline constexpr int kGapFadeFrames = 240;

/// Scales by a smooth rise from 0 to 1 that takes `over` frames, of which `done` lie before the
/// block; what comes after the rise stays as it is.
/// @return frames of the rise that are done now.
int fade_in(audio::BlockView block, int done, int over) noexcept;
/// Scales from 1 (exclusive) down to 0 over the whole block.
void fade_out(audio::BlockView block) noexcept;

}  // namespace earshot::source
