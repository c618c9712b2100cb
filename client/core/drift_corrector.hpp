#pragma once

#include "common/base/time.hpp"
#include "common/sync/clock_model.hpp"
#include "common/sync/device_clock.hpp"
#include "common/sync/playout_loop.hpp"

#include <chrono>
#include <cstdint>

namespace earshot::client {

/// Where in media time the device's next frames must be read, and at which speed.
///
/// While nothing is heard the position is the schedule itself; while something is, it is continuous
/// and steered by a PlayoutLoop. The device's rate is learnt from the DAC times of the callbacks,
/// whatever is heard, so the loop knows both skews before the first sample.
/// Thread: one owner (the device thread). Real-time: yes.
class DriftCorrector {
public:
    /// One stretch of output frames. Positions in media frames; steps in media per output frame.
    struct Stretch {
        double position = 0.0;    ///< Of the first frame.
        double step_first = 1.0;  ///< Goes linearly ...
        double step_last = 1.0;   ///< ... to this at the frame after the last.
        double scheduled = 0.0;   ///< Where position should be.
        double error_s = 0.0;     ///< scheduled - position, in seconds.
        bool reanchor = false;    ///< position is too far off for too long: call reanchor().
    };

    /// @param device_latency  DAC to ear.
    /// @param read_ahead      Frames by which the output stage delays what is read.
    DriftCorrector(std::chrono::nanoseconds device_latency, int read_ahead) noexcept;

    /// The device says when the next frame to be rendered leaves the DAC.
    void observe(LocalInstant dac_time) noexcept;
    /// Plans the next `frames` output frames and passes them.
    /// @param offset_frames  How many frames after the observed one they start.
    /// @param heard          Whether the position has to stay continuous.
    [[nodiscard]] Stretch plan(const sync::ClockModel& clock,
                               LocalInstant dac_time,
                               int offset_frames,
                               int frames,
                               bool heard) noexcept;
    /// Passes frames without a plan: no clock yet.
    void skip(int frames) noexcept { frames_ += frames; }
    /// Sets the position of the stretch just planned to the schedule.
    void reanchor(Stretch& stretch, int frames) noexcept;

    [[nodiscard]] double correction_ppm() const noexcept { return loop_.correction_ppm(); }

private:
    std::chrono::nanoseconds device_latency_;
    double read_ahead_;
    sync::DeviceClock device_;
    sync::PlayoutLoop loop_;
    std::int64_t frames_ = 0;  ///< Rendered since construction.
    double position_ = 0.0;
};

}  // namespace earshot::client
