#include "server/source/reader_feed.hpp"

#include "common/audio/interleave.hpp"
#include "common/base/level.hpp"
#include "server/source/stereo_frame.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace earshot::source {
namespace {

constexpr int kPieceFrames = 2'400;
/// What pull() takes out of a ring at once.
constexpr int kPullFrames = 960;
/// The engine frees room without a system call, so the thread looks for itself: the rings hold 1 s.
constexpr std::chrono::milliseconds kLookAgain{40};

}  // namespace

ReaderFeed::Lane::Lane(int samples_a_frame)
    : width(samples_a_frame),
      ring(static_cast<std::size_t>(kRingFrames * samples_a_frame)),
      faded_in(kGapFadeFrames),
      scratch(static_cast<std::size_t>(kPullFrames * samples_a_frame)) {}

int ReaderFeed::Lane::filled_frames() const noexcept {
    return static_cast<int>(ring.size()) / width;
}

ReaderFeed::ReaderFeed(std::unique_ptr<audio::ProgrammeReader> reader, double gain_db)
    : reader_(std::move(reader)),
      width_(reader_ ? audio::kListenerChannels * reader_->layers() : audio::kListenerChannels),
      gain_(static_cast<float>(db_to_gain(gain_db))),
      piece_(width_, kPieceFrames),
      frames_(static_cast<std::size_t>(kPieceFrames * width_)) {
    if (!reader_) {
        throw std::invalid_argument("ReaderFeed: no reader");
    }
    if (!(gain_db >= -60.0 && gain_db <= 40.0)) {
        throw std::invalid_argument("a programme's gain is -60 to 40 dB");
    }
    for (int lane = 0; lane < kLanes; ++lane) {
        lanes_.push_back(std::make_unique<Lane>(width_));
    }
    length_ = reader_->length();
    description_ = reader_->description();
    thread_ = std::thread([this] { run(); });
}

ReaderFeed::~ReaderFeed() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void ReaderFeed::prepare(int lane, ProgrammeTime from) {
    EARSHOT_ASSERT(lane >= 0 && lane < kLanes);
    Lane& one = *lanes_[static_cast<std::size_t>(lane)];
    {
        const std::lock_guard lock(mutex_);
        one.from = from;
        one.requested.fetch_add(1, std::memory_order_acq_rel);
    }
    wake_.notify_one();
}

bool ReaderFeed::primed(int lane) const noexcept {
    EARSHOT_ASSERT(lane >= 0 && lane < kLanes);
    const Lane& one = *lanes_[static_cast<std::size_t>(lane)];
    const std::uint32_t requested = one.requested.load(std::memory_order_acquire);
    return requested != 0 && one.ready.load(std::memory_order_acquire) == requested &&
           one.filled_frames() >= kPrimedFrames;
}

bool ReaderFeed::holds(int lane, Frames frames) const noexcept {
    EARSHOT_ASSERT(lane >= 0 && lane < kLanes);
    const Lane& one = *lanes_[static_cast<std::size_t>(lane)];
    const std::uint32_t ready = one.ready.load(std::memory_order_acquire);
    if (ready == 0 || ready != one.requested.load(std::memory_order_acquire)) return false;
    const std::int64_t owed = one.playing == ready ? one.owed : 0;
    return one.filled_frames() >= owed + frames.count();
}

void ReaderFeed::pull(int lane, audio::BlockView out) noexcept {
    EARSHOT_ASSERT(lane >= 0 && lane < kLanes && out.channels() == width_);
    Lane& one = *lanes_[static_cast<std::size_t>(lane)];
    for (int done = 0; done < out.frames();) {
        const int frames = std::min(kPullFrames, out.frames() - done);
        pull_piece(one, out.part(done, frames));
        done += frames;
    }
}

int ReaderFeed::take(Lane& lane, audio::BlockView out) noexcept {
    const std::span<float> scratch{lane.scratch};
    const auto pop = [&](std::int64_t frames) {
        const auto samples = static_cast<std::size_t>(frames * lane.width);
        return static_cast<int>(lane.ring.pop(scratch.first(samples))) / lane.width;
    };
    while (lane.owed > 0) {
        const int dropped = pop(std::min<std::int64_t>(lane.owed, kPullFrames));
        if (dropped == 0) {
            return 0;
        }
        lane.owed -= dropped;
    }
    const int got = pop(out.frames());
    const auto samples = static_cast<std::size_t>(got) * static_cast<std::size_t>(lane.width);
    audio::deinterleave(scratch.first(samples), out.part(0, got));
    return got;
}

void ReaderFeed::pull_piece(Lane& lane, audio::BlockView out) noexcept {
    const std::uint32_t ready = lane.ready.load(std::memory_order_acquire);
    int got = 0;
    if (ready != 0 && ready == lane.requested.load(std::memory_order_acquire)) {
        if (lane.playing != ready) {
            lane.playing = ready;
            lane.owed = 0;
            lane.faded_in = kGapFadeFrames;
        }
        got = take(lane, out);
    }
    lane.faded_in = fade_in(out.part(0, got), lane.faded_in, kGapFadeFrames);
    const int missing = out.frames() - got;
    if (missing > 0) {
        const int fade = std::min(got, kGapFadeFrames);
        fade_out(out.part(got - fade, fade));
        audio::clear(out.part(got, missing));
        lane.owed += missing;
        lane.faded_in = 0;
        starved_frames_.fetch_add(static_cast<std::uint64_t>(missing), std::memory_order_relaxed);
        if (!starved_.exchange(true, std::memory_order_relaxed)) {
            stalls_.fetch_add(1, std::memory_order_relaxed);
        }
    } else {
        starved_.store(false, std::memory_order_relaxed);
    }
}

audio::FeedCounters ReaderFeed::counters() const noexcept {
    return {.starved_frames = starved_frames_.load(std::memory_order_relaxed),
            .stalls = stalls_.load(std::memory_order_relaxed),
            .stalled = starved_.load(std::memory_order_relaxed) ||
                       failing_.load(std::memory_order_relaxed)};
}

ReaderFeed::Lane* ReaderFeed::next_to_fill() {
    Lane* neediest = nullptr;
    for (const auto& held : lanes_) {
        Lane& lane = *held;
        const std::uint32_t requested = lane.requested.load(std::memory_order_acquire);
        if (requested != lane.filling) {
            // The engine does not pull this lane now (prepare()'s precondition), so this thread may
            // take the consumer's part and throw away what the ring still holds.
            while (lane.ring.pop(frames_) > 0) {
            }
            lane.next = lane.from;
            lane.filling = requested;
            lane.ready.store(requested, std::memory_order_release);
        }
        const int fill = lane.filled_frames();
        if (lane.filling != 0 && fill + kPieceFrames <= kRingFrames &&
            (neediest == nullptr || fill < neediest->filled_frames())) {
            neediest = &lane;
        }
    }
    return neediest;
}

void ReaderFeed::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        Lane* lane = next_to_fill();
        if (lane == nullptr) {
            wake_.wait_for(lock, kLookAgain);
            continue;
        }
        lock.unlock();
        fill(*lane);
        lock.lock();
    }
}

void ReaderFeed::fill(Lane& lane) {
    const bool ok = reader_->read(lane.next, piece_.view());
    if (!ok && !failing_.load(std::memory_order_relaxed)) {
        stalls_.fetch_add(1, std::memory_order_relaxed);
    }
    failing_.store(!ok, std::memory_order_relaxed);
    audio::interleave(piece_.view(), frames_);
    if (gain_ != 1.0F) {
        for (float& sample : frames_) {
            sample *= gain_;
        }
    }
    const std::size_t pushed = lane.ring.push(frames_);
    lane.next += Frames{static_cast<std::int64_t>(pushed) / width_};
}

}  // namespace earshot::source
