#include "server/source/stereo_frame.hpp"

#include <algorithm>

namespace earshot::source {
namespace {

/// A smooth step, 0 at 0 and 1 at 1, flat at both ends: no corner, so no click.
float smooth(float x) noexcept {
    return x * x * (3.0F - 2.0F * x);
}

}  // namespace

int fade_in(audio::BlockView block, int done, int over) noexcept {
    const int frames = std::clamp(over - done, 0, block.frames());
    for (int c = 0; c < block.channels(); ++c) {
        int n = done;
        for (float& sample : block.part(0, frames).channel(c)) {
            ++n;
            sample *= smooth(static_cast<float>(n) / static_cast<float>(over));
        }
    }
    return done + frames;
}

void fade_out(audio::BlockView block) noexcept {
    const auto frames = static_cast<float>(block.frames());
    for (int c = 0; c < block.channels(); ++c) {
        float n = frames - 1.0F;
        for (float& sample : block.channel(c)) {
            sample *= smooth(n / frames);
            n -= 1.0F;
        }
    }
}

}  // namespace earshot::source
