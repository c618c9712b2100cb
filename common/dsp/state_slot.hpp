#pragma once

#include "common/dsp/delay_line.hpp"
#include "common/dsp/prepared_state.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// One hearing state at work inside a chain, running a little ahead of what is heard; its latest
/// frames stay readable by their number.
///
/// Thread: one owner. Real-time: everything but the constructor.
class StateSlot {
public:
    /// Most frames of one run().
    static constexpr int kChunk = 128;
    /// Frames that stay readable.
    static constexpr int kKept = 256;

    StateSlot();

    /// Begins to work as a state, with no sound in it and silence to read.
    void take(const PreparedState& state) noexcept;
    void release() noexcept { state_ = nullptr; }
    [[nodiscard]] const PreparedState* state() const noexcept { return state_; }

    /// Makes the frames [first, first + count): those of the input `delay` frames before, as the
    /// state hears them.
    /// @pre state() is set; count <= kChunk; first follows the last call's frames
    void run(const DelayLine& input, std::int64_t first, int count, int delay) noexcept;
    [[nodiscard]] float sample(std::size_t channel, std::int64_t frame) const noexcept {
        return kept_[channel][static_cast<std::size_t>(frame & (kKept - 1))];
    }

private:
    const PreparedState* state_ = nullptr;
    ToneStage tone_;
    audio::Block work_;
    std::array<std::array<float, kKept>, audio::kListenerChannels> kept_{};
};

}  // namespace earshot::dsp
