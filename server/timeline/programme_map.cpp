#include "server/timeline/programme_map.hpp"

#include "common/base/assert.hpp"
#include "earshot/v1/stream.pb.h"

#include <algorithm>
#include <iterator>

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

void ProgrammeMap::write(v1::Timeline& message, MediaTime since) const {
    message.Clear();
    const Segment& first = segment_at(since);
    for (const Segment& segment : segments_) {
        if (segment.media < first.media) {
            continue;
        }
        v1::Segment& out = *message.add_segments();
        out.set_epoch(segment.epoch.value);
        out.set_media_time(segment.media.time_since_epoch().count());
        out.set_programme_time(segment.programme.time_since_epoch().count());
        out.set_rate(segment.rate);
    }
}

}  // namespace earshot::timeline
