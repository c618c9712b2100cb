#pragma once

#include "common/audio/ports.hpp"
#include "common/sync/clock_model.hpp"
#include "common/sync/playout_loop.hpp"

#include <chrono>

namespace earshot::client {

/// Where in media time the device's next frames must be read, and at which speed.
///
/// While nothing is heard the position is the schedule itself; while something is, it is continuous
/// and steered by a PlayoutLoop. The clock model and the sink know both skews before the first
/// sample.
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

    /// A fit that is better than both is begun by at once.
    static constexpr std::chrono::microseconds kFitBound{500};
    static constexpr double kSkewBound = 20e-6;
    /// So old, a fit need only be this good, ...
    static constexpr std::chrono::milliseconds kPatience{1'500};
    static constexpr std::chrono::microseconds kRoughBound{2'000};
    /// ... and so old, it is begun by whatever it is.
    static constexpr std::chrono::milliseconds kLongPatience{4'000};

    /// @param device_latency  DAC to ear.
    /// @param read_ahead      Frames by which the output stage delays what is read.
    DriftCorrector(std::chrono::nanoseconds device_latency, int read_ahead) noexcept;

    /// Whether the clock is known well enough to begin; once it was, it stays so. A fit too rough
    /// for that is put up with when it is old enough.
    /// @param dac_time  Of the device's block.
    [[nodiscard]] bool ready(const sync::ClockModel& clock,
                             const audio::DacTime& dac_time) noexcept;
    /// Plans the next `frames` output frames and passes them.
    /// @param dac_time       Of the device's block.
    /// @param offset_frames  How many frames into that block they start.
    /// @param heard          Whether the position has to stay continuous.
    [[nodiscard]] Stretch plan(const sync::ClockModel& clock,
                               const audio::DacTime& dac_time,
                               int offset_frames,
                               int frames,
                               bool heard) noexcept;
    /// Sets the position of the stretch just planned to the schedule.
    void reanchor(Stretch& stretch, int frames) noexcept;

    [[nodiscard]] double correction_ppm() const noexcept { return loop_.correction_ppm(); }

private:
    std::chrono::nanoseconds device_latency_;
    double read_ahead_;
    sync::PlayoutLoop loop_;
    double position_ = 0.0;
    bool ready_ = false;
};

}  // namespace earshot::client
