#pragma once

#include "common/dsp/smearing/real_fft.hpp"
#include "common/dsp/smearing/smearing_matrix.hpp"
#include "common/dsp/smearing/smearing_parameters.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace earshot::dsp {

/// The way of one frame of one ear through its spectrum: sound in, what smearing changes in it out.
///
/// A frame under a Hann window has the spectrum X and the power P = |X|². The terms make of it the
/// power Q; the frame becomes sqrt(Q) X/|X| and is windowed again. What is given is the difference
/// to the frame under both windows: frames a quarter apart add up to what smearing changes in the
/// sound, and to exact zeros where it changes nothing.
/// Source: Baer & Moore, J. Acoust. Soc. Am. 94(3), 1993, and 95(4), 1994.
///
/// Thread: one owner. Real-time: add_change(); not the constructor.
class SmearingTransform {
public:
    static constexpr int kFrame = RealFft::kSize / 2;
    static constexpr int kHop = kFrame / 4;

    SmearingTransform();

    /// Adds what the terms change in a frame to a sum of such frames.
    /// @param frame  Full scale 1.0; finite, no sample above 120 dBFS.
    void add_change(std::span<const float, kFrame> frame,
                    const SmearingParameters::Ear& terms,
                    std::span<float, kFrame> sum) noexcept;

private:
    void mix_power(const SmearingParameters::Ear& terms) noexcept;
    void scale_spectrum() noexcept;

    static constexpr std::size_t kBins = RealFft::kBins;
    static constexpr std::size_t kRows = SmearingMatrix::kRows;

    RealFft fft_;
    alignas(64) std::array<float, kFrame> analysis_{};   ///< Window.
    alignas(64) std::array<float, kFrame> synthesis_{};  ///< Window, over the transform's gain.
    alignas(64) std::array<float, RealFft::kSize> sound_{};
    alignas(64) std::array<float, kBins> re_{};
    alignas(64) std::array<float, kBins> im_{};
    SmearingPower power_;                             ///< P
    alignas(64) std::array<float, kRows> product_{};  ///< S P
    alignas(64) std::array<float, kBins> mixed_{};    ///< Q
};

}  // namespace earshot::dsp
