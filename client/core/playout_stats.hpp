#pragma once

#include <array>
#include <cstdint>

namespace earshot::client {

/// Quantiles of |presentation error| and the mean of the error over about the last 2 s, weighted by
/// how long each error lasted. Steps of 4.4 % from 0.05 us to 0.4 s; no allocation.
/// Thread: one owner (the device thread). Real-time: yes.
class ErrorHistogram {
public:
    struct Quantiles {
        float p50_us = 0.0F;
        float p99_us = 0.0F;
        float max_us = 0.0F;
        float mean_us = 0.0F;  ///< With its sign; positive is late.
    };

    /// @param error_s  Positive is late.
    void add(double error_s, int frames) noexcept;
    [[nodiscard]] Quantiles quantiles() const noexcept;
    void clear() noexcept;

private:
    static constexpr int kBins = 368;
    static constexpr int kSlices = 8;
    static constexpr int kSliceFrames = 12'000;  ///< 250 ms
    struct Slice {
        std::array<std::uint32_t, kBins> weights{};
        double sum_us = 0.0;  ///< Of error times frames.
        float max_us = 0.0F;
    };

    std::array<Slice, kSlices> slices_{};
    int slice_ = 0;
    int slice_frames_ = 0;
};

}  // namespace earshot::client
