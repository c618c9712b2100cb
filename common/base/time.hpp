#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace earshot {

/// Frames per second of everything between ingest and the listener's drift corrector.
inline constexpr int kSampleRateHz = 48'000;

/// A count of frames (one sample of every channel) at 48 kHz. Converts exactly from seconds
/// and milliseconds; to nanoseconds by std::chrono::floor.
using Frames = std::chrono::duration<std::int64_t, std::ratio<1, kSampleRateHz>>;

/// Frames of one packet: 20 ms, one Opus frame.
inline constexpr Frames kPacketFrames{960};
/// Delay of every hearing chain, bypass included (DESIGN 6).
inline constexpr Frames kChainLatency{960};

/// How long live sound waits that comes first in its burst, whatever the size of the bursts: for
/// the engine's lateness, and so that there is something to fade out. The rest of a burst, which
/// comes with it, waits longer by its place in it.
inline constexpr Frames kLiveWait{360};

/// Look-ahead of the Opus encoder as we run it (CELT, restricted low delay): decoded sound is this
/// much later than what was encoded. A test of the codec holds it to libopus's own word.
inline constexpr Frames kCodecDelay{120};

/// Every epoch's packets begin this much before its first frame, so that a fresh decoder has
/// settled when listeners cross-fade to it: the switch is at the media time of packet 0 plus this.
inline constexpr Frames kEpochPreroll{3 * kPacketFrames};

/// The server's media clock: never pauses, never jumps. Its epoch is the server's start.
struct MediaClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<MediaClock, duration>;
    static constexpr bool is_steady = true;
};
/// An instant of the media clock, in nanoseconds.
using MediaInstant = MediaClock::time_point;
/// A frame's presentation time: a whole frame on the server's media clock.
using MediaTime = std::chrono::time_point<MediaClock, Frames>;

/// The listener's own clock: CLOCK_MONOTONIC_RAW of its machine, or a simulated one.
struct LocalClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<LocalClock, duration>;
    static constexpr bool is_steady = true;
};
using LocalInstant = LocalClock::time_point;

/// Position in the programme (the film's sound); mapped to media time by segments.
struct ProgrammeTimeline {
    using rep = std::int64_t;
    using period = std::ratio<1, kSampleRateHz>;
    using duration = Frames;
    using time_point = std::chrono::time_point<ProgrammeTimeline, Frames>;
    static constexpr bool is_steady = true;
};
using ProgrammeTime = ProgrammeTimeline::time_point;

/// The instant at which a frame starts to sound, rounded down to a nanosecond.
[[nodiscard]] constexpr MediaInstant to_instant(MediaTime frame) noexcept {
    // 62 500 / 3 ns a frame, exactly; split so that centuries do not overflow.
    const std::int64_t n = frame.time_since_epoch().count();
    const std::int64_t whole = n / 3;
    const std::int64_t rest = n % 3;
    return MediaInstant{std::chrono::nanoseconds{whole * 62'500 + (rest * 62'500) / 3}};
}

/// The frame that sounds at an instant (the last one that has started).
[[nodiscard]] constexpr MediaTime to_frame(MediaInstant instant) noexcept {
    return std::chrono::floor<Frames>(instant);
}

}  // namespace earshot
