#pragma once

#include "common/base/time.hpp"
#include "common/sync/delay_locked_loop.hpp"

#include <chrono>
#include <cstdint>

namespace earshot::sync {

/// A sound device's crystal and position, from its own noisy reports: when does frame n leave the
/// DAC, and how fast does it really run.
///
/// A report more than 5 ms off the prediction is not believed. If the following ones agree with it,
/// the device did jump (an underrun, a suspend): the position is taken over at once, the rate is
/// kept, and the jump is counted.
/// Thread: one owner (the sink's). Real-time: yes.
class DeviceClock {
public:
    static constexpr std::chrono::milliseconds kJump{5};
    /// Reports that must agree before a jump is believed.
    static constexpr int kJumpReports = 3;

    /// @param rate_hz  What the device says its rate is.
    explicit DeviceClock(double rate_hz = kSampleRateHz,
                         const DelayLockedLoopSettings& settings = {}) noexcept;

    /// Takes one report: `frames` had left the DAC at `at`. Reports that do not go forward are
    /// ignored.
    /// @return false if the report was not used.
    bool update(std::int64_t frames, LocalInstant at) noexcept;

    /// True after the first report.
    [[nodiscard]] bool started() const noexcept { return loop_.started(); }
    /// True once the rate can be trusted: reports over more than one second.
    [[nodiscard]] bool locked() const noexcept { return loop_.started() && loop_.age_s() > 1.0; }
    /// When a frame leaves (or left) the DAC. @pre started()
    [[nodiscard]] LocalInstant instant_of(std::int64_t frame) const noexcept;
    /// Frames that have left the DAC at an instant, with fraction. @pre started()
    [[nodiscard]] double frames_at(LocalInstant instant) const noexcept;
    /// True rate, frames per second of the listener's clock.
    [[nodiscard]] double rate_hz() const noexcept { return 1.0 / loop_.slope(); }
    /// True rate against the nominal one; positive runs fast.
    [[nodiscard]] double rate_ppm() const noexcept { return (rate_hz() / nominal_hz_ - 1.0) * 1e6; }
    /// Jumps of the device's position since construction.
    [[nodiscard]] std::uint64_t jumps() const noexcept { return jumps_; }
    /// Starts anew, for a reopened device. Keeps the rate: the crystal is the same.
    void restart() noexcept;

private:
    [[nodiscard]] double seconds(LocalInstant instant) const noexcept {
        return static_cast<double>((instant - base_).count()) * 1e-9;
    }

    double nominal_hz_;
    DelayLockedLoop loop_;
    LocalInstant base_{};
    std::int64_t last_frames_ = 0;
    bool restarting_ = true;
    int suspects_ = 0;              ///< Consecutive reports that agree on a jump.
    double suspect_error_s_ = 0.0;  ///< The jump they speak of.
    std::uint64_t jumps_ = 0;
};

}  // namespace earshot::sync
