#pragma once

#include "server/tools/offline_render.hpp"

#include <array>
#include <vector>

namespace earshot::tools::test {

using Stereo = std::array<std::vector<float>, 2>;

inline void append(Stereo& sound, audio::ConstBlockView block) {
    for (std::size_t channel = 0; channel < sound.size(); ++channel) {
        const auto samples = block.channel(static_cast<int>(channel));
        sound[channel].insert(sound[channel].end(), samples.begin(), samples.end());
    }
}

/// Keeps both sounds.
class Collector final : public RenderListener {
public:
    void before(audio::ConstBlockView block) override { append(in, block); }
    bool after(audio::ConstBlockView block) override {
        append(out, block);
        return static_cast<std::int64_t>(out[0].size()) < most_frames;
    }

    Stereo in;
    Stereo out;
    std::int64_t most_frames = 1'000'000'000;
};

}  // namespace earshot::tools::test
