#include "client/sink/pulse_sink.hpp"

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/audio/interleave.hpp"
#include "common/sync/device_clock.hpp"

#include <pulse/context.h>
#include <pulse/error.h>
#include <pulse/mainloop-api.h>
#include <pulse/mainloop.h>
#include <pulse/operation.h>
#include <pulse/rtclock.h>
#include <pulse/stream.h>
#include <pulse/timeval.h>
#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace earshot::sink {
namespace {

using namespace std::chrono_literals;

/// 20 ms at a time: half the wake-ups of 10 ms, and PulseAudio's mixer, which ends a piece wherever
/// a stream's block ends, loses less time to rounding (a null sink runs half a microsecond fast
/// with each piece; with eight listeners that was more than they correct).
constexpr int kPeriodFrames = 960;
constexpr std::uint32_t kFrameBytes = audio::kListenerChannels * sizeof(float);
/// 60 ms: PulseAudio's timer scheduling holds it on any desktop, and it costs no lip-sync.
constexpr std::uint32_t kTargetBytes = 2'880 * kFrameBytes;
constexpr pa_usec_t kSnapshotUs = 100'000;
constexpr pa_usec_t kFirstSnapshotsUs = 25'000;
constexpr int kFirstSnapshots = 40;
/// Snapshots that tell nothing: the buffer still fills, and the server's timers find their pace.
constexpr int kUselessSnapshots = 12;
constexpr auto kStartLimit = 5s;
constexpr auto kRetry = 1s;

struct MainloopFree {
    void operator()(pa_mainloop* loop) const noexcept { pa_mainloop_free(loop); }
};
using Mainloop = std::unique_ptr<pa_mainloop, MainloopFree>;

/// Owns one context; cut off from its callbacks before it goes.
class Context {
public:
    Context(pa_mainloop* loop, pa_context_flags_t flags)
        : context_(pa_context_new(pa_mainloop_get_api(loop), "Earshot")) {
        if (context_ != nullptr && pa_context_connect(context_, nullptr, flags, nullptr) < 0) {
            failed_ = true;
        }
    }
    ~Context() {
        if (context_ != nullptr) {
            pa_context_set_state_callback(context_, nullptr, nullptr);
            pa_context_disconnect(context_);
            pa_context_unref(context_);
        }
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    [[nodiscard]] pa_context* get() const noexcept { return context_; }
    [[nodiscard]] bool failed() const noexcept {
        return context_ == nullptr || failed_ ||
               !PA_CONTEXT_IS_GOOD(pa_context_get_state(context_));
    }
    [[nodiscard]] bool ready() const noexcept {
        return !failed() && pa_context_get_state(context_) == PA_CONTEXT_READY;
    }
    [[nodiscard]] std::string error() const {
        return context_ == nullptr ? "out of memory" : pa_strerror(pa_context_errno(context_));
    }

private:
    pa_context* context_;
    bool failed_ = false;
};

}  // namespace

/// Everything of one sink; but for start(), stop() and the latency, on the mainloop's thread.
class PulseSink::Device {
public:
    Device(const LocalClockSource& clock, std::string name)
        : clock_(clock),
          name_(std::move(name)),
          loop_(pa_mainloop_new()),
          period_(audio::kListenerChannels, kPeriodFrames) {
        if (!loop_) {
            throw std::runtime_error("PulseAudio: out of memory");
        }
    }
    ~Device() { stop(); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void start(audio::PlaybackCallback& callback) {
        callback_ = &callback;
        thread_ = std::thread([this] { run(); });
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kStartLimit, [this] { return playing_ || failure_; });
        if (playing_) {
            return;
        }
        const std::string why = failure_.value_or("no answer within 5 s");
        lock.unlock();
        stop();
        throw std::runtime_error("PulseAudio" + (name_.empty() ? "" : ", sink " + name_) + ": " +
                                 why);
    }

    void stop() noexcept {
        if (!thread_.joinable()) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            stopping_.store(true, std::memory_order_release);
        }
        changed_.notify_all();
        pa_mainloop_wakeup(loop_.get());
        thread_.join();
    }

    [[nodiscard]] std::uint64_t jumps() const noexcept {
        return jumps_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::chrono::microseconds latency() const noexcept {
        return std::chrono::microseconds{latency_us_.load(std::memory_order_relaxed)};
    }

private:
    [[nodiscard]] bool stopping() const noexcept {
        return stopping_.load(std::memory_order_acquire);
    }

    void run() {
        while (!stopping()) {
            const std::string why = play();
            std::unique_lock lock(mutex_);
            if (!playing_) {
                failure_ = why;
                changed_.notify_all();
                return;
            }
            changed_.wait_for(lock, kRetry, [this] { return stopping(); });
        }
    }

    /// One connection, from its beginning to its end. @return what ended it.
    std::string play() {
        Context context(loop_.get(), PA_CONTEXT_NOFLAGS);
        while (!stopping() && !context.failed() && !context.ready()) {
            pa_mainloop_iterate(loop_.get(), 1, nullptr);
        }
        if (!context.ready()) {
            return context.error();
        }
        const pa_sample_spec spec{PA_SAMPLE_FLOAT32LE, kSampleRateHz, audio::kListenerChannels};
        stream_ = pa_stream_new(context.get(), "Listener", &spec, nullptr);
        if (stream_ == nullptr) {
            return context.error();
        }
        connect_stream();
        while (!stopping() && !context.failed() &&
               PA_STREAM_IS_GOOD(pa_stream_get_state(stream_))) {
            pa_mainloop_iterate(loop_.get(), 1, nullptr);
        }
        std::string why = context.error();
        disconnect_stream();
        return why;
    }

    void connect_stream() {
        written_ = 0;
        snapshots_ = 0;
        device_.restart();
        pa_stream_set_state_callback(
            stream_, [](pa_stream*, void* self) { static_cast<Device*>(self)->on_state(); }, this);
        pa_stream_set_write_callback(
            stream_,
            [](pa_stream*, std::size_t bytes, void* self) {
                static_cast<Device*>(self)->on_write(bytes);
            },
            this);
        // Another device or a pause: positions jump, so begin to measure anew.
        const auto anew = [](pa_stream*, void* self) {
            static_cast<Device*>(self)->device_.restart();
        };
        pa_stream_set_moved_callback(stream_, anew, this);
        pa_stream_set_suspended_callback(stream_, anew, this);
        // No prebuffering: the stream's position runs with time, also through an underrun, so that
        // what comes late is left out instead of pushing everything after it back.
        const pa_buffer_attr buffer{static_cast<std::uint32_t>(-1), kTargetBytes, 0,
                                    kPeriodFrames * kFrameBytes, static_cast<std::uint32_t>(-1)};
        const auto flags = static_cast<pa_stream_flags_t>(PA_STREAM_ADJUST_LATENCY);
        if (pa_stream_connect_playback(stream_, name_.empty() ? nullptr : name_.c_str(), &buffer,
                                       flags, nullptr, nullptr) == 0) {
            pa_mainloop_api* const api = pa_mainloop_get_api(loop_.get());
            timeval at{};
            timer_ = api->time_new(
                api, pa_timeval_add(pa_gettimeofday(&at), kFirstSnapshotsUs),
                [](pa_mainloop_api*, pa_time_event*, const timeval*, void* self) {
                    static_cast<Device*>(self)->on_timer();
                },
                this);
        } else {
            pa_stream_disconnect(stream_);
        }
    }

    void disconnect_stream() {
        if (timer_ != nullptr) {
            pa_mainloop_get_api(loop_.get())->time_free(std::exchange(timer_, nullptr));
        }
        if (snapshot_ != nullptr) {
            pa_operation_cancel(snapshot_);
            pa_operation_unref(std::exchange(snapshot_, nullptr));
        }
        pa_stream_set_state_callback(stream_, nullptr, nullptr);
        pa_stream_set_write_callback(stream_, nullptr, nullptr);
        pa_stream_set_moved_callback(stream_, nullptr, nullptr);
        pa_stream_set_suspended_callback(stream_, nullptr, nullptr);
        pa_stream_disconnect(stream_);
        pa_stream_unref(std::exchange(stream_, nullptr));
    }

    void on_state() {
        if (pa_stream_get_state(stream_) == PA_STREAM_READY) {
            const std::lock_guard lock(mutex_);
            playing_ = true;
            changed_.notify_all();
        }
    }

    void on_timer() {
        if (pa_stream_get_state(stream_) == PA_STREAM_READY && snapshot_ == nullptr) {
            snapshot_ = pa_stream_update_timing_info(
                stream_,
                [](pa_stream*, int good, void* self) {
                    static_cast<Device*>(self)->on_snapshot(good != 0);
                },
                this);
        }
        timeval at{};
        const pa_usec_t next = snapshots_ < kFirstSnapshots ? kFirstSnapshotsUs : kSnapshotUs;
        pa_mainloop_get_api(loop_.get())
            ->time_restart(timer_, pa_timeval_add(pa_gettimeofday(&at), next));
    }

    // The frame at read_index leaves the DAC sink_usec after the instant of the snapshot. That
    // instant is a time of day, which may be stepped: only its age is used.
    void on_snapshot(bool good) {
        if (snapshot_ != nullptr) {
            pa_operation_unref(std::exchange(snapshot_, nullptr));
        }
        const pa_timing_info* const info = good ? pa_stream_get_timing_info(stream_) : nullptr;
        if (info == nullptr || info->read_index_corrupt != 0 ||
            pa_stream_is_suspended(stream_) == 1) {
            return;
        }
        timeval today{};
        gettimeofday(&today, nullptr);
        const LocalInstant now = clock_.now();
        const std::chrono::microseconds age{(std::int64_t{today.tv_sec} - info->timestamp.tv_sec) *
                                                1'000'000 +
                                            today.tv_usec - info->timestamp.tv_usec};
        if (age < 0us || age > 1s) {
            return;
        }
        const std::chrono::microseconds to_dac{static_cast<std::int64_t>(info->sink_usec)};
        const std::int64_t read = info->read_index / kFrameBytes;
        if (snapshots_ >= kUselessSnapshots) {
            device_.update(read, now - age + to_dac);
            jumps_.store(device_.jumps(), std::memory_order_relaxed);
        }
        latency_us_.store(to_dac.count() + (written_ - read) * 1'000'000 / kSampleRateHz,
                          std::memory_order_relaxed);
        ++snapshots_;
    }

    void on_write(std::size_t bytes) {
        for (std::size_t left = bytes / kFrameBytes; left > 0;) {
            void* memory = nullptr;
            std::size_t size = std::min<std::size_t>(left, kPeriodFrames) * kFrameBytes;
            if (pa_stream_begin_write(stream_, &memory, &size) < 0 || memory == nullptr) {
                return;
            }
            const int frames =
                static_cast<int>(std::min({size / kFrameBytes, left, std::size_t{kPeriodFrames}}));
            if (frames == 0) {
                pa_stream_cancel_write(stream_);
                return;
            }
            const audio::BlockView block = period_.view().part(0, frames);
            if (device_.locked()) {
                callback_->render(block, {device_.instant_of(written_), device_.rate_hz()});
            } else {
                audio::clear(block);
            }
            const auto count = static_cast<std::size_t>(frames);
            audio::interleave(block,
                              {static_cast<float*>(memory), count * audio::kListenerChannels});
            if (pa_stream_write(stream_, memory, count * kFrameBytes, nullptr, 0,
                                PA_SEEK_RELATIVE) < 0) {
                return;
            }
            written_ += frames;
            left -= count;
        }
    }

    const LocalClockSource& clock_;
    std::string name_;
    Mainloop loop_;
    audio::Block period_;
    sync::DeviceClock device_;
    audio::PlaybackCallback* callback_ = nullptr;
    pa_stream* stream_ = nullptr;
    pa_time_event* timer_ = nullptr;
    pa_operation* snapshot_ = nullptr;
    std::int64_t written_ = 0;  ///< Frames, since the stream began.
    int snapshots_ = 0;
    std::atomic<std::int64_t> latency_us_{0};
    std::atomic<std::uint64_t> jumps_{0};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  ///< Guards playing_ and failure_; taken before nothing else.
    std::condition_variable changed_;
    bool playing_ = false;
    std::optional<std::string> failure_;
    std::thread thread_;
};

bool pulse_reachable() {
    const Mainloop loop{pa_mainloop_new()};
    if (!loop) {
        return false;
    }
    Context context(loop.get(), PA_CONTEXT_NOAUTOSPAWN);
    const auto until = std::chrono::steady_clock::now() + 500ms;
    while (!context.failed() && !context.ready() && std::chrono::steady_clock::now() < until) {
        if (pa_mainloop_prepare(loop.get(), 20'000) < 0 || pa_mainloop_poll(loop.get()) < 0 ||
            pa_mainloop_dispatch(loop.get()) < 0) {
            return false;
        }
    }
    return context.ready();
}

PulseSink::PulseSink(const LocalClockSource& clock, std::string device)
    : name_(std::move(device)), device_(std::make_unique<Device>(clock, name_)) {}

PulseSink::~PulseSink() = default;

void PulseSink::start(audio::PlaybackCallback& callback) {
    device_->start(callback);
}

void PulseSink::stop() noexcept {
    device_->stop();
}

std::string PulseSink::description() const {
    return "PulseAudio, " + (name_.empty() ? std::string{"default sink"} : "sink " + name_);
}

std::uint64_t PulseSink::latency_jumps() const noexcept {
    return device_->jumps();
}

std::chrono::microseconds PulseSink::reported_latency() const noexcept {
    return device_->latency();
}

}  // namespace earshot::sink
