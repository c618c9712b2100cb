#pragma once

#include "common/base/errc.hpp"
#include "server/timeline/programme_map.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace earshot::timeline {

enum class Phase {
    ready,  ///< Stands at its start, waits for GO.
    playing,
    paused,
    ended,  ///< The programme is over: silence, nothing closes.
};

/// A new segment of the programme. It replaces everything at or after its media time.
using Relocation = Segment;

/// Part of the programme that repeats, [from, to).
struct Region {
    ProgrammeTime from;
    ProgrammeTime to;
    friend bool operator==(const Region&, const Region&) = default;
};

inline constexpr Frames kShortestLoop{kSampleRateHz};
/// How far ahead a command may be asked for.
inline constexpr std::chrono::hours kFarthestCommand{24};

struct TransportSettings {
    std::optional<Frames> length;  ///< Of the programme; nothing: no end known.
    bool seekable = true;          ///< false: live, the sound cannot be heard twice.
    Frames margin =
        std::chrono::milliseconds{100};  ///< A command takes effect this late, at least.
    /// How far before its media time advance() hands out a loop's or the end's segment: the
    /// listeners' lead, plus the time the source needs to prepare. At least the margin plus the
    /// time between two calls of advance().
    Frames ahead = std::chrono::milliseconds{1'500};
};

/// Play, pause, seek, loop, end: the state machine behind the programme map. It decides segments
/// and knows no clock; the caller says what time it is and sends each Relocation on, in order.
///
/// A command takes effect at E = max(now + margin, requested). It is judged by what would be the
/// case at E, and takes back whatever was scheduled for E or later. While the programme plays, E
/// may not lie beyond a loop's end or the programme's end that advance() has not handed out yet.
/// Thread: one owner (control).
class Transport {
public:
    /// Starts in Phase::ready at the beginning of the programme: epoch 1, standing still.
    /// @throws std::invalid_argument  if a duration is negative or the programme is empty.
    Transport(const TransportSettings& settings, MediaTime now);

    /// ready -> playing.
    Expected<Relocation> go(MediaTime now, std::optional<MediaTime> requested = {});
    /// ready or paused -> playing, from where it stands.
    Expected<Relocation> play(MediaTime now, std::optional<MediaTime> requested = {});
    /// playing -> paused; also calls off a start that is still to come.
    Expected<Relocation> pause(MediaTime now, std::optional<MediaTime> requested = {});
    /// To a programme position: goes on playing if it plays, else stands there (ended -> paused).
    Expected<Relocation> seek(MediaTime now,
                              ProgrammeTime to,
                              std::optional<MediaTime> requested = {});
    /// Plays so that programme frame `programme` is heard at `media` (a time code's word), from any
    /// phase. With `media` in the past it joins in where it should be at E.
    Expected<Relocation> relocate(MediaTime now, ProgrammeTime programme, MediaTime media);

    /// Repeats a region. Starts from its beginning at E if the programme is already past its end.
    /// @return the segment to send, if this changes anything that was decided before.
    Expected<std::optional<Relocation>> loop(MediaTime now, const Region& region);
    /// Repeats the whole programme.
    Expected<std::optional<Relocation>> loop_all(MediaTime now);
    /// Goes on to the end.
    Expected<std::optional<Relocation>> loop_off(MediaTime now);

    /// The next loop or end segment due within `ahead` of now, at exactly the media time at which
    /// the loop's end or the programme's end is reached. Call until it gives nothing: after every
    /// command, and a few times a second.
    std::optional<Relocation> advance(MediaTime now);

    /// A segment that nobody has played yet takes effect later, because its sound is not there.
    /// What was handed out after it is taken back; advance() gives it anew.
    /// @pre the map holds the epoch; `to` is later than it was.
    Relocation postpone(Epoch epoch, MediaTime to);

    /// More or less lead for the listeners.
    void set_ahead(Frames ahead) noexcept;
    /// A command takes effect this late, at least, from now on. @pre not negative
    void set_margin(Frames margin) noexcept;

    [[nodiscard]] Phase phase_at(MediaTime time) const noexcept;
    [[nodiscard]] const ProgrammeMap& map() const noexcept { return map_; }
    [[nodiscard]] const std::optional<Region>& region() const noexcept { return region_; }
    [[nodiscard]] const std::optional<Frames>& length() const noexcept { return settings_.length; }

private:
    struct Step {
        MediaTime media;
        Phase phase = Phase::ready;
    };
    /// What playing on leads to: the start of the loop again, or the end.
    struct Turn {
        MediaTime media;
        ProgrammeTime programme;
        Phase phase = Phase::ready;
    };
    [[nodiscard]] std::optional<Turn> next_turn() const noexcept;
    [[nodiscard]] Expected<MediaTime> effect(MediaTime now,
                                             std::optional<MediaTime> requested) const;
    [[nodiscard]] std::optional<Failure> refuse_position(ProgrammeTime position) const;
    [[nodiscard]] bool anything_after(MediaTime time) const noexcept;
    Relocation step(MediaTime media, ProgrammeTime programme, Phase phase);
    Expected<std::optional<Relocation>> change_loop(MediaTime now, std::optional<Region> region);

    TransportSettings settings_;
    ProgrammeMap map_;
    std::vector<Step> steps_;  ///< Phases, parallel to the map's segments.
    std::optional<Region> region_;
    Epoch epoch_;
};

/// "ready", "playing", "paused", "ended"
[[nodiscard]] std::string_view to_string(Phase phase) noexcept;

}  // namespace earshot::timeline
