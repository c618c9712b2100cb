#pragma once

#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"
#include "common/dsp/chain/standing.hpp"
#include "common/dsp/chain/transition.hpp"

#include <array>
#include <cstdint>

namespace earshot::show {

/// Most renderings that live at once (DESIGN 5).
inline constexpr int kMaxStreams = 8;

/// Sound of before the epoch that warms its chains up; not encoded.
inline constexpr Frames kChainWarmUp{9'600};

/// Where a feed's lane must start so that the decoded sound of an epoch begins at `programme`:
/// chain and codec delay make it later, pre-roll and warm-up earlier.
[[nodiscard]] constexpr ProgrammeTime feed_start(ProgrammeTime programme) noexcept {
    return programme + kChainLatency + kCodecDelay - kEpochPreroll - kChainWarmUp;
}

/// What control asks of the engine. States and schedules named by it outlive the engine.
/// Handed over by an SpscRing: a value, nothing to free on the engine's side.
struct EngineCommand {
    enum class Kind : std::uint8_t {
        relocate,  ///< A new epoch: from `media` on, the programme is at `programme`.
        change,    ///< A stream's state, by hand, as soon as can be.
        lead,      ///< How far ahead of presentation packets are sent.
    };
    Kind kind = Kind::relocate;

    // relocate
    Epoch epoch{};
    int lane = 0;  ///< Of the feed and of the chains; free (see EngineEvent::lane_free).
    MediaTime media{};
    ProgrammeTime programme{};
    bool playing = false;                             ///< false: stands still, in silence.
    std::array<dsp::Standing, kMaxStreams> starts{};  ///< At `programme`.

    // change
    StreamId stream{};
    dsp::Transition transition{};
    std::uint32_t tag = 0;  ///< Comes back in the event.

    // lead
    Frames lead{0};
};

/// What the engine reports back.
struct EngineEvent {
    enum class Kind : std::uint8_t {
        changed,    ///< A stream begins to change state at `media`.
        lane_free,  ///< The lane's last packet went out; it may be prepared again.
    };
    Kind kind = Kind::changed;
    int lane = 0;
    Epoch epoch{};
    StreamId stream{};
    MediaTime media{};
    ProgrammeTime programme{};
    const dsp::PreparedState* state = nullptr;
    Frames fade{0};
    int cue_index = -1;  ///< Into Show::cues; -1: by hand.
    std::uint32_t tag = 0;
};

/// The control thread's end of the engine.
class EnginePort {
public:
    virtual ~EnginePort() = default;
    /// @return false if too many commands wait.
    virtual bool post(const EngineCommand& command) noexcept = 0;
    /// @return false if there is no event.
    virtual bool poll(EngineEvent& event) noexcept = 0;
    /// How far ahead it works now; on its way to what was last asked for.
    [[nodiscard]] virtual Frames lead() const noexcept = 0;
};

}  // namespace earshot::show
