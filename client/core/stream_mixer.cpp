#include "client/core/stream_mixer.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::client {
namespace {

constexpr int kFade = LaneSet::kFadeFrames;
/// Decoded audio that a newly followed stream should have ahead: 60 ms ...
constexpr double kChangeAhead = 2'880.0;
/// ... but after this long of waiting, whatever is enough to go on.
constexpr int kChangePatience = 14'400;

}  // namespace

StreamMixer::StreamMixer()
    : window_(audio::kListenerChannels, 2 * kMaxFrames + 4 * kReach),
      rendered_(audio::kListenerChannels, kMaxFrames),
      fade_(kFade + 1) {
    for (std::size_t i = 0; i < fade_.size(); ++i) {
        fade_[i] = static_cast<float>(
            0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(i) / kFade));
    }
}

bool StreamMixer::hears(const LaneSet::Lane& lane) const noexcept {
    return std::any_of(voices_.begin(), voices_.end(),
                       [&](const Voice& voice) { return voice.lane == &lane; });
}

bool StreamMixer::sounds() const noexcept {
    return std::any_of(voices_.begin(), voices_.end(),
                       [](const Voice& voice) { return voice.lane != nullptr; });
}

void StreamMixer::cut() noexcept {
    voices_.fill({});
    current_ = nullptr;
    reanchored_ = false;
}

void StreamMixer::reanchor() noexcept {
    reanchored_ = true;
}

StreamMixer::Voice* StreamMixer::free_voice() noexcept {
    for (Voice& voice : voices_) {
        if (voice.lane == nullptr) {
            return &voice;
        }
    }
    return nullptr;
}

float StreamMixer::gain(const Voice& voice) const noexcept {
    return voice.from + (voice.to - voice.from) * fade_[static_cast<std::size_t>(voice.faded)];
}

void StreamMixer::release(Voice& voice) noexcept {
    voice.from = gain(voice);
    voice.to = 0.0F;
    voice.faded = 0;
    if (&voice == current_) {
        current_ = nullptr;
    }
}

void StreamMixer::choose(LaneSet& lanes, StreamId followed, double position, int frames) noexcept {
    for (Voice& voice : voices_) {  // what has run dry has faded to nothing already
        if (voice.lane != nullptr && !voice.lane->flowing() &&
            position + voice.offset >= static_cast<double>(voice.lane->timeline().end())) {
            current_ = &voice == current_ ? nullptr : current_;
            voice = {};
        }
    }
    const double least = frames * 1.001 + kReach + 1.0;
    LaneSet::Lane* heard = lane();
    LaneSet::Lane* next = nullptr;
    if (heard == nullptr || heard->stream() == followed) {
        waited_ = 0;
        next = lanes.playable(followed, position, heard, least);
    } else {
        waited_ += frames;
        next = lanes.playable(followed, position, heard,
                              waited_ > kChangePatience ? least : kChangeAhead);
        if (next == nullptr) {
            next = lanes.playable(heard->stream(), position, heard, least);  // go on as before
        }
    }
    if (next == heard && (heard == nullptr || current_->offset == 0.0)) {
        return;
    }
    if (next == nullptr) {
        // Its programme has ended here (another epoch has begun that we lack), or the position has
        // left it.
        if (heard->flowing()) {
            release(*current_);
        }
        return;
    }
    Voice* voice = free_voice();
    if (voice == nullptr) {
        return;  // three changes within 20 ms: this one waits
    }
    if (current_ != nullptr) {
        release(*current_);
    }
    *voice = {.lane = next, .offset = 0.0, .from = 0.0F, .to = 1.0F, .faded = 0};
    current_ = voice;
    lanes.set_floor(next->stream(), next->epoch());
}

void StreamMixer::mix(LaneSet& lanes,
                      StreamId followed,
                      audio::BlockView out,
                      double position,
                      double step_first,
                      double step_last) noexcept {
    audio::clear(out);
    if (reanchored_) {
        for (Voice& voice : voices_) {
            voice.offset += last_position_ - position;
        }
    }
    const int total = out.frames();
    const double bend = (step_last - step_first) / total;
    int done = 0;
    while (done < total) {
        const double at = audio::PolyphaseResampler::ramped_position(position, step_first,
                                                                     step_last, total, done);
        int frames = std::min(total - done, kMaxFrames);
        choose(lanes, followed, at, frames);
        const double first = step_first + bend * done;
        const double until = (lanes.next_event(followed, at) - at) / first;
        if (until < frames) {
            frames = std::clamp(static_cast<int>(std::ceil(until)), 1, frames);
        }
        const double last = step_first + bend * (done + frames);
        for (Voice& voice : voices_) {
            if (voice.lane != nullptr) {
                render(voice, out.part(done, frames), at, first, last);
            }
        }
        done += frames;
    }
    reanchored_ = false;
    last_position_ = position + total * 0.5 * (step_first + step_last);
}

void StreamMixer::render(Voice& voice,
                         audio::BlockView out,
                         double position,
                         double step_first,
                         double step_last) noexcept {
    const int frames = out.frames();
    const double start = position + voice.offset;
    const double last = audio::PolyphaseResampler::ramped_position(start, step_first, step_last,
                                                                   frames, frames - 1);
    const auto from = static_cast<std::int64_t>(std::floor(start)) - kReach;
    const int needed =
        static_cast<int>(static_cast<std::int64_t>(std::floor(last)) + kReach + 2 - from);
    const audio::ConstBlockView in = voice.lane->timeline().read(from, needed, window_.view());
    const audio::BlockView rendered = rendered_.view().part(0, frames);
    resampler_.process_ramped(in, start - static_cast<double>(from), step_first, step_last,
                              rendered);
    const float reach = voice.to - voice.from;
    for (int c = 0; c < audio::kListenerChannels; ++c) {
        const auto input = rendered.channel(c);
        const auto output = out.channel(c);
        int faded = voice.faded;
        for (std::size_t n = 0; n < input.size(); ++n) {
            output[n] += input[n] * (voice.from + reach * fade_[static_cast<std::size_t>(faded)]);
            faded = std::min(faded + 1, kFade);
        }
    }
    voice.faded = std::min(voice.faded + frames, kFade);
    if (voice.to <= 0.0F && voice.faded == kFade) {
        voice = {};
    }
}

}  // namespace earshot::client
