#pragma once

#include "client/core/peak_limiter.hpp"
#include "client/core/smooth_ramp.hpp"
#include "common/audio/block.hpp"

namespace earshot::client {

/// The last thing before the device: the listener's volume, the mute that panic, silence and exit
/// use, and the level cap. Every change is a ramp; nothing here knows of packets.
/// Thread: one owner (the device thread). Real-time: yes.
class OutputStage {
public:
    /// Frames by which the output lags.
    static constexpr int kDelay = PeakLimiter::kDelay;
    /// From a command to silence: with the limiter's delay, well within 50 ms.
    static constexpr int kMuteFrames = 1'920;

    /// @param volume_db       -60 to 0; clamped.
    /// @param level_cap_dbfs  -60 to 0; clamped.
    OutputStage(double volume_db, double level_cap_dbfs) noexcept;

    void set_volume(float volume_db) noexcept;
    void set_level_cap(float level_cap_dbfs) noexcept;
    void mute() noexcept;
    /// @param frames  Length of the fade back, > 0.
    void unmute(int frames) noexcept;
    /// True once nothing comes through the mute.
    [[nodiscard]] bool silent() const noexcept { return mute_.value() <= 0.0F && !mute_.moving(); }
    /// True from mute() until unmute().
    [[nodiscard]] bool muted() const noexcept { return mute_.target() <= 0.0F; }

    /// In place, shape [2][frames].
    void process(audio::BlockView block) noexcept;

private:
    SmoothRamp volume_;
    SmoothRamp cap_;
    SmoothRamp mute_{1.0F};
    PeakLimiter limiter_;
};

}  // namespace earshot::client
