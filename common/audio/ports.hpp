#pragma once

#include "common/audio/block.hpp"
#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace earshot::audio {

/// Random access to a programme's frames: a file, or sound made by our own code.
/// Thread: one owner (the source thread). Real-time: no.
class ProgrammeReader {
public:
    virtual ~ProgrammeReader() = default;
    /// Frames in the programme; nothing if it has no end.
    [[nodiscard]] virtual std::optional<Frames> length() const = 0;
    /// Stereo layers that it gives side by side, 1 to kMaxLayers.
    [[nodiscard]] virtual int layers() const { return 1; }
    /// Fills out, shape [2 * layers()][frames], with the frames from `at` on. Positions outside the
    /// programme give silence. The same position always gives the same samples.
    /// @return false if the medium failed; out is then silence.
    virtual bool read(ProgrammeTime at, BlockView out) = 0;
    /// For people: "film.flac, 96 kHz, 5.1, down-mixed".
    [[nodiscard]] virtual std::string description() const = 0;
};

/// What a live source or a file feed has to report, since its start.
struct FeedCounters {
    std::uint64_t starved_frames = 0;  ///< Asked for and not there: silence went out.
    std::uint64_t stalls = 0;          ///< Times the source stopped delivering.
    std::uint64_t overrun_frames = 0;  ///< Came in and found no room.
    double rate_ppm = 0.0;             ///< Live: the source's crystal against the media clock.
    double fill_ms = 0.0;              ///< Live: waiting in the ring.
    bool stalled = false;
};

/// Where the engine takes programme audio from. Several lanes, so that the sound after a seek can
/// be made ready while the sound before it still plays.
class ProgrammeFeed {
public:
    static constexpr int kLanes = 4;
    virtual ~ProgrammeFeed() = default;

    /// True if positions mean something (file, demo, tone); false for live input, which only
    /// ever plays lane 0 and ignores prepare().
    [[nodiscard]] virtual bool seekable() const noexcept = 0;
    [[nodiscard]] virtual std::optional<Frames> length() const noexcept = 0;
    [[nodiscard]] virtual std::string description() const = 0;
    /// Stereo layers of its sound, 1 to kMaxLayers.
    [[nodiscard]] virtual int layers() const noexcept { return 1; }

    /// Starts to fill a lane from a programme position (which may be negative: silence first).
    /// Returns at once.
    /// Thread: control. @pre the engine does not pull this lane now.
    virtual void prepare(int lane, ProgrammeTime from) = 0;
    /// True once the lane holds enough to start.
    /// Thread: control.
    [[nodiscard]] virtual bool primed(int lane) const noexcept = 0;
    /// True if the next pull() of so many frames would give what belongs there; always true where
    /// waiting would not help.
    /// Thread: engine. Real-time: yes.
    [[nodiscard]] virtual bool holds(int /*lane*/, Frames /*frames*/) const noexcept {
        return true;
    }
    /// Takes the lane's next frames, shape [2 * layers()][frames]; silence (counted) where there
    /// are none.
    /// Thread: engine. Real-time: yes.
    virtual void pull(int lane, BlockView out) noexcept = 0;
    /// Live only: tells the feed the media time at which the frames of the next pull are due to be
    /// taken. File feeds ignore it.
    /// Thread: engine. Real-time: yes.
    virtual void tick(MediaInstant /*now*/) noexcept {}
    /// Live only: from the next pull on, `of` frames are made of what the source delivers in the
    /// time of `time`; so much slower or faster is it played while the lead changes. File feeds
    /// ignore it.
    /// Thread: engine. Real-time: yes.
    virtual void set_pace(Frames /*time*/, Frames /*of*/) noexcept {}
    /// Thread: any.
    [[nodiscard]] virtual FeedCounters counters() const noexcept = 0;
};

/// What a body feels in a block of a rendering.
struct FeltBlock {
    ConstBlockView sound;  ///< For shakers: shape [1][960], the same frames as the block's.
    /// For motors: haptic points of 3 bytes, 480 frames apart; those that are complete by now. They
    /// begin up to 20 ms before the block does. May be empty.
    std::span<const std::byte> points;
    MediaTime points_media;          ///< When the first of them begins to be felt.
    ProgrammeTime points_programme;  ///< The programme frame that it begins at.
};

/// Takes what the engine renders, block by block.
/// Thread: engine. Real-time: yes.
class RenderSink {
public:
    virtual ~RenderSink() = default;
    /// A lane starts a new epoch on a stream: blocks that follow have no past.
    virtual void begin(int lane, StreamId stream, Epoch epoch) noexcept = 0;
    /// One packet's worth of finished sound.
    /// @param media      When the block's first frame is due, codec delay not yet counted.
    /// @param programme  The programme frame which the block's first frame carries.
    /// @param block      Shape [2][960]; borrowed for the call.
    virtual void block(int lane,
                       StreamId stream,
                       MediaTime media,
                       ProgrammeTime programme,
                       ConstBlockView block) noexcept = 0;
    /// What is felt in the block that block() was last given for this stream. Who does not send it
    /// need not care.
    virtual void felt(int /*lane*/,
                      StreamId /*stream*/,
                      MediaTime /*media*/,
                      ProgrammeTime /*programme*/,
                      const FeltBlock& /*block*/) noexcept {}
    /// A batch of blocks is complete: wake whoever waits for it. Real-time: no.
    virtual void flush() noexcept = 0;
};

/// When a block leaves a device, by the listener's clock, as well as the sink knows: smoothed; the
/// calibrated device latency comes on top.
struct DacTime {
    LocalInstant first{};            ///< Of the block's first frame.
    double rate_hz = kSampleRateHz;  ///< Frames that leave in a second of that clock.
};

/// Fills a device's buffers. Implemented by the player.
class PlaybackCallback {
public:
    virtual ~PlaybackCallback() = default;
    /// @param out       Shape [2][frames], full scale 1.0; every sample is written.
    /// @param dac_time  When that is heard. A sink that has to learn its device's rate does not
    ///                  call before it knows it to some 20 ppm: what was placed by a wrong rate
    ///                  takes long to put right unheard.
    /// Thread: the sink's. Real-time: yes.
    virtual void render(BlockView out, const DacTime& dac_time) noexcept = 0;
};

/// Where a listener's sound goes. Owns the device thread.
class AudioSink {
public:
    virtual ~AudioSink() = default;
    /// Opens the device and begins to call back. @throws std::runtime_error  one line for people.
    virtual void start(PlaybackCallback& callback) = 0;
    /// No call back follows. Files are complete after it.
    virtual void stop() noexcept = 0;
    /// For people: "PulseAudio, sink slot1".
    [[nodiscard]] virtual std::string description() const = 0;
    /// Write to DAC, as the device reports it.
    /// Thread: any.
    [[nodiscard]] virtual std::chrono::microseconds reported_latency() const noexcept = 0;
    /// Times the device's position jumped while it ran: Bluetooth came or went, the route changed.
    /// Thread: any.
    [[nodiscard]] virtual std::uint64_t latency_jumps() const noexcept { return 0; }
};

}  // namespace earshot::audio
