#pragma once

#include "common/audio/ports.hpp"
#include "common/base/clock.hpp"

#include <memory>
#include <string>

namespace earshot::sink {

/// True if a PulseAudio server (or PipeWire's stand-in) answers. Waits for it at most half a second
/// and starts none.
[[nodiscard]] bool pulse_reachable();

/// Plays to a PulseAudio server.
///
/// The DAC's time comes from raw timing snapshots (never libpulse's interpolation, which smooths
/// over exactly what must be measured) through a DeviceClock. If the server goes away the sink
/// comes back when the server does.
/// Thread: start() and stop() by the owner; the callback runs on the sink's own thread.
class PulseSink final : public audio::AudioSink {
public:
    /// @param clock  Outlives the sink.   @param device  Sink's name; empty: the default.
    PulseSink(const LocalClockSource& clock, std::string device);
    ~PulseSink() override;

    void start(audio::PlaybackCallback& callback) override;
    void stop() noexcept override;
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] std::chrono::microseconds reported_latency() const noexcept override;
    [[nodiscard]] std::uint64_t latency_jumps() const noexcept override;

private:
    class Device;
    std::string name_;
    std::unique_ptr<Device> device_;
};

}  // namespace earshot::sink
