#pragma once

#include "common/audio/block.hpp"

#include <cstdint>
#include <span>

namespace earshot::audio {

/// Planar to interleaved. @param out  Shape [frames][channels]; not the same memory as in.
/// @pre out.size() == in.channels() * in.frames()
/// Real-time: yes.
void interleave(ConstBlockView in, std::span<float> out) noexcept;

/// Interleaved to planar. @param in  Shape [frames][channels]; not the same memory as out.
/// @pre in.size() == out.channels() * out.frames()
/// Real-time: yes.
void deinterleave(std::span<const float> in, BlockView out) noexcept;

/// 16-bit to float: 32768 is full scale, so every value is exact. Shapes as for deinterleave().
/// Real-time: yes.
void deinterleave(std::span<const std::int16_t> in, BlockView out) noexcept;

/// Float to 16-bit, rounded to nearest and clipped; undoes deinterleave() exactly.
/// @return samples that were clipped. NaN becomes 0 and counts as clipped.
/// Real-time: yes.
int interleave_s16(ConstBlockView in, std::span<std::int16_t> out) noexcept;

/// Triangular dither of +-1 step for 16-bit and 24-bit output, from a counter: the noise of a frame
/// depends on the seed and the frame's number only, so that any cut of a signal into blocks gives
/// the same file. Source: Lipshitz, Wannamaker & Vanderkooy, J. Audio Eng. Soc. 40(5), 1992.
class TpdfDither {
public:
    explicit TpdfDither(std::uint64_t seed) noexcept : seed_(seed) {}

    /// In steps of the output, -1 to 1 exclusive, mean 0, variance 1/6.
    [[nodiscard]] float noise(std::int64_t frame, int channel) const noexcept;

    /// Float to 16-bit with this noise added before rounding; clipped.
    /// @param first_frame  Number of in's first frame.
    /// @return samples that were clipped. NaN becomes 0 and counts as clipped.
    /// Real-time: yes.
    int interleave_s16(ConstBlockView in,
                       std::int64_t first_frame,
                       std::span<std::int16_t> out) const noexcept;
    /// The same for 24-bit output, in the upper bits of 32: steps of 256.
    int interleave_s24(ConstBlockView in,
                       std::int64_t first_frame,
                       std::span<std::int32_t> out) const noexcept;

private:
    std::uint64_t seed_;
};

}  // namespace earshot::audio
