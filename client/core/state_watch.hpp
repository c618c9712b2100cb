#pragma once

#include "client/core/programme_map.hpp"
#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace earshot::client {

/// A change of one stream's hearing state, as the server announced it.
struct StateEvent {
    StreamId stream;
    Epoch epoch;
    MediaTime media;  ///< First frame that the change can be heard in.
    ProgrammeTime programme;
    std::string state;
    std::string label;
    std::string caption;
    float intensity = 1.0F;
    std::uint32_t fade_ms = 0;
    std::string cue_number;
};

/// Knows which hearing state is *heard* now: announcements run ahead of the sound, by the lead.
///
/// Feed it announcements as they come, and the media time at the DAC as it passes; it tells each
/// change once, when its first frame sounds.
/// Thread: one owner. Real-time: no.
class StateWatch {
public:
    static constexpr std::size_t kMaxPending = 256;  ///< Per stream; the oldest make room.
    static constexpr std::size_t kStreams = 8;

    /// An announcement, early, late or repeated. One that says nothing new is ignored, and so is
    /// one for a stream number that cannot be.
    void announce(StateEvent change);

    /// A new map: what waits and was announced for a place that has been left is forgotten.
    void assign(const ProgrammeMap& map);

    /// What became audible on the followed stream up to this media time, oldest first. Going over
    /// to another stream counts as a change if that stream is in another state.
    [[nodiscard]] std::vector<StateEvent> advance(MediaTime at_dac, StreamId followed);

    /// The next media time at which advance() has something to tell for a stream.
    [[nodiscard]] std::optional<MediaTime> next_due(StreamId followed) const;

    /// What is heard now; nothing before the first change has sounded.
    [[nodiscard]] const std::optional<StateEvent>& heard() const noexcept { return heard_; }

private:
    struct StreamStates {
        std::optional<StateEvent> current;
        std::deque<StateEvent> pending;  ///< By media time.
    };
    std::array<StreamStates, kStreams> streams_;
    std::optional<StateEvent> heard_;
};

}  // namespace earshot::client
