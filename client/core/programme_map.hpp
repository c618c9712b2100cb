#pragma once

#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"

#include <optional>
#include <vector>

namespace earshot::client {

/// From `media` on, programme frame programme + (m - media) * rate is heard at media frame m.
struct ProgrammeSegment {
    Epoch epoch;
    MediaTime media;
    ProgrammeTime programme;
    double rate = 1.0;  ///< 0: stands still.
};

/// The map from media time to programme time, as the server last told it.
/// Thread: one owner.
class ProgrammeMap {
public:
    /// Takes the place of what was known. Segments may come in any order.
    void assign(std::vector<ProgrammeSegment> segments);

    /// The segment that holds at a media time; nothing before the first one.
    [[nodiscard]] std::optional<ProgrammeSegment> at(MediaTime media) const;
    [[nodiscard]] std::optional<ProgrammeTime> programme_at(MediaTime media) const;

    /// True if something of this epoch that is due at this media time has been replaced by a later
    /// segment (after a seek, the changes of the place that was left).
    [[nodiscard]] bool replaced(Epoch epoch, MediaTime media) const;

private:
    std::vector<ProgrammeSegment> segments_;  ///< By epoch, oldest first.
};

}  // namespace earshot::client
