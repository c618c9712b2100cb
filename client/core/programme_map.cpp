#include "client/core/programme_map.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::client {

void ProgrammeMap::assign(std::vector<ProgrammeSegment> segments) {
    segments_ = std::move(segments);
    std::stable_sort(segments_.begin(), segments_.end(),
                     [](const auto& a, const auto& b) { return a.epoch < b.epoch; });
}

std::optional<ProgrammeSegment> ProgrammeMap::at(MediaTime media) const {
    // The newest epoch that has begun holds: a seek may be told while an older one still plays.
    const auto found = std::find_if(segments_.rbegin(), segments_.rend(),
                                    [&](const auto& segment) { return segment.media <= media; });
    if (found == segments_.rend()) {
        return std::nullopt;
    }
    return *found;
}

std::optional<ProgrammeTime> ProgrammeMap::programme_at(MediaTime media) const {
    const auto segment = at(media);
    if (!segment) {
        return std::nullopt;
    }
    const auto past = static_cast<double>((media - segment->media).count());
    return segment->programme + Frames{std::llround(past * segment->rate)};
}

bool ProgrammeMap::replaced(Epoch epoch, MediaTime media) const {
    return std::any_of(segments_.begin(), segments_.end(), [&](const auto& segment) {
        return segment.epoch > epoch && segment.media <= media;
    });
}

}  // namespace earshot::client
