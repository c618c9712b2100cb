#include "client/sink/alsa_sink.hpp"

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/audio/interleave.hpp"
#include "common/sync/device_clock.hpp"

#include <alsa/asoundlib.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::sink {
namespace {

using namespace std::chrono_literals;

constexpr snd_pcm_uframes_t kPeriodFrames = 480;
constexpr snd_pcm_uframes_t kBufferFrames = 4 * kPeriodFrames;
constexpr auto kReopen = 1s;
constexpr int kWaitMs = 100;
/// The dither is the same at every run.
constexpr std::uint64_t kDitherSeed = 0x6561'7273;

std::runtime_error failure(const std::string& name, const char* what, int error) {
    return std::runtime_error("ALSA device " + name + ": " + what + ": " + snd_strerror(error));
}

struct PcmClose {
    void operator()(snd_pcm_t* pcm) const noexcept { snd_pcm_close(pcm); }
};
using Pcm = std::unique_ptr<snd_pcm_t, PcmClose>;

/// An opened device and what it agreed to.
struct OpenedPcm {
    Pcm pcm;
    snd_pcm_format_t format = SND_PCM_FORMAT_UNKNOWN;
    snd_pcm_uframes_t period = 0;
    snd_pcm_uframes_t buffer = 0;
    clockid_t stamp_clock = CLOCK_MONOTONIC;
};

void agree_on_hardware(const std::string& name, OpenedPcm& opened) {
    const auto need = [&](const char* what, int error) {
        if (error < 0) {
            throw failure(name, what, error);
        }
    };
    snd_pcm_t* const pcm = opened.pcm.get();
    snd_pcm_hw_params_t* hardware = nullptr;
    snd_pcm_hw_params_alloca(&hardware);
    need("no configuration", snd_pcm_hw_params_any(pcm, hardware));
    need("cannot be written to",
         snd_pcm_hw_params_set_access(pcm, hardware, SND_PCM_ACCESS_RW_INTERLEAVED));
    for (const snd_pcm_format_t format :
         {SND_PCM_FORMAT_FLOAT, SND_PCM_FORMAT_S32, SND_PCM_FORMAT_S16}) {
        if (snd_pcm_hw_params_set_format(pcm, hardware, format) == 0) {
            opened.format = format;
            break;
        }
    }
    if (opened.format == SND_PCM_FORMAT_UNKNOWN) {
        throw std::runtime_error("ALSA device " + name + ": takes neither float nor 32 or 16 bit" +
                                 "; try plug" + name);
    }
    need("takes no stereo",
         snd_pcm_hw_params_set_channels(pcm, hardware, audio::kListenerChannels));
    need("does not run at 48 kHz", snd_pcm_hw_params_set_rate(pcm, hardware, kSampleRateHz, 0));
    opened.period = kPeriodFrames;
    need("has no fitting period",
         snd_pcm_hw_params_set_period_size_near(pcm, hardware, &opened.period, nullptr));
    opened.buffer = std::max(kBufferFrames, 2 * opened.period);
    need("has no fitting buffer",
         snd_pcm_hw_params_set_buffer_size_near(pcm, hardware, &opened.buffer));
    need("refuses its configuration", snd_pcm_hw_params(pcm, hardware));
}

void agree_on_software(const std::string& name, OpenedPcm& opened) {
    snd_pcm_t* const pcm = opened.pcm.get();
    snd_pcm_sw_params_t* software = nullptr;
    snd_pcm_sw_params_alloca(&software);
    snd_pcm_sw_params_current(pcm, software);
    snd_pcm_uframes_t boundary = 0;
    snd_pcm_sw_params_get_boundary(software, &boundary);
    snd_pcm_sw_params_set_start_threshold(pcm, software, boundary);  // Started by hand.
    snd_pcm_sw_params_set_avail_min(pcm, software, opened.period);
    snd_pcm_sw_params_set_tstamp_mode(pcm, software, SND_PCM_TSTAMP_ENABLE);
    snd_pcm_sw_params_set_tstamp_type(pcm, software, SND_PCM_TSTAMP_TYPE_MONOTONIC_RAW);
    opened.stamp_clock = CLOCK_MONOTONIC_RAW;
    if (snd_pcm_sw_params(pcm, software) < 0) {
        snd_pcm_sw_params_set_tstamp_type(pcm, software, SND_PCM_TSTAMP_TYPE_MONOTONIC);
        opened.stamp_clock = CLOCK_MONOTONIC;
        if (const int error = snd_pcm_sw_params(pcm, software); error < 0) {
            throw failure(name, "refuses its configuration", error);
        }
    }
    snd_pcm_tstamp_type_t type = SND_PCM_TSTAMP_TYPE_MONOTONIC;
    snd_pcm_sw_params_get_tstamp_type(software, &type);
    if (type == SND_PCM_TSTAMP_TYPE_GETTIMEOFDAY) {
        opened.stamp_clock = CLOCK_REALTIME;
    }
}

OpenedPcm open_pcm(const std::string& name) {
    OpenedPcm opened;
    snd_pcm_t* pcm = nullptr;
    if (const int error =
            snd_pcm_open(&pcm, name.c_str(), SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
        error < 0) {
        throw failure(name, "cannot be opened", error);
    }
    opened.pcm.reset(pcm);
    agree_on_hardware(name, opened);
    agree_on_software(name, opened);
    return opened;
}

std::int64_t nanoseconds(const timespec& time) noexcept {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

/// The device's thread and what it owns.
class AlsaSink::Device {
public:
    Device(const LocalClockSource& clock, std::string name)
        : clock_(clock), name_(std::move(name)), dither_(kDitherSeed) {}
    ~Device() { stop(); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void start(audio::PlaybackCallback& callback) {
        open();
        thread_ = std::thread([this, &callback] { run(callback); });
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
        opened_.pcm.reset();
    }

    [[nodiscard]] std::int64_t latency_us() const noexcept {
        return latency_us_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t underruns() const noexcept {
        return underruns_.load(std::memory_order_relaxed);
    }

private:
    void open() {
        opened_ = open_pcm(name_);
        period_ = std::make_unique<audio::Block>(audio::kListenerChannels,
                                                 static_cast<int>(opened_.period));
        const std::size_t samples = opened_.period * audio::kListenerChannels;
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
            opened_.pcm.reset();
            while (!stopping() && !opened_.pcm) {
                std::unique_lock lock(mutex_);
                wake_.wait_for(lock, kReopen, [this] { return stopping(); });
                lock.unlock();
                try {
                    if (!stopping()) {
                        open();
                    }
                } catch (const std::runtime_error&) {
                    opened_.pcm.reset();
                }
            }
        }
    }

    /// Until the device is gone or the sink stops.
    void play(audio::PlaybackCallback& callback) {
        snd_pcm_t* const pcm = opened_.pcm.get();
        if (!begin()) {
            return;
        }
        while (!stopping()) {
            int error = snd_pcm_wait(pcm, kWaitMs);
            snd_pcm_sframes_t room = error < 0 ? error : snd_pcm_avail_update(pcm);
            while (room >= static_cast<snd_pcm_sframes_t>(opened_.period) && !stopping()) {
                measure();
                const audio::BlockView block = period_->view();
                if (device_.locked()) {
                    callback.render(block, {device_.instant_of(written_), device_.rate_hz()});
                } else {
                    audio::clear(block);
                }
                const snd_pcm_sframes_t taken = write(block);
                room = taken < 0 ? taken : room - taken;
            }
            if (room < 0 && room != -EAGAIN && !recover(static_cast<int>(room))) {
                return;
            }
        }
        snd_pcm_drop(pcm);
    }

    /// Fills the device with silence and starts it.
    bool begin() {
        snd_pcm_t* const pcm = opened_.pcm.get();
        device_.restart();
        if (snd_pcm_prepare(pcm) < 0) {
            return false;
        }
        audio::clear(period_->view());
        for (snd_pcm_uframes_t filled = 0; filled + opened_.period <= opened_.buffer;
             filled += opened_.period) {
            if (write(period_->view()) < 0) {
                return false;
            }
        }
        return snd_pcm_start(pcm) == 0;
    }

    bool recover(int error) {
        if (error == -EPIPE) {
            underruns_.fetch_add(1, std::memory_order_relaxed);
        } else if (error == -ESTRPIPE) {
            while (!stopping() && snd_pcm_resume(opened_.pcm.get()) == -EAGAIN) {
                std::unique_lock lock(mutex_);
                wake_.wait_for(lock, 100ms, [this] { return stopping(); });
            }
        } else if (error != -EINTR) {
            return false;
        }
        return begin();
    }

    // At the driver's stamp, written - delay frames had left the DAC. The stamp's clock may not be
    // the listener's: only its age is used.
    void measure() {
        snd_pcm_status_t* status = nullptr;
        snd_pcm_status_alloca(&status);
        if (snd_pcm_status(opened_.pcm.get(), status) < 0 ||
            snd_pcm_status_get_state(status) != SND_PCM_STATE_RUNNING) {
            return;
        }
        snd_htimestamp_t stamp{};
        snd_pcm_status_get_htstamp(status, &stamp);
        timespec now_there{};
        clock_gettime(opened_.stamp_clock, &now_there);
        const LocalInstant now = clock_.now();
        std::chrono::nanoseconds age{nanoseconds(now_there) - nanoseconds(stamp)};
        if (nanoseconds(stamp) == 0 || age < 0ns || age > 1s) {
            age = 0ns;  // A device without stamps: the status is as of now.
        }
        const snd_pcm_sframes_t delay = snd_pcm_status_get_delay(status);
        device_.update(written_ - delay, now - age);
        latency_us_.store(std::int64_t{delay} * 1'000'000 / kSampleRateHz,
                          std::memory_order_relaxed);
    }

    /// @return frames taken, or a negative ALSA error.
    snd_pcm_sframes_t write(audio::ConstBlockView block) {
        const void* data = nullptr;
        if (opened_.format == SND_PCM_FORMAT_S16) {
            dither_.interleave_s16(block, written_, integers16_);
            data = integers16_.data();
        } else {
            audio::interleave(block, floats_);
            data = floats_.data();
        }
        if (opened_.format == SND_PCM_FORMAT_S32) {
            for (std::size_t i = 0; i < floats_.size(); ++i) {
                // The largest float below 2^31, so that full scale does not wrap.
                const float held = std::fmin(std::fmax(floats_[i], -1.0F), 0.99999994F);
                integers32_[i] = static_cast<std::int32_t>(
                    std::lrint(static_cast<double>(held) * 2'147'483'648.0));
            }
            data = integers32_.data();
        }
        const snd_pcm_sframes_t taken =
            snd_pcm_writei(opened_.pcm.get(), data, static_cast<snd_pcm_uframes_t>(block.frames()));
        if (taken > 0) {
            written_ += taken;
        }
        return taken;
    }

    const LocalClockSource& clock_;
    std::string name_;
    audio::TpdfDither dither_;
    OpenedPcm opened_;
    std::unique_ptr<audio::Block> period_;
    std::vector<float> floats_;
    std::vector<std::int32_t> integers32_;
    std::vector<std::int16_t> integers16_;
    sync::DeviceClock device_;
    std::int64_t written_ = 0;  ///< Frames, since the sink began.
    std::atomic<std::int64_t> latency_us_{0};
    std::atomic<std::uint64_t> underruns_{0};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  ///< Only what the condition needs; taken before nothing else.
    std::condition_variable wake_;
    std::thread thread_;
};

AlsaSink::AlsaSink(const LocalClockSource& clock, std::string device)
    : name_(device.empty() ? std::string{"default"} : std::move(device)),
      device_(std::make_unique<Device>(clock, name_)) {}

AlsaSink::~AlsaSink() = default;

void AlsaSink::start(audio::PlaybackCallback& callback) {
    device_->start(callback);
}

void AlsaSink::stop() noexcept {
    device_->stop();
}

std::string AlsaSink::description() const {
    return "ALSA, " + name_;
}

std::chrono::microseconds AlsaSink::reported_latency() const noexcept {
    return std::chrono::microseconds{device_->latency_us()};
}

std::uint64_t AlsaSink::underruns() const noexcept {
    return device_->underruns();
}

}  // namespace earshot::sink
