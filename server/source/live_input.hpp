#pragma once

#include "common/base/clock.hpp"
#include "common/rt/spsc_ring.hpp"
#include "server/source/live_clock.hpp"
#include "server/source/stereo_frame.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace earshot::source {

/// What a live input's own thread hands to the engine: frames, and when they came.
/// Thread: push(), note() and dropped() by the input's thread; pop() and next_arrival() by the
/// engine; the rest by any. Real-time: everything but the constructor.
class LiveBuffer {
public:
    /// @param ring_frames  Most frames waiting here.
    LiveBuffer(std::size_t ring_frames, const MediaClockSource& clock)
        : frames_(ring_frames), arrivals_(256), clock_(clock) {}

    /// Frames that fit now; never more than push() takes.
    [[nodiscard]] std::size_t room() const noexcept { return frames_.capacity() - frames_.size(); }
    /// @return frames taken; the rest is the input's to keep or to drop.
    std::size_t push(std::span<const StereoFrame> frames) noexcept {
        const std::size_t taken = frames_.push(frames);
        pushed_ += static_cast<std::int64_t>(taken);
        return taken;
    }
    /// Says how much has come from the source by now.
    /// @param outside_frames  Come from the source but not pushed yet (in the pipe).
    /// @param held_back       The source waits for us.
    void note(std::int64_t outside_frames, bool held_back) noexcept {
        const Arrival arrival{
            .at = clock_.now(), .total_frames = pushed_ + outside_frames, .held_back = held_back};
        // A full ring means that the engine is not there: it will look at later ones.
        (void)arrivals_.try_push(arrival);
    }
    /// Counts frames that found no room.
    void dropped(std::size_t frames) noexcept {
        dropped_.fetch_add(frames, std::memory_order_relaxed);
    }

    [[nodiscard]] std::size_t waiting() const noexcept { return frames_.size(); }
    [[nodiscard]] std::size_t pop(std::span<StereoFrame> frames) noexcept {
        return frames_.pop(frames);
    }
    [[nodiscard]] bool next_arrival(Arrival& arrival) noexcept {
        return arrivals_.try_pop(arrival);
    }
    [[nodiscard]] std::uint64_t dropped_frames() const noexcept {
        return dropped_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return frames_.capacity(); }

private:
    rt::SpscRing<StereoFrame> frames_;
    rt::SpscRing<Arrival> arrivals_;
    const MediaClockSource& clock_;
    std::int64_t pushed_ = 0;
    std::atomic<std::uint64_t> dropped_{0};
};

/// A pipe or a device that is heard as it comes. Owns its thread.
class LiveInput {
public:
    virtual ~LiveInput() = default;
    /// Begins to push into buffer, which outlives the input. Called once.
    virtual void start(LiveBuffer& buffer) = 0;
    /// For people: "fifo /run/in".
    [[nodiscard]] virtual std::string description() const = 0;
    /// True if sound that finds no room waits outside; false if it is lost.
    [[nodiscard]] virtual bool waits() const noexcept = 0;
};

}  // namespace earshot::source
