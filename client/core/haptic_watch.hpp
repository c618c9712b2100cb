#pragma once

#include "client/core/programme_map.hpp"
#include "common/base/time.hpp"
#include "common/wire/haptics.hpp"
#include "common/wire/packet.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace earshot::client {

/// A haptic point and when it is to be felt.
struct TimedPoint {
    MediaTime media;
    ProgrammeTime programme;
    Epoch epoch;
    wire::HapticPoint point;
};

/// One JSON object and a line end:
/// {"time":12.340,"rms":150,"peak":200,"onset":false,"centroid":37}
/// Time is the programme's, in seconds, the rest as on the wire.
[[nodiscard]] std::string haptic_line(const TimedPoint& felt);

/// Knows which haptic point is to be felt now: points run ahead of the sound, by the lead.
///
/// Tells each point once, in its moment; of points with nothing in them only the first. After the
/// last point, and when it is told to hush, a point with nothing in it ends what was felt.
/// Thread: one owner. Real-time: no.
class HapticWatch {
public:
    static constexpr std::size_t kMaxPending = 1'024;  ///< 10 s; the oldest make room.
    /// A point that is this late is not told any more.
    static constexpr Frames kTooLate{960};
    /// What was felt ends if nothing follows for this long.
    static constexpr Frames kPatience{2'400};

    /// The points of one packet; those that are known already or come while hushed are ignored.
    void add(const wire::PacketStamp& stamp, const wire::HapticPoints& points);
    /// Forgets what waits: another stream is followed.
    void clear() { pending_.clear(); }
    /// Nothing is felt until resume().
    void hush();
    void resume() noexcept { hushed_ = false; }

    /// What begins to be felt up to this media time, oldest first.
    /// @param map  Says of which epoch points count.
    [[nodiscard]] std::vector<TimedPoint> advance(MediaTime now, const ProgrammeMap& map);
    /// The next media time at which advance() may have something to tell.
    [[nodiscard]] std::optional<MediaTime> next_due() const;
    /// Points that came, and those that were never told because they were late.
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t late() const noexcept { return late_; }

private:
    [[nodiscard]] bool feels() const noexcept { return last_ && last_->point.peak > 0; }

    std::deque<TimedPoint> pending_;  ///< By media time, then epoch.
    std::optional<TimedPoint> last_;  ///< Told last.
    bool hushed_ = false;
    std::uint64_t received_ = 0;
    std::uint64_t late_ = 0;
};

}  // namespace earshot::client
