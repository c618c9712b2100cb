#pragma once

namespace earshot::sync {

/// What a PlayoutLoop may do. The defaults are DESIGN's figures for a playing listener.
///
/// A listener begins to sound before it knows its skew: 50 ppm off is common where a radio is busy,
/// and 20 ppm/s would have it out by half a millisecond for ten seconds. What the start is allowed
/// is far from being heard, too: 100 ppm/s moves the pitch by 0.17 cents a second, and the largest
/// correction is 0.05 %, half of what the best listeners tell apart when they hear one tone after
/// the other (Wier, Jesteadt and Green 1977: 0.1 to 0.2 % at 1 kHz).
struct PlayoutLoopSettings {
    double frequency_hz = 0.05;           ///< Natural frequency, locked.
    double start_frequency_hz = 0.1;      ///< In the start, after restart().
    double start_s = 10.0;                ///< How long a freer loop runs at least.
    double limit_ppm = 500.0;             ///< Largest correction.
    double slew_ppm_per_s = 20.0;         ///< Fastest change while heard.
    double start_slew_ppm_per_s = 100.0;  ///< The same, in the start.
    double reanchor_error_s = 20e-3;      ///< Errors above this ...
    double reanchor_after_s = 200e-3;     ///< ... for this long are not chased but jumped.
};

/// Steers a listener's reading speed so that the frame at the DAC is the scheduled one:
/// proportional to the presentation error (no dead band), the known skew fed forward, the rate of
/// change limited so that nobody hears a pitch move. The integral part is an observer of the skew
/// that is left: it knows which correction was really applied, so it cannot wind up.
///
/// Large errors are approached along the braking curve that the slew limit allows, so that the loop
/// does not overshoot. The clock model's small steps enter as errors and are worked off the same
/// way: this loop is what keeps the published mapping continuous while playing.
/// Thread: one owner (the device thread). Real-time: yes.
class PlayoutLoop {
public:
    enum class Action {
        follow,    ///< Read at 1 + correction.
        reanchor,  ///< Too far for too long: set the position anew; error counts from zero then.
    };

    explicit PlayoutLoop(const PlayoutLoopSettings& settings = {}) noexcept;

    /// Starts anew while nothing is heard: the correction jumps to the feed-forward at once.
    /// @param feed_forward_ppm  Known skew of schedule against device.
    void restart(double feed_forward_ppm) noexcept;
    /// Position was set to the schedule (re-anchored): error history goes, speed stays.
    void reanchored() noexcept;

    /// One step.
    /// @param error_s           Scheduled position minus read position: positive means late, read
    ///                          faster.
    /// @param feed_forward_ppm  Known skew of schedule against device.
    /// @param elapsed_s         Since the last step, > 0.
    [[nodiscard]] Action update(double error_s, double feed_forward_ppm, double elapsed_s) noexcept;

    /// Reading speed above nominal.
    [[nodiscard]] double correction_ppm() const noexcept { return correction_ppm_; }

private:
    void observe(double error_us, double omega, double elapsed_s) noexcept;

    PlayoutLoopSettings settings_;
    double correction_ppm_ = 0.0;
    double unknown_ppm_ = 0.0;  ///< Skew that the feed-forward did not know of.
    double expected_us_ = 0.0;  ///< The error, as the observer predicts it.
    double surprise_us_ = 0.0;  ///< What of it was not as expected last time.
    bool watching_ = false;
    double beyond_s_ = 0.0;  ///< How long the error has been above the re-anchor limit.
    double age_s_ = 0.0;
    bool starting_ = true;
};

}  // namespace earshot::sync
