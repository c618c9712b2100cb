#pragma once

#include "common/audio/block.hpp"
#include "common/base/time.hpp"
#include "tests/support/signals.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace earshot::test {

/// One second of a stereo programme, in packets: what every benchmark is timed on.
[[nodiscard]] inline std::vector<audio::Block> one_second() {
    constexpr int kPacket = static_cast<int>(kPacketFrames.count());
    const Audio sound = busy_programme(kSampleRateHz, 2, 1.0, 1);
    std::vector<audio::Block> blocks;
    for (int first = 0; first < kSampleRateHz; first += kPacket) {
        audio::Block& block = blocks.emplace_back(2, kPacket);
        for (int channel = 0; channel < 2; ++channel) {
            const auto from = sound.channel(static_cast<std::size_t>(channel))
                                  .subspan(static_cast<std::size_t>(first), kPacket);
            std::copy(from.begin(), from.end(), block.channel(channel).begin());
        }
    }
    return blocks;
}

}  // namespace earshot::test
