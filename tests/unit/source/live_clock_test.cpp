#include "server/source/live_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace earshot::source {
namespace {

constexpr int kBlock = 960;
constexpr std::int64_t kRing = 2'880;

MediaInstant at(double seconds) {
    return MediaInstant{std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)}};
}

/// A writer with its own crystal.
struct Writer {
    double ppm = 0.0;
    double chunk_seconds = 0.020;
    double ahead_seconds = 0.0;   ///< Written at once at the start.
    double jitter_seconds = 0.0;  ///< Each chunk is up to this late.
    double starts_at = 0.005;
    double stops_at = std::numeric_limits<double>::infinity();
    double comes_back_at = std::numeric_limits<double>::infinity();
};

struct Outcome {
    int stalls = 0;
    int starts = 0;
    double least_fill = 1e9;  ///< Of what waits before a block, once settled; frames.
    double most_fill = 0.0;
    double ppm = 0.0;
    double fill = 0.0;
    double target = 0.0;
    double largest_correction_ppm = 0.0;
    double largest_slew_ppm_per_second = 0.0;
};

/// Plays a writer for a while in simulated time: what is written waits in a ring and a pipe.
class Simulation {
public:
    explicit Simulation(const Writer& writer) : writer_(writer) {}

    /// @param pace  Of what is read, while the lead changes; what is asked for keeps to it.
    Outcome run(double seconds, double settle_seconds, double pace = 1.0) {
        pace_ = pace;
        outcome_.least_fill = 1e9;
        outcome_.most_fill = 0.0;
        const double end = now_ + seconds;
        for (double& t = now_; t < end; t += 0.020 * pace) {
            write_until(t);
            pull(t, t >= settle_seconds);
        }
        outcome_.ppm = clock_.rate_ppm();
        outcome_.fill = clock_.fill_frames();
        outcome_.target = clock_.target_frames();
        return outcome_;
    }

private:
    void write_until(double t) {
        for (;;) {
            const double due = next_chunk_at();
            const double written_at = due + lateness_;
            if (written_at > t) {
                return;
            }
            lateness_ =
                writer_.jitter_seconds * std::uniform_real_distribution<double>(0.0, 1.0)(random_);
            const bool away = due >= writer_.stops_at && due < writer_.comes_back_at;
            if (!away) {
                const double frames = writer_.chunk_seconds * 48'000.0 +
                                      (chunks_ == 0 ? writer_.ahead_seconds * 48'000.0 : 0.0);
                written_ += static_cast<std::int64_t>(std::lround(frames));
                clock_.arrived({.at = at(written_at), .total_frames = written_});
            }
            ++chunks_;
        }
    }
    [[nodiscard]] double next_chunk_at() const {
        // A crystal that runs fast makes its chunks earlier.
        return writer_.starts_at +
               writer_.chunk_seconds * static_cast<double>(chunks_) / (1.0 + writer_.ppm * 1e-6);
    }

    void pull(double t, bool settled) {
        const std::int64_t waiting = written_ - consumed();
        const LiveClock::Step step =
            clock_.step(at(t), consumed(), std::min(waiting, kRing), kBlock, pace_);
        if (!step.play) {
            return;
        }
        const double ppm = (step.ratio / pace_ - 1.0) * 1e6;
        if (playing_ && !starting_) {
            outcome_.largest_slew_ppm_per_second =
                std::max(outcome_.largest_slew_ppm_per_second, std::abs(ppm - ppm_) / 0.020);
        }
        outcome_.largest_correction_ppm = std::max(outcome_.largest_correction_ppm, std::abs(ppm));
        ppm_ = ppm;
        starting_ = !playing_;
        outcome_.starts += playing_ ? 0 : 1;
        playing_ = true;
        const double wanted = (kBlock - step.silent_frames) * step.ratio;
        if (settled) {
            outcome_.least_fill = std::min(outcome_.least_fill, static_cast<double>(waiting));
            outcome_.most_fill = std::max(outcome_.most_fill, static_cast<double>(waiting));
        }
        if (static_cast<double>(std::min(waiting, kRing)) < wanted + LiveClock::kReserveFrames) {
            ++outcome_.stalls;
            taken_ = static_cast<double>(written_);
            playing_ = false;
            clock_.stalled(at(t));
            return;
        }
        taken_ += wanted;
    }
    [[nodiscard]] std::int64_t consumed() const { return static_cast<std::int64_t>(taken_); }

    Writer writer_;
    LiveClock clock_;
    std::mt19937 random_{17};
    double now_ = 0.0;
    double pace_ = 1.0;
    std::int64_t chunks_ = 0;
    std::int64_t written_ = 0;
    double lateness_ = 0.0;
    double taken_ = 0.0;
    double ppm_ = 0.0;
    bool playing_ = false;
    bool starting_ = false;
    Outcome outcome_;
};

constexpr double kTenMinutes = 600.0;

TEST(LiveClock, KeepsAWriterFiftyPpmOffInBoundsForTenMinutes) {
    for (const double ppm : {50.0, -50.0}) {
        Simulation simulation({.ppm = ppm, .jitter_seconds = 0.002});
        const Outcome outcome = simulation.run(kTenMinutes, 1.0);
        EXPECT_EQ(outcome.stalls, 0) << ppm;
        EXPECT_EQ(outcome.starts, 1) << ppm;
        EXPECT_NEAR(outcome.ppm, ppm, 2.0);
        EXPECT_GE(outcome.least_fill, kBlock + LiveClock::kReserveFrames) << ppm;
        EXPECT_LE(outcome.most_fill, kRing) << ppm;              // 60 ms
        EXPECT_NEAR(outcome.fill, outcome.target, 48.0) << ppm;  // 1 ms
    }
}

TEST(LiveClock, KeepsTheWaitConstantThroughAllPhasesOfChunksAndBlocks) {
    // At 1000 ppm below the limit the phase between chunks and blocks wraps every 50 s.
    Simulation simulation({.ppm = 400.0});
    const Outcome outcome = simulation.run(300.0, 60.0);
    EXPECT_EQ(outcome.stalls, 0);
    EXPECT_NEAR(outcome.ppm, 400.0, 2.0);
    EXPECT_NEAR(outcome.fill, outcome.target, 48.0);
}

TEST(LiveClock, BringsAWriterThatIsAheadDownToTheTarget) {
    Simulation simulation({.ppm = 50.0, .ahead_seconds = 0.060, .jitter_seconds = 0.002});
    const Outcome outcome = simulation.run(kTenMinutes, 1.0);
    EXPECT_EQ(outcome.stalls, 0);
    EXPECT_NEAR(outcome.ppm, 50.0, 2.0);
    EXPECT_NEAR(outcome.fill, outcome.target, 96.0);
    EXPECT_LE(outcome.largest_correction_ppm, 500.0);
    EXPECT_LE(outcome.largest_slew_ppm_per_second, 50.1);
}

TEST(LiveClock, KeepsTheWaitWhileTheLeadChanges) {
    for (const double pace : {956.0 / 960.0, 964.0 / 960.0}) {
        Simulation simulation({.ppm = 30.0, .jitter_seconds = 0.002});
        (void)simulation.run(60.0, 1.0);
        (void)simulation.run(60.0, 0.0, pace);
        const Outcome during = simulation.run(60.0, 0.0, pace);
        // Chunks and blocks pass through all phases: a whole chunk lies between least and most.
        constexpr double kNeeded = kBlock + LiveClock::kReserveFrames;
        EXPECT_GE(during.least_fill, kNeeded + 192.0) << pace;  // 4 ms
        EXPECT_LE(during.most_fill - kBlock, kNeeded + 384.0) << pace;
        EXPECT_EQ(during.stalls, 0) << pace;
        EXPECT_NEAR(during.fill, during.target, 96.0) << pace;  // 2 ms
        EXPECT_NEAR(during.ppm, 30.0, 3.0) << pace;
        const Outcome after = simulation.run(60.0, 0.0);
        EXPECT_EQ(after.stalls, 0) << pace;
        EXPECT_EQ(after.starts, 1) << pace;
        EXPECT_LE(after.most_fill, kRing) << pace;
    }
}

TEST(LiveClock, WaitsLongerForAWriterOfLargeChunks) {
    Simulation simulation({.ppm = 50.0, .chunk_seconds = 0.100, .jitter_seconds = 0.002});
    const Outcome outcome = simulation.run(kTenMinutes, 1.0);
    EXPECT_EQ(outcome.stalls, 0);
    EXPECT_GT(outcome.target, 4'800.0 + kBlock);
    EXPECT_LT(outcome.target, 7'680.0);
    EXPECT_NEAR(outcome.ppm, 50.0, 2.0);
}

TEST(LiveClock, LetsTheFirstOfABurstWaitEquallyLongWhateverTheBurst) {
    for (const double chunk_ms : {5.0, 10.0, 20.0, 40.0}) {
        Simulation simulation({.chunk_seconds = chunk_ms * 1e-3});
        const Outcome outcome = simulation.run(120.0, 30.0);
        // The line goes through what has come with a burst's last sample. Of a block, the last
        // waits for as long as there is more than the block; the first of its burst has come as
        // late as it, and waits less by the burst.
        const double first_waits = outcome.target - kBlock - chunk_ms * 48.0;
        EXPECT_NEAR(first_waits, static_cast<double>(kLiveWait.count()), 24.0) << chunk_ms;
    }
}

TEST(LiveClock, StallsOnceWhenTheWriterStopsAndStartsAgainWhenItIsBack) {
    Simulation simulation({.stops_at = 20.0, .comes_back_at = 25.0});
    const Outcome outcome = simulation.run(60.0, 1.0);
    EXPECT_EQ(outcome.stalls, 1);
    EXPECT_EQ(outcome.starts, 2);
    EXPECT_NEAR(outcome.fill, outcome.target, 96.0);
}

TEST(LiveClock, LearnsFromAHiccup) {
    // 60 ms late once is too much for the wait; the target then grows by it.
    Simulation once({.stops_at = 20.0, .comes_back_at = 20.06});
    const Outcome outcome = once.run(25.0, 1.0);
    EXPECT_EQ(outcome.stalls, 1);
    EXPECT_GT(outcome.target, 3'500.0);
}

TEST(LiveClock, ReadsASourceThatWaitsForUsAtRatioOne) {
    LiveClock clock;
    std::int64_t consumed = 0;
    bool played = false;
    for (int n = 0; n < 500; ++n) {
        const double t = 0.020 * n;
        clock.arrived({.at = at(t), .total_frames = consumed + 12'000, .held_back = true});
        const LiveClock::Step step = clock.step(at(t + 0.001), consumed, kRing, kBlock);
        if (step.play) {
            played = true;
            ASSERT_EQ(step.ratio, 1.0) << n;
            consumed += kBlock;
        }
    }
    EXPECT_TRUE(played);
    EXPECT_EQ(clock.rate_ppm(), 0.0);
}

TEST(LiveClock, StaysSilentUntilSomethingComes) {
    LiveClock clock;
    for (int n = 0; n < 100; ++n) {
        EXPECT_FALSE(clock.step(at(0.020 * n), 0, 0, kBlock).play);
    }
    EXPECT_FALSE(clock.playing());
}

}  // namespace
}  // namespace earshot::source
