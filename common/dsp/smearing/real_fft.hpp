#pragma once

#include <memory>
#include <span>

namespace earshot::dsp {

/// Fourier transform of 512 real samples and back.
///
/// Thread: one owner. Real-time: forward() and inverse(); not the constructor.
class RealFft {
public:
    static constexpr int kSize = 512;
    static constexpr int kBins = kSize / 2 + 1;

    RealFft();
    ~RealFft();
    RealFft(const RealFft&) = delete;
    RealFft& operator=(const RealFft&) = delete;

    /// @param re,im  Bins from 0 to half the sample rate; a sine of amplitude 1 gives 256.
    void forward(std::span<const float, kSize> in,
                 std::span<float, kBins> re,
                 std::span<float, kBins> im) noexcept;
    /// The inverse times kSize.
    void inverse(std::span<const float, kBins> re,
                 std::span<const float, kBins> im,
                 std::span<float, kSize> out) noexcept;

private:
    struct Plan;
    std::unique_ptr<Plan> plan_;
};

}  // namespace earshot::dsp
