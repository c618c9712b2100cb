#pragma once

#include "common/sync/clock_model.hpp"

#include <array>
#include <chrono>
#include <cstdint>

namespace earshot::sync {

/// What a ClockEstimator has met since construction.
struct ClockEstimatorCounters {
    std::uint64_t samples = 0;     ///< Taken.
    std::uint64_t refused = 0;     ///< Impossible: time running backwards, reply before request.
    std::uint64_t path_steps = 0;  ///< The network's least delay changed; old delays forgotten.
    std::uint64_t clock_steps =
        0;  ///< One of the clocks jumped; everything forgotten but the skew.
};

/// Fits the listener's clock to the media clock from four-timestamp exchanges.
///
/// Queueing only ever adds delay, so for each direction by itself the least delay of a short bucket
/// is kept; one line with a common skew and an intercept per direction is fitted through the
/// buckets of the last 60 s, weighted by how close each is to the least delay seen. Offset is the
/// mean of both intercepts: a constant difference between the directions cannot be seen and is what
/// `path_bound` states.
/// Thread: one owner. Real-time: yes; bounded memory, bounded work.
class ClockEstimator {
public:
    /// Longest memory.
    static constexpr std::chrono::seconds kWindow{60};

    ClockEstimator() noexcept = default;

    /// Takes one exchange, in the order of arrival, and renews the model.
    /// @return false if the sample is impossible and was refused.
    bool add(const ClockSample& sample) noexcept;
    /// The newest fit. Not continuous: each exchange may move it a little, and a step a lot; who
    /// plays by it limits the rate of change (PlayoutLoop).
    [[nodiscard]] const ClockModel& model() const noexcept { return model_; }
    [[nodiscard]] const ClockEstimatorCounters& counters() const noexcept { return counters_; }
    /// Forgets delays and offset, keeps the skew as a strong guess: after a change of path (a new
    /// connection to the same server). The model stays valid until better is known.
    void restart() noexcept;

private:
    /// Least delay of one direction in one bucket. Times in ns from base_local_.
    struct Edge {
        double at = 0.0;
        double value = 0.0;   ///< Media minus local time plus (up) or minus (down) the delay, ns.
        double excess = 0.0;  ///< Above the least of the window, ns, at the newest skew.
        double weight = 0.0;  ///< 1 / ns^2.
    };
    struct Bucket {
        double start = 0.0;
        Edge up;
        Edge down;
    };
    /// One direction's view of the window after a fit.
    struct Side {
        double intercept = 0.0;  ///< Weighted, at the mean time.
        double mean_at = 0.0;
        double weight = 0.0;
        double excess = 0.0;  ///< Weighted mean above the least.
        double spread = 0.0;  ///< Median excess.
        double edge = 0.0;    ///< The least itself, skew removed.
    };
    static constexpr int kBuckets = 80;

    [[nodiscard]] bool contradicts(double up_at,
                                   double up,
                                   double down_at,
                                   double down) const noexcept;
    void insert(double up_at, double up, double down_at, double down) noexcept;
    void expire(double now) noexcept;
    void fit(double now) noexcept;
    [[nodiscard]] Side weigh(Edge Bucket::*edge, double sign, double now) noexcept;
    [[nodiscard]] bool path_stepped(Edge Bucket::*edge) const noexcept;
    void keep_newest(int count) noexcept;
    void publish(double now) noexcept;
    [[nodiscard]] Bucket& bucket(int index) noexcept;
    [[nodiscard]] const Bucket& bucket(int index) const noexcept;

    std::array<Bucket, kBuckets> ring_{};
    int first_ = 0;
    int count_ = 0;
    LocalInstant base_local_{};
    MediaInstant base_media_{};
    double last_arrival_ = 0.0;
    double first_arrival_ = 0.0;  ///< Since the last restart: sets the bucket length.
    double skew_ = 0.0;
    double skew_guess_ = 0.0;
    double skew_guess_sd_ = 100e-6;
    double skew_variance_ = 0.0;
    Side up_;
    Side down_;
    int since_restart_ = 0;
    int contradictions_ = 0;
    bool based_ = false;
    ClockModel model_;
    ClockEstimatorCounters counters_;
};

}  // namespace earshot::sync
