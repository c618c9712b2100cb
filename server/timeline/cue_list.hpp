#pragma once

#include "common/base/errc.hpp"
#include "common/base/time.hpp"
#include "common/show/show.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace earshot::timeline {

/// A second GO sooner than this after the first is taken for a slip of the finger.
inline constexpr std::chrono::milliseconds kDoubleGoGuard{300};

/// The cues given by hand, and which of them comes next.
/// Thread: one owner (control).
class CueList {
public:
    /// Indices into Show::cues of the cues without a time, in file order.
    explicit CueList(const show::Show& show);

    /// Takes the next cue. Fails with Errc::refused within kDoubleGoGuard of the last GO, and with
    /// not_found after the last cue.
    /// @return its index into Show::cues.
    Expected<std::size_t> go(MediaInstant now);

    /// What an undo() asks of the session.
    struct Undone {
        std::size_t cue = 0;  ///< The cue taken back; it is next again.
        /// The cue given by hand before it on the same perspective; nothing: the perspective
        /// follows its timed cues again.
        std::optional<std::size_t> before;
    };
    /// Takes the last GO back. Fails with Errc::not_found if there was none.
    Expected<Undone> undo();

    /// Makes the cue before the next one next, without giving it. @return false at the first.
    bool back() noexcept;
    /// Makes a cue next, by its index into Show::cues. @return false if it is not given by hand.
    bool stand_by(std::size_t cue) noexcept;

    /// Index into Show::cues of the cue that GO would take.
    [[nodiscard]] std::optional<std::size_t> next() const noexcept;
    /// Forgets all that was given; the first cue is next.
    void reset() noexcept;

private:
    struct Entry {
        std::size_t cue = 0;
        std::size_t perspective = 0;  ///< Index into Show::perspectives.
    };
    std::vector<Entry> entries_;
    std::size_t next_ = 0;
    std::vector<std::size_t> given_;  ///< Indices into entries_, oldest first, the last kMemory.
    std::optional<MediaInstant> last_go_;
};

}  // namespace earshot::timeline
