#pragma once

#include "common/audio/block.hpp"

#include <array>
#include <cstdint>

namespace earshot::client {

/// Keeps every sample within a cap: 2 ms of look-ahead, so the gain is down before the peak comes,
/// and 150 ms to come back. Gain is exactly 1 while nothing exceeds the cap.
///
/// Gain = moving average over the look-ahead of (the least gain needed in the look-ahead, released
/// exponentially): never above what any sample needs, without a corner steeper than 2 ms.
/// Thread: one owner. Real-time: yes.
class PeakLimiter {
public:
    /// Frames by which the output lags.
    static constexpr int kDelay = 96;

    PeakLimiter() noexcept;

    /// One frame, in place. @param cap  Largest magnitude, > 0; may change slowly.
    void process(float& left, float& right, float cap) noexcept;

private:
    static constexpr int kWindow = kDelay + 1;

    [[nodiscard]] float least(float needed) noexcept;

    struct Frame {
        float left = 0.0F;
        float right = 0.0F;
        float cap = 1.0F;
    };
    struct Candidate {
        std::uint32_t at = 0;
        float gain = 1.0F;
    };
    std::array<Frame, kWindow> delay_{};
    std::array<Candidate, kWindow> falling_{};  ///< Deque of rising gains: the window's minimum.
    int front_ = 0;
    int depth_ = 0;
    std::array<float, kWindow> smooth_{};
    double sum_ = kWindow;
    int below_ = 0;          ///< Gains in smooth_ that are less than 1.
    double released_ = 1.0;  ///< Double: the last steps of a release are below float's.
    std::uint32_t now_ = 0;
    int index_ = 0;
};

}  // namespace earshot::client
