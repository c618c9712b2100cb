#pragma once

#include "client/sink/json_row_file.hpp"
#include "common/audio/audio_file.hpp"
#include "common/audio/ports.hpp"
#include "common/base/clock.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace earshot::sink {

/// When each frame of a simulated device plays: frame n at start + n / 48 kHz, exactly, by the
/// crystal of its machine. Immutable.
class SimulatedTiming {
public:
    /// @param clock  Outlives this.   @param start  Frame 0 plays then.
    SimulatedTiming(const SkewedLocalClock& clock, LocalInstant start) noexcept
        : clock_(clock), start_(start) {}
    /// By the machine's own clock.
    [[nodiscard]] LocalInstant local(std::int64_t frame) const noexcept {
        return start_ + to_instant(MediaTime{Frames{frame}}).time_since_epoch();
    }
    /// The truth: CLOCK_MONOTONIC_RAW, in nanoseconds.
    [[nodiscard]] std::int64_t raw_ns(std::int64_t frame) const noexcept {
        return clock_.raw_ns(local(frame));
    }

private:
    const SkewedLocalClock& clock_;
    LocalInstant start_;
};

/// How a simulated device is off, and where it records.
struct SimulatedSettings {
    double ppm = 0.0;              ///< Crystal against CLOCK_MONOTONIC_RAW, -1000 to 1000.
    double offset_ms = 0.0;        ///< Clock ahead of CLOCK_MONOTONIC_RAW.
    std::filesystem::path record;  ///< WAV; empty: nothing is recorded.
};

/// A sound device that exists in time only, on a machine with a crystal of its own. What it plays
/// can be recorded with the true instant of every block, which is proof no listener can talk its
/// way around: PATH is a float WAV, PATH.json says
/// {"sample_rate":48000,"ppm":P,"offset_ms":O,"block_frames":480,
///  "blocks":[[first_frame,raw_ns],...],
///  "late_calls":N,"latest_call_ms":X}.
///
/// It asks for each period 40 ms before it plays, like a device buffer. A thread that is late still
/// fills the period that was due: no frame is ever skipped.
class SimulatedDevice final : public audio::AudioSink {
public:
    static constexpr int kPeriodFrames = 480;
    static constexpr std::chrono::milliseconds kBuffer{40};

    /// @param clock  The machine's; made with the same ppm and offset. Outlives the sink.
    /// @throws std::runtime_error  if a file cannot be made.
    SimulatedDevice(const SkewedLocalClock& clock, SimulatedSettings settings);
    ~SimulatedDevice() override;

    void start(audio::PlaybackCallback& callback) override;
    void stop() noexcept override;
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] std::chrono::microseconds reported_latency() const noexcept override {
        return kBuffer;
    }
    /// Periods that were asked for after they should have played.
    [[nodiscard]] std::uint64_t late_calls() const noexcept { return late_calls_.load(); }

private:
    void run(audio::PlaybackCallback& callback);
    void record(std::int64_t first_frame, std::int64_t raw_ns, audio::ConstBlockView period);
    void flush();

    const SkewedLocalClock& clock_;
    SimulatedSettings settings_;
    std::optional<audio::WavWriter> wav_;
    std::optional<JsonRowFile> log_;
    int unflushed_ = 0;
    double latest_call_ms_ = 0.0;
    std::atomic<std::uint64_t> late_calls_{0};
    std::mutex mutex_;  ///< Guards stopping_; taken before nothing else.
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace earshot::sink
