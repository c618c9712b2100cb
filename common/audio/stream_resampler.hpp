#pragma once

#include "common/audio/block.hpp"
#include "common/audio/resampler.hpp"

namespace earshot::audio {

/// Resamples a stream that comes in blocks, at a rate that may change with every block.
///
/// A new ratio is reached linearly over the block it is given with. The first frame out sounds at
/// the first frame in; 32 frames of input (0.7 ms) are held back. Thread: one owner, no locking
/// inside. Real-time: everything but the constructor.
class StreamResampler {
public:
    /// @param channels          1 to kMaxChannels.
    /// @param max_block_frames  Most frames of out in one call, >= 1.
    /// @throws std::invalid_argument
    StreamResampler(int channels, int max_block_frames);

    /// Frames of input still to come before out_frames can be made at this ratio (0.5 to 2).
    [[nodiscard]] int needed(int out_frames, double ratio) const noexcept;

    /// Takes what it needs of `in` and fills `out` from its start.
    /// @param in        Shape [channels][any].
    /// @param out       Shape [channels][<= max_block_frames]; not the same memory as in.
    /// @param ratio     Input frames per output frame, 0.5 to 2.
    /// @param consumed  Set to the frames of `in` that were used. May be null.
    /// @return frames of `out` that were written; fewer than asked for if `in` is too short.
    int process(ConstBlockView in, BlockView out, double ratio, int* consumed) noexcept;

    /// Forgets the sound and the ratio.
    void reset() noexcept;

private:
    [[nodiscard]] double position(int out_frames, double ratio, int n) const noexcept;

    PolyphaseResampler kernel_;
    Block history_;          ///< Input not yet passed, shape [channels][capacity].
    int filled_ = 0;         ///< Frames of history_ that hold input.
    double position_ = 0.0;  ///< Of the next output frame, in history_.
    double ratio_ = 0.0;     ///< At the next output frame; 0: none yet.
    int max_block_frames_;
};

}  // namespace earshot::audio
