#include "server/timeline/programme_map.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace earshot::timeline {

ProgrammeTime Segment::at(MediaTime time) const noexcept {
    if (rate == 0.0 || time <= media) {
        return programme;
    }
    return programme + (time - media);
}

ProgrammeMap::ProgrammeMap(const Segment& first) : segments_{first}, newest_(first.epoch) {
    EARSHOT_ASSERT(first.rate == 0.0 || first.rate == 1.0);
    segments_.reserve(kHistory + 1);
}

void ProgrammeMap::append(const Segment& segment) {
    EARSHOT_ASSERT(segment.rate == 0.0 || segment.rate == 1.0);
    EARSHOT_ASSERT(segment.epoch > newest_);
    const auto replaced = std::ranges::lower_bound(segments_, segment.media, {}, &Segment::media);
    segments_.erase(replaced, segments_.end());
    segments_.push_back(segment);
    newest_ = segment.epoch;
    if (segments_.size() > kHistory) {
        segments_.erase(segments_.begin());
    }
}

MediaTime ProgrammeMap::postpone(Epoch epoch, MediaTime to) {
    const auto found = std::ranges::find(segments_, epoch, &Segment::epoch);
    EARSHOT_ASSERT(found != segments_.end() && to > found->media);
    segments_.erase(std::next(found), segments_.end());
    return std::exchange(found->media, to);
}

const Segment& ProgrammeMap::segment_at(MediaTime time) const noexcept {
    const auto next = std::ranges::upper_bound(segments_, time, {}, &Segment::media);
    return next == segments_.begin() ? segments_.front() : *std::prev(next);
}

ProgrammeTime ProgrammeMap::programme_at(MediaTime time) const noexcept {
    return segment_at(time).at(time);
}

std::optional<MediaTime> ProgrammeMap::media_at(ProgrammeTime time) const noexcept {
    if (last().rate == 0.0 || time < last().programme) {
        return std::nullopt;
    }
    return last().media + (time - last().programme);
}

std::span<const Segment> ProgrammeMap::since(MediaTime time) const noexcept {
    const MediaTime first = segment_at(time).media;
    return {std::ranges::lower_bound(segments_, first, {}, &Segment::media), segments_.end()};
}

}  // namespace earshot::timeline
