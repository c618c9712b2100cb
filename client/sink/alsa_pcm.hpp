#pragma once

#include "client/sink/alsa_settings.hpp"

#include <chrono>
#include <ctime>
#include <memory>
#include <optional>

namespace earshot::sink {

/// An ALSA device that is open for playing: stereo at 48 kHz, in explicit periods.
///
/// Calls that can fail return what alsa-lib does: frames or 0, or a negative errno.
/// Thread: one owner at a time. Real-time: no, every call may enter the kernel.
class AlsaPcm {
public:
    /// How samples lie in memory, in the machine's byte order.
    enum class Format { float32, s32, s16 };

    /// Where the device is.
    struct Position {
        long delay_frames = 0;            ///< Written and not yet heard.
        std::chrono::nanoseconds age{0};  ///< How long ago that was so.
    };

    /// Opens a device with the period and the buffer that come nearest to those asked for. From the
    /// first on, alsa-lib writes nothing to standard error.
    /// @throws std::runtime_error  one line for people.
    explicit AlsaPcm(const AlsaSettings& settings);
    ~AlsaPcm();
    AlsaPcm(const AlsaPcm&) = delete;
    AlsaPcm& operator=(const AlsaPcm&) = delete;

    [[nodiscard]] Format format() const noexcept { return format_; }
    [[nodiscard]] int period_frames() const noexcept { return period_frames_; }
    /// Two periods or more.
    [[nodiscard]] int buffer_frames() const noexcept { return buffer_frames_; }

    [[nodiscard]] int prepare() noexcept;
    /// Nothing plays before, however much is written.
    [[nodiscard]] int start() noexcept;
    /// Waits until there is room for a period.
    [[nodiscard]] int wait(std::chrono::milliseconds timeout) noexcept;
    /// Frames that can be written.
    [[nodiscard]] long room() noexcept;
    /// @param interleaved  Shape [frames][2], as format() says.
    /// @return frames taken.
    [[nodiscard]] long write(const void* interleaved, int frames) noexcept;
    /// @return -EAGAIN while the machine is still waking up.
    [[nodiscard]] int resume() noexcept;
    /// Nothing more is heard.
    void drop() noexcept;
    /// Nothing while the device does not run.
    [[nodiscard]] std::optional<Position> position() noexcept;

private:
    struct Handle;  // ALSA's types stay out of headers.
    void agree_on_hardware(const AlsaSettings& settings);
    void agree_on_software(const AlsaSettings& settings);

    std::unique_ptr<Handle> handle_;
    Format format_ = Format::float32;
    int period_frames_ = 0;
    int buffer_frames_ = 0;
    clockid_t stamp_clock_ = CLOCK_MONOTONIC;
};

}  // namespace earshot::sink
