#include "client/sink/alsa_sink.hpp"

#include "client/sink/alsa_pcm.hpp"
#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/audio/interleave.hpp"
#include "common/rt/realtime.hpp"
#include "common/sync/device_clock.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::sink {
namespace {

using namespace std::chrono_literals;

constexpr auto kReopen = 1s;
constexpr auto kWait = 100ms;
/// The dither is the same at every run.
constexpr std::uint64_t kDitherSeed = 0x6561'7273;

}  // namespace

/// The device's thread and what it owns.
class AlsaSink::Device {
public:
    Device(const LocalClockSource& clock, AlsaSettings settings)
        : clock_(clock), settings_(std::move(settings)), dither_(kDitherSeed) {}
    ~Device() { stop(); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void start(audio::PlaybackCallback& callback) {
        open();
        agreed_ = ", " + std::to_string(pcm_->buffer_frames()) + " frames in periods of " +
                  std::to_string(pcm_->period_frames());
        std::promise<bool> promise;
        std::future<bool> granted = promise.get_future();
        thread_ = std::thread([this, &callback, told = std::move(promise)]() mutable {
            told.set_value(settings_.priority > 0 && rt::set_realtime_priority(settings_.priority));
            run(callback);
        });
        agreed_ += priority_text(granted.get());
    }

    void stop() noexcept {
        if (!thread_.joinable()) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            stopping_.store(true, std::memory_order_release);
        }
        wake_.notify_all();
        thread_.join();
        pcm_.reset();
    }

    [[nodiscard]] std::string description() const { return "ALSA, " + settings_.device + agreed_; }
    [[nodiscard]] std::uint64_t jumps() const noexcept {
        return jumps_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::int64_t latency_us() const noexcept {
        return latency_us_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t underruns() const noexcept {
        return underruns_.load(std::memory_order_relaxed);
    }

private:
    [[nodiscard]] std::string priority_text(bool granted) const {
        const std::string asked = std::to_string(settings_.priority);
        if (granted) {
            return ", real-time priority " + asked;
        }
        return settings_.priority == 0
                   ? ", no real-time priority"
                   : ", no real-time priority: the system does not permit " + asked +
                         " (raise LimitRTPRIO, or rtprio in limits.conf)";
    }

    void open() {
        pcm_ = std::make_unique<AlsaPcm>(settings_);
        period_ = std::make_unique<audio::Block>(audio::kListenerChannels, pcm_->period_frames());
        const auto samples =
            static_cast<std::size_t>(pcm_->period_frames()) * audio::kListenerChannels;
        floats_.assign(samples, 0.0F);
        integers32_.assign(samples, 0);
        integers16_.assign(samples, 0);
    }

    [[nodiscard]] bool stopping() const noexcept {
        return stopping_.load(std::memory_order_acquire);
    }

    void run(audio::PlaybackCallback& callback) {
        while (!stopping()) {
            play(callback);
            // Gone: an unplugged headset, most often. Open it again when it is back.
            pcm_.reset();
            while (!stopping() && !pcm_) {
                std::unique_lock lock(mutex_);
                wake_.wait_for(lock, kReopen, [this] { return stopping(); });
                lock.unlock();
                try {
                    if (!stopping()) {
                        open();
                    }
                } catch (const std::runtime_error&) {
                    pcm_.reset();
                }
            }
        }
    }

    /// Until the device is gone or the sink stops.
    void play(audio::PlaybackCallback& callback) {
        if (!begin()) {
            return;
        }
        while (!stopping()) {
            const int error = pcm_->wait(kWait);
            long room = error < 0 ? error : pcm_->room();
            while (room >= pcm_->period_frames() && !stopping()) {
                measure();
                const audio::BlockView block = period_->view();
                if (device_.locked()) {
                    callback.render(block, {device_.instant_of(written_), device_.rate_hz()});
                } else {
                    audio::clear(block);
                }
                const long taken = write(block);
                room = taken < 0 ? taken : room - taken;
            }
            if (room < 0 && room != -EAGAIN && !recover(static_cast<int>(room))) {
                return;
            }
        }
        pcm_->drop();
    }

    /// Fills the device with silence and starts it.
    bool begin() {
        device_.restart();
        if (pcm_->prepare() < 0) {
            return false;
        }
        audio::clear(period_->view());
        for (int filled = 0; filled + pcm_->period_frames() <= pcm_->buffer_frames();
             filled += pcm_->period_frames()) {
            if (write(period_->view()) < 0) {
                return false;
            }
        }
        return pcm_->start() == 0;
    }

    bool recover(int error) {
        if (error == -EPIPE) {
            underruns_.fetch_add(1, std::memory_order_relaxed);
        } else if (error == -ESTRPIPE) {
            while (!stopping() && pcm_->resume() == -EAGAIN) {
                std::unique_lock lock(mutex_);
                wake_.wait_for(lock, 100ms, [this] { return stopping(); });
            }
        } else if (error != -EINTR) {
            return false;
        }
        return begin();
    }

    void measure() {
        const auto position = pcm_->position();
        if (!position) {
            return;
        }
        const LocalInstant now = clock_.now();
        const long delay = position->delay_frames;
        device_.update(written_ - delay, now - position->age);
        jumps_.store(device_.jumps(), std::memory_order_relaxed);
        latency_us_.store(std::int64_t{delay} * 1'000'000 / kSampleRateHz,
                          std::memory_order_relaxed);
    }

    /// @return frames taken, or a negative ALSA error.
    long write(audio::ConstBlockView block) {
        const void* data = nullptr;
        if (pcm_->format() == AlsaPcm::Format::s16) {
            dither_.interleave_s16(block, written_, integers16_);
            data = integers16_.data();
        } else {
            audio::interleave(block, floats_);
            data = floats_.data();
        }
        if (pcm_->format() == AlsaPcm::Format::s32) {
            for (std::size_t i = 0; i < floats_.size(); ++i) {
                // The largest float below 2^31, so that full scale does not wrap.
                const float held = std::fmin(std::fmax(floats_[i], -1.0F), 0.99999994F);
                integers32_[i] = static_cast<std::int32_t>(
                    std::lrint(static_cast<double>(held) * 2'147'483'648.0));
            }
            data = integers32_.data();
        }
        const long taken = pcm_->write(data, block.frames());
        if (taken > 0) {
            written_ += taken;
        }
        return taken;
    }

    const LocalClockSource& clock_;
    const AlsaSettings settings_;
    std::string agreed_;  ///< By start().
    audio::TpdfDither dither_;
    std::unique_ptr<AlsaPcm> pcm_;
    std::unique_ptr<audio::Block> period_;
    std::vector<float> floats_;
    std::vector<std::int32_t> integers32_;
    std::vector<std::int16_t> integers16_;
    sync::DeviceClock device_;
    std::int64_t written_ = 0;  ///< Frames, since the sink began.
    std::atomic<std::int64_t> latency_us_{0};
    std::atomic<std::uint64_t> jumps_{0};
    std::atomic<std::uint64_t> underruns_{0};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  ///< Only what the condition needs; taken before nothing else.
    std::condition_variable wake_;
    std::thread thread_;
};

AlsaSink::AlsaSink(const LocalClockSource& clock, const AlsaSettings& settings)
    : device_(std::make_unique<Device>(clock, settings)) {}

AlsaSink::~AlsaSink() = default;

void AlsaSink::start(audio::PlaybackCallback& callback) {
    device_->start(callback);
}

void AlsaSink::stop() noexcept {
    device_->stop();
}

std::string AlsaSink::description() const {
    return device_->description();
}

std::uint64_t AlsaSink::latency_jumps() const noexcept {
    return device_->jumps();
}

std::chrono::microseconds AlsaSink::reported_latency() const noexcept {
    return std::chrono::microseconds{device_->latency_us()};
}

std::uint64_t AlsaSink::underruns() const noexcept {
    return device_->underruns();
}

}  // namespace earshot::sink
