#include "server/source/live_feed.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace earshot::source {
namespace {

LiveClockSettings settings_for(const LiveInput& input) {
    LiveClockSettings settings;
    if (!input.waits()) {
        settings.most_target_frames = LiveFeed::kRingFrames;
    }
    return settings;
}

/// A device that finds the ring full loses sound, so it has room for one burst on top.
std::size_t ring_frames(const LiveInput* input) {
    if (input == nullptr) {
        throw std::invalid_argument("LiveFeed: no input");
    }
    return std::size_t{LiveFeed::kRingFrames} + (input->waits() ? 0U : 960U);
}

}  // namespace

LiveFeed::LiveFeed(std::unique_ptr<LiveInput> input, std::unique_ptr<const MediaClockSource> clock)
    : clock_(std::move(clock)),
      buffer_(ring_frames(input.get()), *clock_),
      control_(settings_for(*input)),
      resampler_(audio::kListenerChannels, kMostFrames),
      planar_(audio::kListenerChannels, kScratchFrames),
      input_(std::move(input)) {
    input_->start(buffer_);
}

LiveFeed::~LiveFeed() = default;

void LiveFeed::pull(int lane, audio::BlockView out) noexcept {
    EARSHOT_ASSERT(out.channels() == audio::kListenerChannels);
    if (lane != 0) {
        audio::clear(out);
        return;
    }
    if (!pulled_) {
        start_fresh();
    }
    for (int done = 0; done < out.frames();) {
        const int frames = std::min(kMostFrames, out.frames() - done);
        pull_piece(out.part(done, frames));
        done += frames;
    }
    publish();
}

void LiveFeed::start_fresh() noexcept {
    pulled_ = true;
    if (input_->waits()) {
        return;
    }
    // A device has been running for a while: what waits is old.
    for (std::size_t got = 1; got > 0;) {
        got = buffer_.pop(scratch_);
        consumed_ += static_cast<std::int64_t>(got);
    }
    Arrival old;
    while (buffer_.next_arrival(old)) {
    }
    ignored_drops_.store(buffer_.dropped_frames(), std::memory_order_relaxed);
}

int LiveFeed::resample(audio::BlockView out, double ratio, std::size_t most_input) noexcept {
    const auto wanted = static_cast<std::size_t>(resampler_.needed(out.frames(), ratio));
    const std::size_t got =
        buffer_.pop(std::span{scratch_}.first(std::min({wanted, most_input, scratch_.size()})));
    consumed_ += static_cast<std::int64_t>(got);
    to_planar(std::span{scratch_}.first(got), planar_.view().part(0, static_cast<int>(got)));
    return resampler_.process(audio::ConstBlockView{planar_.view()}.part(0, static_cast<int>(got)),
                              out, ratio, nullptr);
}

void LiveFeed::pull_piece(audio::BlockView out) noexcept {
    Arrival arrival;
    while (buffer_.next_arrival(arrival)) {
        control_.arrived(arrival);
    }
    const MediaInstant now = clock_->now();
    const int frames = out.frames();
    const std::size_t ready = buffer_.waiting();
    const LiveClock::Step step =
        control_.step(now, consumed_, static_cast<std::int64_t>(ready), frames, pace_);
    if (!step.play) {
        audio::clear(out);
        resampler_.reset();
        faded_in_ = 0;
        // Before the first sound there is nothing to miss.
        if (stalls_.load(std::memory_order_relaxed) > 0) {
            starved_frames_.fetch_add(static_cast<std::uint64_t>(frames),
                                      std::memory_order_relaxed);
        }
        return;
    }
    audio::clear(out.part(0, step.silent_frames));
    const audio::BlockView sound = out.part(step.silent_frames, frames - step.silent_frames);
    const auto needed = static_cast<std::size_t>(resampler_.needed(sound.frames(), step.ratio));
    const bool enough = ready >= needed + std::size_t{LiveClock::kReserveFrames};
    const int made = resample(sound, step.ratio, ready);
    faded_in_ = fade_in(sound.part(0, made), faded_in_, 2 * kGapFadeFrames);
    if (enough && made == sound.frames()) {
        stalled_.store(false, std::memory_order_relaxed);
        return;
    }
    // The source has stopped: bring down what there is while there still is some.
    const int fade = std::min(made, kGapFadeFrames);
    fade_out(sound.part(made - fade, fade));
    audio::clear(sound.part(made, sound.frames() - made));
    starved_frames_.fetch_add(static_cast<std::uint64_t>(sound.frames() - made),
                              std::memory_order_relaxed);
    stalls_.fetch_add(1, std::memory_order_relaxed);
    stalled_.store(true, std::memory_order_relaxed);
    control_.stalled(now);
    resampler_.reset();
    faded_in_ = 0;
}

void LiveFeed::publish() noexcept {
    rate_ppm_.store(control_.rate_ppm(), std::memory_order_relaxed);
    fill_ms_.store(std::max(0.0, control_.fill_frames()) / (kSampleRateHz / 1000.0),
                   std::memory_order_relaxed);
}

audio::FeedCounters LiveFeed::counters() const noexcept {
    return {
        .starved_frames = starved_frames_.load(std::memory_order_relaxed),
        .stalls = stalls_.load(std::memory_order_relaxed),
        .overrun_frames = buffer_.dropped_frames() - ignored_drops_.load(std::memory_order_relaxed),
        .rate_ppm = rate_ppm_.load(std::memory_order_relaxed),
        .fill_ms = fill_ms_.load(std::memory_order_relaxed),
        .stalled = stalled_.load(std::memory_order_relaxed)};
}

}  // namespace earshot::source
