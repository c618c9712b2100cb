#include "server/source/pulse_input.hpp"

#include "common/audio/format.hpp"
#include "common/base/time.hpp"

#include <pulse/pulseaudio.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace earshot::source {
namespace {

constexpr std::uint32_t kFragmentBytes = 480 * sizeof(StereoFrame);
constexpr pa_usec_t kRetry = 1 * PA_USEC_PER_SEC;
constexpr pa_usec_t kPatience = 5 * PA_USEC_PER_SEC;
static_assert(sizeof(StereoFrame) == 2 * sizeof(float), "a frame is what PulseAudio sends");

}  // namespace

/// Context and stream on libpulse's thread; every member but the loop is used under its lock.
class PulseInput::Recorder {
public:
    explicit Recorder(std::string source)
        : source_(std::move(source)), loop_(pa_threaded_mainloop_new()), frames_(4'800) {
        if (loop_ == nullptr || pa_threaded_mainloop_start(loop_) < 0) {
            if (loop_ != nullptr) {
                pa_threaded_mainloop_free(loop_);
            }
            throw std::runtime_error("cannot start PulseAudio's thread");
        }
        const Lock lock(loop_);
        connect();
    }
    ~Recorder() {
        {
            const Lock lock(loop_);
            disconnect();
            if (timer_ != nullptr) {
                api()->time_free(timer_);
            }
        }
        pa_threaded_mainloop_stop(loop_);
        pa_threaded_mainloop_free(loop_);
    }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// @throws std::runtime_error  if it does not record within kPatience.
    void wait_until_recording() {
        const Lock lock(loop_);
        schedule(kPatience);
        while (!recording_ && reason_.empty() && !timed_out_) {
            pa_threaded_mainloop_wait(loop_);
        }
        if (!recording_) {
            throw std::runtime_error("cannot record from PulseAudio source " + source_ + ": " +
                                     (reason_.empty() ? "no answer within 5 s" : reason_));
        }
        starting_ = false;
    }
    void deliver_to(LiveBuffer& buffer) {
        const Lock lock(loop_);
        buffer_ = &buffer;
    }

private:
    class Lock {
    public:
        explicit Lock(pa_threaded_mainloop* loop) : loop_(loop) {
            pa_threaded_mainloop_lock(loop_);
        }
        ~Lock() { pa_threaded_mainloop_unlock(loop_); }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        pa_threaded_mainloop* loop_;
    };

    pa_mainloop_api* api() { return pa_threaded_mainloop_get_api(loop_); }

    void schedule(pa_usec_t delay) {
        if (timer_ != nullptr) {
            api()->time_free(timer_);
        }
        timer_ =
            pa_context_rttime_new(context_, pa_rtclock_now() + delay, &Recorder::on_timer, this);
    }

    void connect() {
        context_ = pa_context_new(api(), "Earshot server");
        pa_context_set_state_callback(context_, &Recorder::on_context, this);
        if (pa_context_connect(context_, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0) {
            failed();
        }
    }

    void disconnect() {
        recording_ = false;
        if (stream_ != nullptr) {
            pa_stream_set_read_callback(stream_, nullptr, nullptr);
            pa_stream_set_state_callback(stream_, nullptr, nullptr);
            pa_stream_disconnect(stream_);
            pa_stream_unref(stream_);
            stream_ = nullptr;
        }
        if (context_ != nullptr) {
            pa_context_set_state_callback(context_, nullptr, nullptr);
            pa_context_disconnect(context_);
            pa_context_unref(context_);
            context_ = nullptr;
        }
    }

    void failed() {
        recording_ = false;
        if (starting_) {
            reason_ = pa_strerror(pa_context_errno(context_));
            pa_threaded_mainloop_signal(loop_, 0);
        } else {
            schedule(kRetry);
        }
    }

    void open_stream() {
        const pa_sample_spec spec{.format = PA_SAMPLE_FLOAT32NE,
                                  .rate = kSampleRateHz,
                                  .channels = audio::kListenerChannels};
        constexpr auto kServerChooses = static_cast<std::uint32_t>(-1);
        const pa_buffer_attr buffering{.maxlength = kServerChooses,
                                       .tlength = kServerChooses,
                                       .prebuf = kServerChooses,
                                       .minreq = kServerChooses,
                                       .fragsize = kFragmentBytes};
        stream_ = pa_stream_new(context_, "programme", &spec, nullptr);
        if (stream_ == nullptr) {
            failed();
            return;
        }
        pa_stream_set_state_callback(stream_, &Recorder::on_stream, this);
        pa_stream_set_read_callback(stream_, &Recorder::on_data, this);
        if (pa_stream_connect_record(stream_, source_.c_str(), &buffering,
                                     PA_STREAM_ADJUST_LATENCY) < 0) {
            failed();
        }
    }

    void take() {
        for (;;) {
            const void* data = nullptr;
            std::size_t bytes = 0;
            if (pa_stream_peek(stream_, &data, &bytes) < 0 || bytes == 0) {
                break;
            }
            const std::size_t count = std::min(bytes / sizeof(StereoFrame), frames_.size());
            const std::span<StereoFrame> frames = std::span{frames_}.first(count);
            std::fill(frames.begin(), frames.end(), StereoFrame{});  // A hole in the recording.
            if (data != nullptr) {
                std::copy_n(static_cast<const std::byte*>(data), count * sizeof(StereoFrame),
                            std::as_writable_bytes(frames).data());
            }
            if (buffer_ != nullptr) {
                buffer_->dropped(bytes / sizeof(StereoFrame) - buffer_->push(frames));
            }
            pa_stream_drop(stream_);
        }
        if (buffer_ != nullptr) {
            buffer_->note(0, false);
        }
    }

    static void on_context(pa_context* context, void* self) {
        auto& recorder = *static_cast<Recorder*>(self);
        const pa_context_state_t state = pa_context_get_state(context);
        if (state == PA_CONTEXT_READY) {
            recorder.open_stream();
        } else if (state == PA_CONTEXT_FAILED || state == PA_CONTEXT_TERMINATED) {
            recorder.failed();
        }
    }
    static void on_stream(pa_stream* stream, void* self) {
        auto& recorder = *static_cast<Recorder*>(self);
        const pa_stream_state_t state = pa_stream_get_state(stream);
        if (state == PA_STREAM_READY) {
            recorder.recording_ = true;
            pa_threaded_mainloop_signal(recorder.loop_, 0);
        } else if (state == PA_STREAM_FAILED || state == PA_STREAM_TERMINATED) {
            recorder.failed();
        }
    }
    static void on_data(pa_stream* /*stream*/, std::size_t /*bytes*/, void* self) {
        static_cast<Recorder*>(self)->take();
    }
    static void on_timer(pa_mainloop_api* /*api*/,
                         pa_time_event* /*event*/,
                         const timeval* /*time*/,
                         void* self) {
        auto& recorder = *static_cast<Recorder*>(self);
        if (recorder.starting_) {
            recorder.timed_out_ = true;
            pa_threaded_mainloop_signal(recorder.loop_, 0);
        } else if (!recorder.recording_) {
            recorder.disconnect();
            recorder.connect();
        }
    }

    std::string source_;
    pa_threaded_mainloop* loop_;
    pa_context* context_ = nullptr;
    pa_stream* stream_ = nullptr;
    pa_time_event* timer_ = nullptr;
    LiveBuffer* buffer_ = nullptr;
    std::vector<StereoFrame> frames_;
    std::string reason_;
    bool starting_ = true;
    bool recording_ = false;
    bool timed_out_ = false;
};

PulseInput::PulseInput(std::string source)
    : source_(std::move(source)), recorder_(std::make_unique<Recorder>(source_)) {
    recorder_->wait_until_recording();
}

PulseInput::~PulseInput() = default;

void PulseInput::start(LiveBuffer& buffer) {
    recorder_->deliver_to(buffer);
}

}  // namespace earshot::source
