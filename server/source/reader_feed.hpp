#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/audio/ports.hpp"
#include "common/rt/spsc_ring.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace earshot::source {

/// Feeds the engine from anything that can be read at any position: a file, the tone, the demo.
///
/// A source thread keeps one ring of 1 s for each prepared lane; all layers of a frame lie side by
/// side in it. Positions stay true: frames that were missing when they were due are dropped when
/// they come.
/// Thread: prepare(), primed() control; holds(), pull() engine; the reader belongs to the source
/// thread.
class ReaderFeed final : public audio::ProgrammeFeed {
public:
    static constexpr int kRingFrames = 48'000;
    /// What a primed lane holds at least: the engine may take that much at once.
    static constexpr int kPrimedFrames = 36'000;

    /// @param gain_db  Constant normalisation; 0 leaves every sample as it is. -60 to 40.
    /// @throws std::invalid_argument
    explicit ReaderFeed(std::unique_ptr<audio::ProgrammeReader> reader, double gain_db = 0.0);
    ~ReaderFeed() override;

    [[nodiscard]] bool seekable() const noexcept override { return true; }
    [[nodiscard]] std::optional<Frames> length() const noexcept override { return length_; }
    [[nodiscard]] int layers() const noexcept override { return width_ / audio::kListenerChannels; }
    [[nodiscard]] std::string description() const override { return description_; }
    void prepare(int lane, ProgrammeTime from) override;
    [[nodiscard]] bool primed(int lane) const noexcept override;
    [[nodiscard]] bool holds(int lane, Frames frames) const noexcept override;
    void pull(int lane, audio::BlockView out) noexcept override;
    [[nodiscard]] audio::FeedCounters counters() const noexcept override;

private:
    struct Lane {
        explicit Lane(int width);
        [[nodiscard]] int filled_frames() const noexcept;

        int width;                 ///< Samples of a frame: of all channels of all layers.
        rt::SpscRing<float> ring;  ///< Interleaved; whole frames only.
        /// Counts prepare() calls. The ring's contents belong to `ready`; stale while they differ.
        std::atomic<std::uint32_t> requested{0};
        std::atomic<std::uint32_t> ready{0};
        ProgrammeTime from{};  ///< Guarded by mutex_.

        std::uint32_t filling = 0;  ///< Source thread: the request it fills for; 0 none.
        ProgrammeTime next{};       ///< Source thread: position to read next.

        std::uint32_t playing = 0;   ///< Engine: the request it plays.
        std::int64_t owed = 0;       ///< Engine: frames that went out as silence, to be dropped.
        int faded_in;                ///< Engine: of the rise after a gap, what has been played.
        std::vector<float> scratch;  ///< Engine.
    };

    void run();
    /// Takes over new requests. @return the lane most in need of sound, null if none is.
    [[nodiscard]] Lane* next_to_fill();
    void fill(Lane& lane);
    void pull_piece(Lane& lane, audio::BlockView out) noexcept;
    /// What is due and there, after what came too late has been dropped. @return frames of it.
    [[nodiscard]] static int take(Lane& lane, audio::BlockView out) noexcept;

    std::unique_ptr<audio::ProgrammeReader> reader_;
    std::optional<Frames> length_;
    std::string description_;
    int width_;
    float gain_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    audio::Block piece_;         ///< Source thread.
    std::vector<float> frames_;  ///< Source thread.

    std::atomic<std::uint64_t> starved_frames_{0};
    std::atomic<std::uint64_t> stalls_{0};
    std::atomic<bool> starved_{false};
    std::atomic<bool> failing_{false};  ///< The medium failed at the last read.

    std::mutex
        mutex_;  ///< Guards Lane::from and stop_; control and source thread only; no other inside.
    std::condition_variable wake_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace earshot::source
