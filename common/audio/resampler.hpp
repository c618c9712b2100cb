#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"

#include <span>

namespace earshot::audio {

/// Stateful fractional resampler's kernel: pulls input by absolute position.
///
/// A windowed sinc (Kaiser, cut-off at half the input rate) of 64 taps, tabulated at 1024 phases
/// and interpolated linearly between them; exact (bit for bit) where a position is a whole number.
/// Made for steps near 1: content up to 20.8 kHz passes flat and free of images at 48 kHz. Source:
/// J. O. Smith, "Digital Audio Resampling" (bandlimited interpolation), CCRMA. Thread: any; nothing
/// in it changes. Real-time: process(); not the constructor.
class PolyphaseResampler {
public:
    /// A position needs kTaps/2 frames of input before and after it.
    static constexpr int kTaps = 64;
    static constexpr int kPhases = 1024;

    /// @param channels  1 to kMaxChannels.   @throws std::invalid_argument
    explicit PolyphaseResampler(int channels);

    /// out[n] = the input at position start + n * step, for every frame n of out.
    ///
    /// @param in     Shape [channels][any]. Covers the frames floor(start) - kTaps/2 + 1 to
    ///               floor(start + (N - 1) * step) + kTaps/2, N = out.frames().
    /// @param start  In frames of the input, counted from in's first frame.
    /// @param step   Input frames per output frame, > 0.
    /// @param out    Shape [channels][N]; not the same memory as in.
    /// @pre same number of channels as given to the constructor
    void process(ConstBlockView in, double start, double step, BlockView out) const noexcept {
        process_ramped(in, start, step, step, out);
    }

    /// The same with a step that goes linearly from step_first (at out's first frame) to step_last
    /// (reached at the frame after out's last one), so that a new rate brings no jump of pitch.
    /// @see ramped_position for the position of each frame.
    void process_ramped(ConstBlockView in,
                        double start,
                        double step_first,
                        double step_last,
                        BlockView out) const noexcept;

    /// Position of output frame n of a ramp over `frames` output frames.
    [[nodiscard]] static double ramped_position(
        double start, double step_first, double step_last, int frames, int n) noexcept {
        const double x = static_cast<double>(n);
        const double bend =
            frames > 0 ? (step_last - step_first) / (2.0 * static_cast<double>(frames)) : 0.0;
        return start + x * (step_first + bend * x);
    }

private:
    std::span<const float> table_;  ///< Shape [kPhases + 1][kTaps]; lives as long as the program.
    int channels_;
};

}  // namespace earshot::audio
