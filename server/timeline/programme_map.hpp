#pragma once

#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace earshot::timeline {

/// From `media` on, programme frame programme + (m - media) * rate is heard at media frame m.
struct Segment {
    Epoch epoch;
    MediaTime media;
    ProgrammeTime programme;
    double rate = 0.0;  ///< 1 plays, 0 stands still.

    /// The programme frame heard at a media time; before the segment's start, its first.
    [[nodiscard]] ProgrammeTime at(MediaTime time) const noexcept;
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// The piecewise map from media time to programme time, with the last kHistory segments.
/// Thread: one owner (control).
class ProgrammeMap {
public:
    static constexpr std::size_t kHistory = 64;

    explicit ProgrammeMap(const Segment& first);

    /// Adds a segment that replaces everything at or after its media time: what was scheduled for
    /// later is taken back.
    /// @pre a rate of 0 or 1, an epoch above every epoch before
    void append(const Segment& segment);

    /// Moves a segment to a later media time and takes back those after it.
    /// @return the time it had. @pre the map holds the epoch; `to` is later than it was
    MediaTime postpone(Epoch epoch, MediaTime to);

    /// The segment in force at a media time; the oldest one kept for times before it.
    [[nodiscard]] const Segment& segment_at(MediaTime time) const noexcept;
    /// The programme frame heard at a media time.
    [[nodiscard]] ProgrammeTime programme_at(MediaTime time) const noexcept;

    /// The media time at which the last segment reaches a programme time; nothing if it never does
    /// (stands still, or starts behind it).
    [[nodiscard]] std::optional<MediaTime> media_at(ProgrammeTime time) const noexcept;

    /// Oldest first.
    [[nodiscard]] std::span<const Segment> segments() const noexcept { return segments_; }
    [[nodiscard]] const Segment& last() const noexcept { return segments_.back(); }

    /// The segment in force at a media time and all later ones, oldest first; valid until it
    /// changes.
    [[nodiscard]] std::span<const Segment> since(MediaTime time) const noexcept;

private:
    std::vector<Segment> segments_;  ///< Never empty; media and epoch strictly rise.
    Epoch newest_;                   ///< Also counts segments that were taken back.
};

}  // namespace earshot::timeline
