#pragma once

#include <cmath>
#include <numbers>

namespace earshot::client {

/// A gain that goes from where it is to a new value along a raised cosine: no step, no corner.
/// Thread: one owner. Real-time: yes.
class SmoothRamp {
public:
    explicit SmoothRamp(float value) noexcept : value_(value), from_(value), to_(value) {}

    /// Sets out for a value from wherever it is now. @param frames  0 jumps.
    void go(float to, int frames) noexcept {
        from_ = value_;
        to_ = to;
        length_ = frames;
        passed_ = 0;
        if (frames <= 0) {
            value_ = to;
        }
    }
    /// The value of the next frame.
    float next() noexcept {
        if (passed_ < length_) {
            ++passed_;
            const float x = static_cast<float>(passed_) / static_cast<float>(length_);
            value_ = passed_ == length_
                         ? to_
                         : from_ + (to_ - from_) *
                                       (0.5F - 0.5F * std::cos(std::numbers::pi_v<float> * x));
        }
        return value_;
    }
    [[nodiscard]] float value() const noexcept { return value_; }
    [[nodiscard]] float target() const noexcept { return to_; }
    [[nodiscard]] bool moving() const noexcept { return passed_ < length_; }

private:
    float value_;
    float from_;
    float to_;
    int length_ = 0;
    int passed_ = 0;
};

}  // namespace earshot::client
