#pragma once

#include "common/audio/ports.hpp"
#include "common/audio/stream_resampler.hpp"
#include "common/base/clock.hpp"
#include "server/source/live_clock.hpp"
#include "server/source/live_input.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace earshot::source {

/// Feeds the engine from a live input, resampled from the input's crystal into media time.
///
/// When the input stops, the sound fades out within 5 ms, silence follows, and when it comes back
/// it is buffered anew and faded in. Live sources get no normalisation gain.
/// Thread: pull() and set_pace() engine; counters() any. Real-time: pull(), set_pace().
class LiveFeed final : public audio::ProgrammeFeed {
public:
    /// Most sound waiting in the ring; what is more stays in the pipe or, from a device, is lost
    /// and counted.
    static constexpr int kRingFrames = 2'880;

    /// Starts the input.
    /// @param clock  Runs at the media clock's rate; its zero does not matter.
    LiveFeed(std::unique_ptr<LiveInput> input, std::unique_ptr<const MediaClockSource> clock);
    ~LiveFeed() override;

    [[nodiscard]] bool seekable() const noexcept override { return false; }
    [[nodiscard]] std::optional<Frames> length() const noexcept override { return std::nullopt; }
    [[nodiscard]] std::string description() const override { return input_->description(); }
    void prepare(int /*lane*/, ProgrammeTime /*from*/) override {}
    /// Silence is ready at any time.
    [[nodiscard]] bool primed(int /*lane*/) const noexcept override { return true; }
    void pull(int lane, audio::BlockView out) noexcept override;
    void set_pace(Frames time, Frames of) noexcept override {
        pace_ = static_cast<double>(time.count()) / static_cast<double>(of.count());
    }
    [[nodiscard]] audio::FeedCounters counters() const noexcept override;

private:
    static constexpr int kMostFrames = 960;
    static constexpr int kScratchFrames = 2 * kMostFrames;

    void pull_piece(audio::BlockView out) noexcept;
    /// Moves frames from the ring through the resampler. @return frames of out made.
    int resample(audio::BlockView out, double ratio, std::size_t most_input) noexcept;
    void start_fresh() noexcept;
    void publish() noexcept;

    std::unique_ptr<const MediaClockSource> clock_;
    LiveBuffer buffer_;
    LiveClock control_;
    audio::StreamResampler resampler_;
    std::array<StereoFrame, kScratchFrames> scratch_{};
    audio::Block planar_;
    std::int64_t consumed_ = 0;
    bool pulled_ = false;
    double pace_ = 1.0;
    int faded_in_ = 0;  ///< Frames of the rise at the start of sound that have been played.

    std::atomic<std::uint64_t> starved_frames_{0};
    std::atomic<std::uint64_t> stalls_{0};
    std::atomic<std::uint64_t> ignored_drops_{0};  ///< Lost before anybody listened.
    std::atomic<double> rate_ppm_{0.0};
    std::atomic<double> fill_ms_{0.0};
    std::atomic<bool> stalled_{true};

    std::unique_ptr<LiveInput> input_;  ///< Last: its thread ends before what it writes to goes.
};

}  // namespace earshot::source
