#include "server/source/stereo_frame.hpp"

namespace earshot::source {
namespace {

/// A smooth step, 0 at 0 and 1 at 1, flat at both ends: no corner, so no click.
float smooth(float x) noexcept {
    return x * x * (3.0F - 2.0F * x);
}

}  // namespace

void fade_in(audio::BlockView block) noexcept {
    const auto frames = static_cast<float>(block.frames());
    for (int c = 0; c < block.channels(); ++c) {
        float n = 1.0F;
        for (float& sample : block.channel(c)) {
            sample *= smooth(n / frames);
            n += 1.0F;
        }
    }
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
