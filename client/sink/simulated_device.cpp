#include "client/sink/simulated_device.hpp"

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace earshot::sink {
namespace {

/// Time between start() and the first frame.
constexpr std::chrono::milliseconds kSpinUp{60};
/// Periods between two flushes of the JSON: half a second.
constexpr int kFlushPeriods = 50;

std::string json_head(const SimulatedSettings& settings) {
    std::array<char, 160> head{};
    std::snprintf(head.data(), head.size(),
                  "{\"sample_rate\":%d,\"ppm\":%.6g,\"offset_ms\":%.9g,\"block_frames\":%d,\n"
                  "\"blocks\":[\n",
                  kSampleRateHz, settings.ppm, settings.offset_ms, SimulatedDevice::kPeriodFrames);
    return head.data();
}

}  // namespace

SimulatedDevice::SimulatedDevice(const SkewedLocalClock& clock, SimulatedSettings settings)
    : clock_(clock), settings_(std::move(settings)) {
    if (!settings_.record.empty()) {
        wav_.emplace(settings_.record, kSampleRateHz, audio::kListenerChannels,
                     audio::WavFormat::float32);
        log_.emplace(settings_.record.string() + ".json", json_head(settings_));
        flush();
    }
}

SimulatedDevice::~SimulatedDevice() {
    stop();
}

std::string SimulatedDevice::description() const {
    std::array<char, 96> crystal{};
    std::snprintf(crystal.data(), crystal.size(), ", simulated device, %+.6g ppm, %+.6g ms",
                  settings_.ppm, settings_.offset_ms);
    return (settings_.record.empty() ? "nothing" : "file " + settings_.record.string()) +
           crystal.data();
}

void SimulatedDevice::start(audio::PlaybackCallback& callback) {
    stopping_ = false;
    thread_ = std::thread([this, &callback] { run(callback); });
}

void SimulatedDevice::stop() noexcept {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
    if (wav_) {
        flush();
        wav_->close();
    }
}

void SimulatedDevice::run(audio::PlaybackCallback& callback) {
    audio::Block period(audio::kListenerChannels, kPeriodFrames);
    const SimulatedTiming timing(clock_, clock_.now() + kSpinUp);
    for (std::int64_t frame = 0;; frame += kPeriodFrames) {
        const std::int64_t plays_raw_ns = timing.raw_ns(frame);
        const std::int64_t asks_raw_ns = plays_raw_ns - std::chrono::nanoseconds{kBuffer}.count();
        for (;;) {
            std::unique_lock lock(mutex_);
            const std::chrono::nanoseconds wait{asks_raw_ns - monotonic_raw_ns()};
            if (stopping_) {
                return;
            }
            if (wait.count() <= 0) {
                break;
            }
            wake_.wait_for(lock, wait);
        }
        callback.render(period.view(), {timing.local(frame), kSampleRateHz});
        const std::int64_t late_ns = monotonic_raw_ns() - plays_raw_ns;
        if (late_ns > 0) {
            late_calls_.fetch_add(1, std::memory_order_relaxed);
            latest_call_ms_ = std::max(latest_call_ms_, static_cast<double>(late_ns) * 1e-6);
        }
        if (wav_) {
            record(frame, plays_raw_ns, period.view());
        }
    }
}

void SimulatedDevice::record(std::int64_t first_frame,
                             std::int64_t raw_ns,
                             audio::ConstBlockView period) {
    if (!wav_->write(period)) {
        return;  // The medium is full: the recording ends here, the sound goes on.
    }
    std::array<char, 64> row{};
    const int size =
        std::snprintf(row.data(), row.size(), "[%lld,%lld]", static_cast<long long>(first_frame),
                      static_cast<long long>(raw_ns));
    log_->add({row.data(), static_cast<std::size_t>(size)});
    if (++unflushed_ >= kFlushPeriods) {
        flush();
    }
}

void SimulatedDevice::flush() {
    unflushed_ = 0;
    std::array<char, 96> tail{};
    std::snprintf(tail.data(), tail.size(), "\n],\"late_calls\":%llu,\"latest_call_ms\":%.3f}\n",
                  static_cast<unsigned long long>(late_calls()), latest_call_ms_);
    log_->flush(tail.data());
}

}  // namespace earshot::sink
