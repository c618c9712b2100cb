#include "server/source/alsa_input.hpp"

#include "common/audio/format.hpp"
#include "common/base/time.hpp"

#include <alsa/asoundlib.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>

namespace earshot::source {
namespace {

constexpr unsigned kLatencyUs = 40'000;  // ALSA makes four periods of it.
constexpr std::size_t kReadFrames = 480;
constexpr int kWaitMs = 50;
constexpr int kRetryMs = 1'000;

/// ALSA writes its own lines to standard error; ours say the same in one.
void say_nothing(const char* /*file*/,
                 int /*line*/,
                 const char* /*function*/,
                 int /*error*/,
                 const char* /*format*/,
                 ...) {}

}  // namespace

struct AlsaInput::Device {
    struct Close {
        void operator()(snd_pcm_t* pcm) const noexcept { snd_pcm_close(pcm); }
    };
    std::unique_ptr<snd_pcm_t, Close> pcm;

    explicit Device(const std::string& name) {
        snd_lib_error_set_handler(&say_nothing);
        snd_pcm_t* opened = nullptr;
        int error = snd_pcm_open(&opened, name.c_str(), SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);
        if (error < 0) {
            throw std::runtime_error("cannot capture from ALSA device " + name + ": " +
                                     snd_strerror(error));
        }
        pcm.reset(opened);
        // ALSA's "float" is little- or big-endian like the machine.
        error = snd_pcm_set_params(opened, SND_PCM_FORMAT_FLOAT, SND_PCM_ACCESS_RW_INTERLEAVED,
                                   audio::kListenerChannels, kSampleRateHz, 1, kLatencyUs);
        if (error >= 0) {
            error = snd_pcm_start(opened);
        }
        if (error < 0) {
            throw std::runtime_error("ALSA device " + name + " does not capture 48 kHz stereo: " +
                                     snd_strerror(error) + " (try plughw: in place of hw:)");
        }
    }
};

AlsaInput::AlsaInput(std::string device)
    : device_(std::move(device)),
      open_(std::make_unique<Device>(device_)),
      samples_(std::size_t{2} * kReadFrames),
      frames_(kReadFrames) {}

AlsaInput::~AlsaInput() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void AlsaInput::start(LiveBuffer& buffer) {
    thread_ = std::thread([this, &buffer] { run(buffer); });
}

void AlsaInput::run(LiveBuffer& buffer) {
    while (!stop_.wait_ms(0)) {
        if (open_ && capture(buffer)) {
            continue;
        }
        open_.reset();
        if (stop_.wait_ms(kRetryMs)) {
            return;
        }
        try {
            open_ = std::make_unique<Device>(device_);
        } catch (const std::runtime_error&) {
            // Still gone; the feed reports the stall.
        }
    }
}

bool AlsaInput::capture(LiveBuffer& buffer) {
    snd_pcm_t* pcm = open_->pcm.get();
    const int waited = snd_pcm_wait(pcm, kWaitMs);
    snd_pcm_sframes_t got = waited < 0 ? waited : snd_pcm_readi(pcm, samples_.data(), kReadFrames);
    if (got == -EAGAIN) {
        return true;
    }
    if (got < 0) {
        // An overrun or a suspended machine; anything else means the device is gone.
        return snd_pcm_recover(pcm, static_cast<int>(got), 1) >= 0 && snd_pcm_start(pcm) >= 0;
    }
    const auto count = static_cast<std::size_t>(got);
    for (std::size_t n = 0; n < count; ++n) {
        frames_[n] = {samples_[2 * n], samples_[2 * n + 1]};
    }
    buffer.dropped(count - buffer.push(std::span{frames_}.first(count)));
    buffer.note(0, false);
    return true;
}

}  // namespace earshot::source
