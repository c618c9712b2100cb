#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// The latest frames of a voice, by their number.
/// Thread: one owner. Real-time: yes.
class KeptSound {
public:
    /// Frames that stay readable.
    static constexpr int kFrames = 256;

    /// Silence, whatever the number.
    void clear() noexcept { ring_ = {}; }
    /// @param sound  Shape [2][frames], frames <= kFrames; its first frame is number `first`.
    void write(std::int64_t first, audio::ConstBlockView sound) noexcept {
        for (std::size_t channel = 0; channel < ring_.size(); ++channel) {
            std::int64_t frame = first;
            for (const float sample : sound.channel(static_cast<int>(channel))) {
                ring_[channel][static_cast<std::size_t>(frame++ & (kFrames - 1))] = sample;
            }
        }
    }
    [[nodiscard]] float sample(std::size_t channel, std::int64_t frame) const noexcept {
        return ring_[channel][static_cast<std::size_t>(frame & (kFrames - 1))];
    }

private:
    std::array<std::array<float, kFrames>, audio::kListenerChannels> ring_{};
};

}  // namespace earshot::dsp
