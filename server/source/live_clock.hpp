#pragma once

#include "common/base/time.hpp"

#include <cstdint>

namespace earshot::source {

/// What a live source's reader saw: how much has come from the source by an instant.
struct Arrival {
    MediaInstant at{};
    std::int64_t total_frames =
        0;  ///< Since the start, still in the pipe or already taken out of it.
    /// The source is far ahead and waits for us (a full pipe): it has no clock of its own.
    bool held_back = false;
};

/// How far a LiveClock goes.
struct LiveClockSettings {
    std::int64_t most_target_frames = 7'680;  ///< 160 ms.
    double most_ppm = 500.0;
    double most_ppm_per_second = 50.0;
    double smoothing_seconds = 60.0;  ///< Of the fit that reads the source's rate.
    double settling_seconds = 20.0;   ///< In which an error of the fill shrinks to a third.
};

/// Keeps a live source, which has its own crystal, in step with the media clock.
///
/// A weighted line through the arrivals says how much sound there is at any instant, between bursts
/// too, and how fast the source runs; what is read is told how fast to read, so that the sound
/// waits for a constant time: kLiveWait, and as long as the bursts are that were seen in the last
/// 10 to 20 s. A source that waits for us is read at ratio 1.0. Pure: time comes in with the calls.
/// Thread: engine. Real-time: everything.
class LiveClock {
public:
    /// What to do with the next block.
    struct Step {
        bool play = false;
        int silent_frames = 0;  ///< Before the sound: the block in which it starts.
        double ratio = 1.0;     ///< Source frames per frame.
    };

    explicit LiveClock(const LiveClockSettings& settings = {}) noexcept : settings_(settings) {}

    void arrived(const Arrival& arrival) noexcept;

    /// @param now       When the block is due to be taken.
    /// @param consumed  Source frames read so far.
    /// @param ready     Source frames that can be read at once.
    /// @param frames    Of the block.
    /// @param pace      Of the source's time in the block's own: 1.0, but while the lead changes.
    [[nodiscard]] Step step(MediaInstant now,
                            std::int64_t consumed,
                            std::int64_t ready,
                            int frames,
                            double pace = 1.0) noexcept;

    /// The block could not be filled: wait for the source again.
    void stalled(MediaInstant now) noexcept;

    /// Source frames to leave in the ring after a block, so that there is sound to fade out when
    /// the next block cannot be filled.
    static constexpr int kReserveFrames = 120;

    [[nodiscard]] bool playing() const noexcept { return playing_; }
    /// The source's rate against the media clock; 0 while it is not known.
    [[nodiscard]] double rate_ppm() const noexcept;
    /// Waiting at the last step, bursts smoothed out.
    [[nodiscard]] double fill_frames() const noexcept { return fill_; }
    [[nodiscard]] double target_frames() const noexcept;

private:
    /// Arrivals against a perfect 48 kHz, as a line; older ones count less.
    struct Line {
        double weight = 0.0;
        double mean_t = 0.0;
        double mean_y = 0.0;
        double var_t = 0.0;
        double cov_ty = 0.0;
        double last_t = 0.0;
    };
    [[nodiscard]] double seconds(MediaInstant at) const noexcept;
    [[nodiscard]] double slope() const noexcept;
    /// Frames that have come by t if bursts are smoothed out.
    [[nodiscard]] double line_at(double t) const noexcept;
    void add_point(double t, double total) noexcept;
    void note_dip(double t, double frames) noexcept;
    void forget() noexcept;
    [[nodiscard]] Step start(double t, std::int64_t ready, int frames) noexcept;
    void steer(double t, int frames) noexcept;

    LiveClockSettings settings_;
    MediaInstant origin_{};
    bool any_ = false;  ///< An arrival came since the last forget().
    std::int64_t total_ = 0;
    std::int64_t consumed_ = 0;
    Line line_;
    double window_start_ = 0.0;
    double dip_now_ = 0.0;  ///< Deepest below the line in this window of 10 s.
    double dip_before_ = 0.0;
    double held_until_ = -1.0;
    double stalled_at_ = -1.0;
    bool playing_ = false;
    double fill_ = 0.0;
    double ppm_ = 0.0;   ///< Now applied.
    double due_ = -1.0;  ///< When the next block is due.
};

}  // namespace earshot::source
