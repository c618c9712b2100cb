#pragma once

#include "client/sink/alsa_settings.hpp"
#include "common/audio/ports.hpp"
#include "common/base/clock.hpp"

#include <memory>
#include <string>

namespace earshot::sink {

/// Plays to an ALSA device, in explicit periods.
///
/// The DAC's time comes from the driver's own stamps (htstamp, of CLOCK_MONOTONIC_RAW where the
/// driver can) through a DeviceClock. An underrun or a suspend is recovered from; a device that is
/// unplugged is opened again when it is back. The thread asks for real-time priority and goes on
/// without where the system permits none; description() tells.
/// Thread: start() and stop() by the owner; the callback runs on the sink's own thread.
class AlsaSink final : public audio::AudioSink {
public:
    /// @param clock  Outlives the sink.
    AlsaSink(const LocalClockSource& clock, const AlsaSettings& settings);
    ~AlsaSink() override;

    void start(audio::PlaybackCallback& callback) override;
    void stop() noexcept override;
    /// From start() on with what the device agreed to. Thread: the owner's.
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] std::chrono::microseconds reported_latency() const noexcept override;
    [[nodiscard]] std::uint64_t latency_jumps() const noexcept override;
    /// Times the device ran empty.
    [[nodiscard]] std::uint64_t underruns() const noexcept;

private:
    class Device;
    std::unique_ptr<Device> device_;
};

}  // namespace earshot::sink
