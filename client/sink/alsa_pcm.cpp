#include "client/sink/alsa_pcm.hpp"

#include "common/audio/format.hpp"
#include "common/base/time.hpp"

#include <alsa/asoundlib.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace earshot::sink {
namespace {

using namespace std::chrono_literals;

std::runtime_error failure(const AlsaSettings& settings, const std::string& why) {
    return std::runtime_error("ALSA device " + settings.device + ": " + why);
}

void need(const AlsaSettings& settings, const char* what, int error) {
    if (error == -EBUSY) {
        throw failure(settings, "another program uses it (a sound server, perhaps)");
    }
    if (error < 0) {
        throw failure(settings, std::string{what} + ": " + snd_strerror(error));
    }
}

/// Takes what alsa-lib would print; its error codes say enough.
// NOLINTNEXTLINE(cert-dcl50-cpp): the type is alsa-lib's.
void say_nothing(const char*, int, const char*, int, const char*, ...) {}

std::int64_t nanoseconds(const timespec& time) noexcept {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

struct AlsaPcm::Handle {
    explicit Handle(const AlsaSettings& settings) {
        need(
            settings, "cannot be opened",
            snd_pcm_open(&pcm, settings.device.c_str(), SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK));
    }
    ~Handle() { snd_pcm_close(pcm); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    snd_pcm_t* pcm = nullptr;
};

AlsaPcm::AlsaPcm(const AlsaSettings& settings) {
    static std::once_flag silenced;
    std::call_once(silenced, [] { snd_lib_error_set_handler(&say_nothing); });
    handle_ = std::make_unique<Handle>(settings);
    agree_on_hardware(settings);
    agree_on_software(settings);
}

AlsaPcm::~AlsaPcm() = default;

void AlsaPcm::agree_on_hardware(const AlsaSettings& settings) {
    constexpr std::array<std::pair<snd_pcm_format_t, Format>, 3> kFormats = {
        {{SND_PCM_FORMAT_FLOAT, Format::float32},
         {SND_PCM_FORMAT_S32, Format::s32},
         {SND_PCM_FORMAT_S16, Format::s16}}};
    snd_pcm_t* const pcm = handle_->pcm;
    snd_pcm_hw_params_t* hardware = nullptr;
    snd_pcm_hw_params_alloca(&hardware);
    need(settings, "no configuration", snd_pcm_hw_params_any(pcm, hardware));
    need(settings, "cannot be written to",
         snd_pcm_hw_params_set_access(pcm, hardware, SND_PCM_ACCESS_RW_INTERLEAVED));
    bool takes_one = false;
    for (const auto& [theirs, ours] : kFormats) {
        if (snd_pcm_hw_params_set_format(pcm, hardware, theirs) == 0) {
            format_ = ours;
            takes_one = true;
            break;
        }
    }
    if (!takes_one) {
        throw failure(settings, "takes neither float nor 32 or 16 bit; try plug" + settings.device);
    }
    need(settings, "takes no stereo",
         snd_pcm_hw_params_set_channels(pcm, hardware, audio::kListenerChannels));
    need(settings, "does not run at 48 kHz",
         snd_pcm_hw_params_set_rate(pcm, hardware, kSampleRateHz, 0));
    auto period = static_cast<snd_pcm_uframes_t>(settings.period_frames);
    need(settings, "has no fitting period",
         snd_pcm_hw_params_set_period_size_near(pcm, hardware, &period, nullptr));
    snd_pcm_uframes_t buffer = period * static_cast<snd_pcm_uframes_t>(settings.periods);
    need(settings, "has no fitting buffer",
         snd_pcm_hw_params_set_buffer_size_near(pcm, hardware, &buffer));
    need(settings, "refuses its configuration", snd_pcm_hw_params(pcm, hardware));
    period_frames_ = static_cast<int>(period);
    buffer_frames_ = static_cast<int>(buffer);
    if (period_frames_ < 1 || buffer_frames_ < 2 * period_frames_) {
        throw failure(settings, "its buffer of " + std::to_string(buffer_frames_) +
                                    " frames does not hold two periods of " +
                                    std::to_string(period_frames_) + "; ask for another period");
    }
}

void AlsaPcm::agree_on_software(const AlsaSettings& settings) {
    snd_pcm_t* const pcm = handle_->pcm;
    snd_pcm_sw_params_t* software = nullptr;
    snd_pcm_sw_params_alloca(&software);
    snd_pcm_sw_params_current(pcm, software);
    snd_pcm_uframes_t boundary = 0;
    snd_pcm_sw_params_get_boundary(software, &boundary);
    snd_pcm_sw_params_set_start_threshold(pcm, software, boundary);  // Started by hand.
    snd_pcm_sw_params_set_avail_min(pcm, software, static_cast<snd_pcm_uframes_t>(period_frames_));
    snd_pcm_sw_params_set_tstamp_mode(pcm, software, SND_PCM_TSTAMP_ENABLE);
    snd_pcm_sw_params_set_tstamp_type(pcm, software, SND_PCM_TSTAMP_TYPE_MONOTONIC_RAW);
    stamp_clock_ = CLOCK_MONOTONIC_RAW;
    if (snd_pcm_sw_params(pcm, software) < 0) {
        snd_pcm_sw_params_set_tstamp_type(pcm, software, SND_PCM_TSTAMP_TYPE_MONOTONIC);
        stamp_clock_ = CLOCK_MONOTONIC;
        need(settings, "refuses its configuration", snd_pcm_sw_params(pcm, software));
    }
    snd_pcm_tstamp_type_t type = SND_PCM_TSTAMP_TYPE_MONOTONIC;
    snd_pcm_sw_params_get_tstamp_type(software, &type);
    if (type == SND_PCM_TSTAMP_TYPE_GETTIMEOFDAY) {
        stamp_clock_ = CLOCK_REALTIME;
    }
}

int AlsaPcm::prepare() noexcept {
    return snd_pcm_prepare(handle_->pcm);
}

int AlsaPcm::start() noexcept {
    return snd_pcm_start(handle_->pcm);
}

int AlsaPcm::wait(std::chrono::milliseconds timeout) noexcept {
    const int result = snd_pcm_wait(handle_->pcm, static_cast<int>(timeout.count()));
    return result < 0 ? result : 0;
}

long AlsaPcm::room() noexcept {
    return snd_pcm_avail_update(handle_->pcm);
}

long AlsaPcm::write(const void* interleaved, int frames) noexcept {
    return snd_pcm_writei(handle_->pcm, interleaved, static_cast<snd_pcm_uframes_t>(frames));
}

int AlsaPcm::resume() noexcept {
    return snd_pcm_resume(handle_->pcm);
}

void AlsaPcm::drop() noexcept {
    snd_pcm_drop(handle_->pcm);
}

// At the driver's stamp, so many frames were still to be heard. The stamp's clock may not be the
// listener's: only its age means something.
std::optional<AlsaPcm::Position> AlsaPcm::position() noexcept {
    snd_pcm_status_t* status = nullptr;
    snd_pcm_status_alloca(&status);
    if (snd_pcm_status(handle_->pcm, status) < 0 ||
        snd_pcm_status_get_state(status) != SND_PCM_STATE_RUNNING) {
        return std::nullopt;
    }
    snd_htimestamp_t stamp{};
    snd_pcm_status_get_htstamp(status, &stamp);
    timespec now_there{};
    clock_gettime(stamp_clock_, &now_there);
    std::chrono::nanoseconds age{nanoseconds(now_there) - nanoseconds(stamp)};
    if (nanoseconds(stamp) == 0 || age < 0ns || age > 1s) {
        age = 0ns;  // A device without stamps: the status is as of now.
    }
    return Position{.delay_frames = snd_pcm_status_get_delay(status), .age = age};
}

}  // namespace earshot::sink
