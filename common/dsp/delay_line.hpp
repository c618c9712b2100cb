#pragma once

#include "common/audio/block.hpp"

#include <cstdint>

namespace earshot::dsp {

/// The last frames of a two-channel sound, by their number: the first frame written after reset()
/// is frame 0, and every frame before it is silence.
///
/// Thread: one owner. Real-time: everything but the constructor.
class DelayLine {
public:
    /// @param frames  How many of the latest frames stay readable, at least.
    explicit DelayLine(int frames);

    /// Appends in's frames, shape [2][frames]; more than fit at once keep the last of them.
    void write(audio::ConstBlockView in) noexcept;
    /// Copies the frames from number `first` on, shape [2][frames].
    /// @pre first + out.frames() <= written(); first >= written() - frames kept, or < 0
    void read(std::int64_t first, audio::BlockView out) const noexcept;
    [[nodiscard]] std::int64_t written() const noexcept { return written_; }
    /// Silence, and frame 0 comes next.
    void reset() noexcept;

private:
    audio::Block ring_;
    int mask_;
    std::int64_t written_ = 0;
};

}  // namespace earshot::dsp
