#pragma once

#include <cstdint>

namespace earshot::sync {

/// How fast a DelayLockedLoop forgets.
struct DelayLockedLoopSettings {
    double start_bandwidth_hz = 1.0;
    double bandwidth_hz = 0.1;  ///< Reached after 0.45 / bandwidth_hz seconds.
};

/// Smooths readings of one clock taken at counted frames: value(frame) and its slope.
///
/// Source: F. Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005; here for
/// irregular intervals, with a bandwidth that falls as 0.45 / age from its start value.
/// Thread: one owner. Real-time: yes.
class DelayLockedLoop {
public:
    /// @param slope          First guess, seconds of the read clock per frame.
    /// @param frames_per_second  Nominal; turns frames into the loop's own time.
    DelayLockedLoop(double slope,
                    double frames_per_second,
                    const DelayLockedLoopSettings& settings = {}) noexcept;

    /// Forgets everything and starts at this reading. Keeps the slope if asked to.
    void reset(std::int64_t frame, double seconds, bool keep_slope) noexcept;
    /// Steps the position without touching the slope: the device jumped, its crystal did not.
    void shift(double seconds) noexcept { value_ += seconds; }
    /// Takes one reading. @pre frame > the last one's
    void update(std::int64_t frame, double seconds) noexcept;

    /// Smoothed reading at a frame, in seconds.
    [[nodiscard]] double value(std::int64_t frame) const noexcept {
        return value_ + slope_ * static_cast<double>(frame - frame_);
    }
    /// Frame (fractional) at a reading: the inverse of value().
    [[nodiscard]] double frame(double seconds) const noexcept {
        return static_cast<double>(frame_) + (seconds - value_) / slope_;
    }
    /// Seconds of the read clock per frame.
    [[nodiscard]] double slope() const noexcept { return slope_; }
    [[nodiscard]] bool started() const noexcept { return started_; }
    /// Nominal seconds since the start or the last reset without keep_slope.
    [[nodiscard]] double age_s() const noexcept { return age_s_; }

private:
    DelayLockedLoopSettings settings_;
    double frames_per_second_;
    double first_slope_;
    double slope_;
    double value_ = 0.0;
    std::int64_t frame_ = 0;
    double age_s_ = 0.0;
    bool started_ = false;
};

}  // namespace earshot::sync
