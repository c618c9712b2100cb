#pragma once

#include "common/audio/ports.hpp"
#include "common/base/errc.hpp"
#include "common/show/cue_schedule.hpp"
#include "common/show/render_plan.hpp"
#include "common/show/show.hpp"
#include "server/timeline/cue_list.hpp"
#include "server/timeline/programme_map.hpp"
#include "server/timeline/transport.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace earshot::session {

/// A stream's change of state, as the engine rendered it.
struct StateNotice {
    StreamId stream;
    Epoch epoch;
    MediaTime media;
    ProgrammeTime programme;
    const dsp::PreparedState* state = nullptr;
    Frames fade{0};
    int cue_index = -1;  ///< Into Show::cues; -1: no cue.
};

/// What playback tells the session.
/// Thread: control.
class PlaybackEvents {
public:
    virtual ~PlaybackEvents() = default;
    virtual void on_timeline() = 0;
    virtual void on_state(const StateNotice& notice) = 0;
    virtual void on_phase() = 0;
    /// The medium did not deliver in time: what was asked for takes effect so much later.
    virtual void on_postponed(Frames by) = 0;
};

/// Drives the programme: transport commands become epochs of the engine, cues by hand become
/// changes. Stands between the pure timeline and the engine's ring.
/// Thread: control.
class Playback {
public:
    /// @param schedules  One per stream, as the engine has them.
    /// @param states     For changes by hand; outlives this.
    /// @param feed, engine, events  Outlive the playback.
    Playback(const show::Show& show,
             std::vector<std::shared_ptr<const show::CueSchedule>> schedules,
             show::HearingStates& states,
             audio::ProgrammeFeed& feed,
             show::EnginePort& engine,
             PlaybackEvents& events,
             Frames lead,
             MediaInstant now);

    /// The first epoch: silence. Call once, before anything else.
    void begin(MediaInstant now);
    /// Moves what waits along; call about every 10 ms.
    void tick(MediaInstant now);

    using Outcome = Expected<bool>;  ///< true, or why not.
    Outcome go(MediaInstant now);    ///< Starts when ready; then the next cue by hand.
    Outcome play(MediaInstant now);
    Outcome pause(MediaInstant now);
    Outcome seek(MediaInstant now, ProgrammeTime to);
    Outcome loop(MediaInstant now, ProgrammeTime from, ProgrammeTime to);
    Outcome unloop(MediaInstant now);
    /// A state by hand, for one stream, until its next cue.
    Outcome change(MediaInstant now,
                   StreamId stream,
                   const std::string& state,
                   double intensity,
                   std::chrono::milliseconds fade);

    /// Repeats the whole programme.
    Outcome loop_all(MediaInstant now);

    /// How far ahead packets are sent, from now on; the engine takes its time to get there
    /// (render::LeadFollower). @pre between kLeastLead and kMostLead
    Outcome set_lead(Frames lead);
    /// Where the lead is on its way.
    [[nodiscard]] Frames lead_now() const noexcept { return engine_.lead(); }
    /// Live sound cannot be read ahead.
    [[nodiscard]] bool live() const noexcept { return !feed_.seekable(); }

    [[nodiscard]] const timeline::ProgrammeMap& map() const noexcept { return transport_.map(); }
    /// What is heard now.
    [[nodiscard]] timeline::Phase phase(MediaInstant now) const noexcept {
        return transport_.phase_at(to_frame(now));
    }
    [[nodiscard]] ProgrammeTime position(MediaInstant now) const noexcept {
        return map().programme_at(to_frame(now));
    }
    [[nodiscard]] std::optional<Frames> length() const noexcept { return feed_.length(); }
    /// What each stream is in or about to be in: the last change that has begun, and all later
    /// ones.
    [[nodiscard]] std::vector<StateNotice> states(MediaInstant now) const;
    /// The state a stream is heard in at `now`; null before the first epoch.
    [[nodiscard]] const dsp::PreparedState* state_now(StreamId stream,
                                                      MediaInstant now) const noexcept;

private:
    struct ManualChange {
        ProgrammeTime at;
        dsp::StatePtr state;
        Frames fade{0};
        dsp::FadeCurve curve = dsp::FadeCurve::quintic;
        bool sudden = false;
        int cue_index = -1;

        [[nodiscard]] dsp::Transition transition() const noexcept {
            return {.target = state.get(), .fade = fade, .curve = curve, .sudden = sudden};
        }
    };
    struct Pending {
        timeline::Relocation to;
        int lane = 0;
        Frames patience{0};  ///< For a slow medium it may take effect so much later.
    };

    Outcome schedule(const Expected<timeline::Relocation>& relocation,
                     MediaInstant now,
                     Frames patience = Frames{0});
    Outcome schedule_loop(const Expected<std::optional<timeline::Relocation>>& relocation,
                          MediaInstant now);
    [[nodiscard]] std::optional<int> free_lane() const noexcept;
    void commit_due(MediaInstant now);
    /// Forgets pending ones beyond so many.
    void take_back(std::size_t kept);
    /// Lets the first of the pending ones take effect later. @return false if it may not.
    bool postpone();
    void commit(const Pending& pending);
    [[nodiscard]] dsp::Standing start_of(std::size_t stream, ProgrammeTime at) const;
    [[nodiscard]] int cue_at(std::size_t stream, ProgrammeTime at) const;
    [[nodiscard]] bool by_hand_holds(std::size_t stream, const show::StateAt& timed) const;
    Outcome post_change(StreamId stream, const ManualChange& change);
    [[nodiscard]] dsp::StatePtr prepared(const std::string& state, double intensity);
    void remember(const StateNotice& notice);
    void on_event(const show::EngineEvent& event);
    void report_phase(MediaInstant now);
    /// The longer of the lead asked for and the one the engine works with.
    [[nodiscard]] Frames widest_lead() const noexcept;

    const show::Show& show_;
    std::vector<std::shared_ptr<const show::CueSchedule>> schedules_;
    show::HearingStates& states_;
    audio::ProgrammeFeed& feed_;
    show::EnginePort& engine_;
    PlaybackEvents& events_;
    Frames lead_;
    timeline::Transport transport_;
    timeline::Phase reported_ = timeline::Phase::ready;
    timeline::CueList cues_;
    std::array<bool, audio::ProgrammeFeed::kLanes> lane_busy_{};
    std::deque<Pending> pending_;
    MediaTime committed_{};  ///< Where the newest epoch that the engine has begins.
    std::vector<std::vector<ManualChange>> manual_;  ///< Per stream, in the order they were made.
    std::map<std::pair<std::string, int>, dsp::StatePtr>
        kept_;  ///< By name and intensity: the engine holds pointers.
    std::map<std::uint32_t, ManualChange> posted_;  ///< By tag, until the engine answers.
    std::uint32_t last_tag_ = 0;
    std::vector<std::deque<StateNotice>> notices_;  ///< Per stream, oldest first.
};

}  // namespace earshot::session
