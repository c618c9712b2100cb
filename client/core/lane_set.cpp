#include "client/core/lane_set.hpp"

#include <algorithm>

namespace earshot::client {
namespace {

/// A lane this far behind the position has ended.
constexpr double kEndedFrames = 2.0 * kSampleRateHz;
/// A lane this far ahead speaks of another clock (a restarted server's).
constexpr double kForeignFrames = 10.0 * kSampleRateHz;
/// A start takes effect on the output frame nearest to it.
constexpr double kNearest = 0.5;

}  // namespace

LaneSet::Lane* LaneSet::find(StreamId stream, Epoch epoch) noexcept {
    for (Lane& lane : lanes_) {
        if (lane.is_open() && lane.stream() == stream && lane.epoch() == epoch) {
            return &lane;
        }
    }
    return nullptr;
}

void LaneSet::count(Arrival arrival) noexcept {
    switch (arrival) {
        case Arrival::stored:
            break;
        case Arrival::duplicate:
            ++arrivals_.duplicate;
            break;
        case Arrival::late:
            ++arrivals_.late;
            break;
        case Arrival::refused:
            ++arrivals_.refused;
            break;
    }
}

std::int64_t LaneSet::successor_start(const Lane& lane) const noexcept {
    std::int64_t start = kNever;
    for (const Lane& other : lanes_) {
        if (other.is_open() && other.packets().based() && other.stream() == lane.stream() &&
            other.epoch().value > lane.epoch().value) {
            start = std::min(start, other.switch_media());
        }
    }
    return start;
}

bool LaneSet::current(const Lane& lane, const Need& need) const noexcept {
    return lane.stream() == need.followed && lane.epoch().value >= floor(lane.stream()) &&
           static_cast<double>(successor_start(lane)) > need.position;
}

bool LaneSet::dead(const Lane& lane, double position) const noexcept {
    const JitterBuffer& packets = lane.packets();
    const auto newest =
        static_cast<double>(packets.media_of(packets.highest()) + kPacketFrames.count());
    return lane.epoch().value < floor(lane.stream()) || newest < position - kEndedFrames ||
           newest > position + kForeignFrames;
}

void LaneSet::set_floor(StreamId stream, Epoch epoch) noexcept {
    floors_[stream.value] = std::max(floors_[stream.value], epoch.value);
}

void LaneSet::forget_floors_if_empty() noexcept {
    // Nothing has come for so long that late packets are no danger; a restarted server, though,
    // counts its epochs from the start again.
    const bool empty =
        std::none_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.is_open(); });
    if (empty) {
        floors_.fill(0);
    }
}

LaneSet::Lane* LaneSet::playable(StreamId stream,
                                 double position,
                                 const Lane* heard,
                                 double ahead) noexcept {
    Lane* best = nullptr;
    for (Lane& lane : lanes_) {
        const bool started = lane.is_open() && lane.stream() == stream && lane.packets().based() &&
                             lane.epoch().value >= floor(stream) &&
                             static_cast<double>(lane.switch_media()) <= position + kNearest;
        if (started && (best == nullptr || lane.epoch().value > best->epoch().value)) {
            best = &lane;
        }
    }
    if (best == nullptr || !best->flowing() ||
        static_cast<double>(best->audible_from()) > position + kNearest) {
        return nullptr;
    }
    const bool enough = static_cast<double>(best->timeline().end()) >= position + ahead;
    return best == heard || enough ? best : nullptr;
}

double LaneSet::next_event(StreamId stream, double position) const noexcept {
    double next = static_cast<double>(kNever);
    for (const Lane& lane : lanes_) {
        if (!lane.is_open() || lane.stream() != stream || !lane.packets().based()) {
            continue;
        }
        const double start = static_cast<double>(lane.switch_media()) - kNearest;
        if (start > position) {
            next = std::min(next, start);
        }
        const double audible = static_cast<double>(lane.audible_from()) - kNearest;
        if (lane.flowing() && audible > position) {
            next = std::min(next, audible);
        }
    }
    return next;
}

const LaneSet::Lane* LaneSet::expected(StreamId stream, double position) const noexcept {
    const Lane* best = nullptr;
    for (const Lane& lane : lanes_) {
        if (!lane.is_open() || lane.stream() != stream || !lane.packets().based()) {
            continue;
        }
        const bool started = static_cast<double>(lane.switch_media()) <= position;
        const bool best_started =
            best != nullptr && static_cast<double>(best->switch_media()) <= position;
        if (best == nullptr || (started && !best_started) ||
            (started && lane.epoch().value > best->epoch().value)) {
            best = &lane;
        }
    }
    return best;
}

}  // namespace earshot::client
