#include "server/session/playback.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::session {
namespace {

/// A command by hand is heard this much later: time to read the medium, render and send.
constexpr Frames kFileMargin = std::chrono::milliseconds{200};
/// Epochs go to the engine this much before their first packet is due there.
constexpr Frames kCommitAhead = std::chrono::milliseconds{250};
/// The medium has until then to deliver. What was asked for by hand waits if it has not, for
/// kPatience in all; all else starts with what there is.
constexpr Frames kPrimeDeadline = std::chrono::milliseconds{90};
constexpr Frames kPatience = std::chrono::seconds{2};
/// Notices of what was heard this long ago are forgotten, but for the last.
constexpr std::size_t kMaxNotices = 256;
constexpr int kIntensitySteps = 1'000;
/// Beyond the lead, loops and ends are decided so much earlier.
constexpr Frames kTurnAhead = std::chrono::seconds{1};

timeline::TransportSettings settings_for(const audio::ProgrammeFeed& feed, Frames lead) {
    return {.length = feed.length(),
            .seekable = feed.seekable(),
            // Live sound cannot be taken in advance: its epochs begin where new input is heard.
            .margin = feed.seekable() ? kFileMargin : lead,
            .ahead = lead + kTurnAhead};
}

Failure failure(Errc code, std::string text) {
    return {code, std::move(text)};
}

}  // namespace

Playback::Playback(const show::Show& show,
                   std::vector<std::shared_ptr<const show::CueSchedule>> schedules,
                   show::HearingStates& states,
                   audio::ProgrammeFeed& feed,
                   show::EnginePort& engine,
                   PlaybackEvents& events,
                   Frames lead,
                   MediaInstant now)
    : show_(show),
      schedules_(std::move(schedules)),
      states_(states),
      feed_(feed),
      engine_(engine),
      events_(events),
      lead_(lead),
      transport_(settings_for(feed, lead), to_frame(now) + kEpochPreroll),
      cues_(show),
      manual_(schedules_.size()),
      notices_(schedules_.size()) {}

void Playback::begin(MediaInstant now) {
    schedule(Expected<timeline::Relocation>(map().last()), now);
    commit_due(now);
}

void Playback::tick(MediaInstant now) {
    show::EngineEvent event;
    while (engine_.poll(event)) on_event(event);
    if (live()) transport_.set_margin(widest_lead());
    while (const auto relocation = transport_.advance(to_frame(now))) {
        schedule(Expected<timeline::Relocation>(*relocation), now);
    }
    commit_due(now);
    report_phase(now);
}

void Playback::report_phase(MediaInstant now) {
    if (const auto heard = phase(now); heard != reported_) {
        reported_ = heard;
        events_.on_phase();
    }
}

std::optional<int> Playback::free_lane() const noexcept {
    const auto it = std::ranges::find(lane_busy_, false);
    if (it == lane_busy_.end()) return std::nullopt;
    return static_cast<int>(it - lane_busy_.begin());
}

void Playback::take_back(std::size_t kept) {
    for (; pending_.size() > kept; pending_.pop_back())
        lane_busy_[static_cast<std::size_t>(pending_.back().lane)] = false;
}

Playback::Outcome Playback::schedule(const Expected<timeline::Relocation>& relocation,
                                     MediaInstant now,
                                     Frames patience) {
    if (!relocation) return relocation.failure();
    // What the timeline has taken back is not to be prepared any longer.
    take_back(static_cast<std::size_t>(std::ranges::count_if(
        pending_, [&](const Pending& pending) { return pending.to.media < relocation->media; })));
    const auto lane = free_lane();
    if (!lane) return failure(Errc::not_ready, "too many changes at once; try again in a second");
    lane_busy_[static_cast<std::size_t>(*lane)] = true;
    if (relocation->rate > 0.0) feed_.prepare(*lane, show::feed_start(relocation->programme));
    pending_.push_back({.to = *relocation, .lane = *lane, .patience = patience});
    events_.on_timeline();
    commit_due(now);
    return true;
}

Playback::Outcome Playback::schedule_loop(
    const Expected<std::optional<timeline::Relocation>>& relocation, MediaInstant now) {
    if (!relocation) return relocation.failure();
    if (!relocation.value()) return true;
    return schedule(Expected<timeline::Relocation>(*relocation.value()), now);
}

void Playback::commit_due(MediaInstant now) {
    const MediaTime frame = to_frame(now);
    while (!pending_.empty()) {
        const Pending& next = pending_.front();
        const bool primed = next.to.rate <= 0.0 || feed_.primed(next.lane);
        const bool due = frame >= next.to.media - kEpochPreroll - kPrimeDeadline;
        if (!primed && (!due || postpone())) return;
        if (frame < next.to.media - kEpochPreroll - widest_lead() - kCommitAhead) return;
        commit(next);
        pending_.pop_front();
    }
}

bool Playback::postpone() {
    Pending& next = pending_.front();
    // What the engine already has beyond it would be heard in between.
    if (next.patience <= Frames{0} || committed_ >= next.to.media) return false;
    next.patience -= kFileMargin;
    next.to = transport_.postpone(next.to.epoch, next.to.media + kFileMargin);
    take_back(1);
    events_.on_timeline();
    events_.on_postponed(kFileMargin);
    return true;
}

void Playback::commit(const Pending& pending) {
    show::EngineCommand command;
    command.kind = show::EngineCommand::Kind::relocate;
    command.epoch = pending.to.epoch;
    command.lane = pending.lane;
    command.media = pending.to.media;
    command.programme = pending.to.programme;
    command.playing = pending.to.rate > 0.0;
    for (std::size_t i = 0; i < schedules_.size(); ++i) {
        // Sent back over a change by hand: it has not happened yet.
        std::erase_if(manual_[i],
                      [&](const ManualChange& m) { return m.at > pending.to.programme; });
        command.starts[i] = start_of(i, pending.to.programme);
    }
    if (!engine_.post(command)) {
        lane_busy_[static_cast<std::size_t>(pending.lane)] = false;
        return;
    }
    committed_ = pending.to.media;
    for (std::size_t i = 0; i < schedules_.size(); ++i) {
        const dsp::Standing& start = command.starts[i];
        remember(
            {.stream = StreamId{static_cast<std::uint8_t>(i)},
             .epoch = pending.to.epoch,
             .media = pending.to.media,
             .programme = pending.to.programme,
             .state = start.target(),
             .fade = start.fade_count > 0 ? start.fades[start.fade_count - 1].to.fade : Frames{0},
             .cue_index = cue_at(i, pending.to.programme)});
    }
}

int Playback::cue_at(std::size_t stream, ProgrammeTime at) const {
    const show::StateAt timed = schedules_[stream]->state_at(at);
    if (!manual_[stream].empty() && by_hand_holds(stream, timed))
        return manual_[stream].back().cue_index;
    return timed.cue ? static_cast<int>(*timed.cue) : -1;
}

bool Playback::by_hand_holds(std::size_t stream, const show::StateAt& timed) const {
    return !timed.cue || manual_[stream].back().at >= *show_.cues.at(*timed.cue).at;
}

dsp::Standing Playback::start_of(std::size_t stream, ProgrammeTime at) const {
    const auto& by_hand = manual_[stream];
    const show::StateAt timed = schedules_[stream]->state_at(at);
    if (by_hand.empty() || !by_hand_holds(stream, timed)) return timed.standing;
    // As it stood when the first change by hand since the last cue was made, and then those.
    const ProgrammeTime cue = timed.cue ? *show_.cues.at(*timed.cue).at : by_hand.front().at;
    const auto first =
        std::ranges::find_if(by_hand, [&](const ManualChange& change) { return change.at >= cue; });
    dsp::Standing standing = schedules_[stream]->state_at(first->at).standing;
    standing.advance(at - first->at);
    std::for_each(first, by_hand.end(), [&](const ManualChange& change) {
        standing.add(change.transition(), at - change.at);
    });
    return standing;
}

Playback::Outcome Playback::go(MediaInstant now) {
    const MediaTime frame = to_frame(now);
    if (transport_.phase_at(frame) == timeline::Phase::ready) {
        return schedule(transport_.go(frame), now, kPatience);
    }
    const auto index = cues_.go(now);
    if (!index) return index.failure();
    const show::Cue& cue = show_.cues.at(*index);
    const auto stream =
        std::ranges::find(show_.perspectives, cue.perspective, &show::Perspective::id);
    const dsp::StatePtr state = prepared(cue.state, cue.intensity);
    if (stream == show_.perspectives.end() || state == nullptr) {
        return failure(Errc::not_found, "the cue names what the show does not have");
    }
    return post_change(StreamId{static_cast<std::uint8_t>(stream - show_.perspectives.begin())},
                       {.at = position(now),
                        .state = state,
                        .fade = std::chrono::duration_cast<Frames>(cue.fade),
                        .curve = cue.curve,
                        .sudden = cue.sudden,
                        .cue_index = static_cast<int>(*index)});
}

Playback::Outcome Playback::play(MediaInstant now) {
    return schedule(transport_.play(to_frame(now)), now, kPatience);
}

Playback::Outcome Playback::pause(MediaInstant now) {
    return schedule(transport_.pause(to_frame(now)), now);
}

Playback::Outcome Playback::seek(MediaInstant now, ProgrammeTime to) {
    return schedule(transport_.seek(to_frame(now), to), now, kPatience);
}

Playback::Outcome Playback::loop(MediaInstant now, ProgrammeTime from, ProgrammeTime to) {
    return schedule_loop(transport_.loop(to_frame(now), {from, to}), now);
}

Playback::Outcome Playback::loop_all(MediaInstant now) {
    return schedule_loop(transport_.loop_all(to_frame(now)), now);
}

Playback::Outcome Playback::set_lead(Frames lead) {
    show::EngineCommand command;
    command.kind = show::EngineCommand::Kind::lead;
    command.lead = lead;
    if (!engine_.post(command)) {
        return failure(Errc::not_ready, "too many changes at once; try again in a second");
    }
    lead_ = lead;
    transport_.set_ahead(widest_lead() + kTurnAhead);
    return true;
}

Frames Playback::widest_lead() const noexcept {
    return std::max(lead_, engine_.lead());
}

Playback::Outcome Playback::unloop(MediaInstant now) {
    return schedule_loop(transport_.loop_off(to_frame(now)), now);
}

Playback::Outcome Playback::change(MediaInstant now,
                                   StreamId stream,
                                   const std::string& state,
                                   double intensity,
                                   std::chrono::milliseconds fade) {
    if (stream.value >= schedules_.size())
        return failure(Errc::not_found, "there is no such stream");
    if (show_.perspectives.at(stream.value).id == show::kObjective) {
        return failure(Errc::refused,
                       "objective is what PANIC and exit lead to; it keeps full hearing");
    }
    if (fade < dsp::kShortestFade || fade > dsp::kLongestFade) {
        return failure(Errc::out_of_range, "a fade lasts 20 to 60000 ms");
    }
    const dsp::StatePtr target = prepared(state, intensity);
    if (target == nullptr) {
        return failure(Errc::not_found,
                       "there is no state '" + state + "', or its intensity is not 0 to 1");
    }
    return post_change(
        stream,
        {.at = position(now), .state = target, .fade = std::chrono::duration_cast<Frames>(fade)});
}

Playback::Outcome Playback::post_change(StreamId stream, const ManualChange& change) {
    show::EngineCommand command;
    command.kind = show::EngineCommand::Kind::change;
    command.stream = stream;
    command.transition = change.transition();
    command.tag = ++last_tag_;
    if (!engine_.post(command)) {
        return failure(Errc::not_ready, "too many changes at once; try again in a second");
    }
    posted_[command.tag] = change;
    manual_[stream.value].push_back(change);
    return true;
}

dsp::StatePtr Playback::prepared(const std::string& state, double intensity) {
    if (!(intensity >= 0.0 && intensity <= 1.0)) return nullptr;
    const int step = static_cast<int>(std::lround(intensity * kIntensitySteps));
    const auto key = std::pair(state, step);
    if (const auto it = kept_.find(key); it != kept_.end()) return it->second;
    auto made = states_.prepare(state, static_cast<double>(step) / kIntensitySteps);
    if (!made) return nullptr;
    kept_[key] = *made;
    return *made;
}

void Playback::on_event(const show::EngineEvent& event) {
    if (event.kind == show::EngineEvent::Kind::lane_free) {
        lane_busy_.at(static_cast<std::size_t>(event.lane)) = false;
        return;
    }
    StateNotice notice{.stream = event.stream,
                       .epoch = event.epoch,
                       .media = event.media,
                       .programme = event.programme,
                       .state = event.state,
                       .fade = event.fade,
                       .cue_index = event.cue_index};
    if (const auto posted = posted_.find(event.tag); event.tag != 0 && posted != posted_.end()) {
        notice.cue_index = posted->second.cue_index;
        posted_.erase(posted);
    }
    remember(notice);
}

void Playback::remember(const StateNotice& notice) {
    auto& notices = notices_.at(notice.stream.value);
    // An epoch takes back what the one before it had still to come.
    std::erase_if(notices, [&](const StateNotice& old) {
        return old.epoch < notice.epoch && old.media >= notice.media;
    });
    if (!notices.empty() && notices.back().epoch > notice.epoch &&
        notice.media >= notices.back().media) {
        return;  // rendered by the old epoch for a time when the new one is heard
    }
    const auto after = std::ranges::upper_bound(notices, notice.media, {}, &StateNotice::media);
    notices.insert(after, notice);
    if (notices.size() > kMaxNotices) notices.pop_front();
    events_.on_state(notice);
}

std::vector<StateNotice> Playback::states(MediaInstant now) const {
    std::vector<StateNotice> result;
    for (const auto& notices : notices_) {
        const auto next = std::ranges::upper_bound(notices, to_frame(now), {}, &StateNotice::media);
        const auto first = next == notices.begin() ? next : std::prev(next);
        result.insert(result.end(), first, notices.end());
    }
    return result;
}

const dsp::PreparedState* Playback::state_now(StreamId stream, MediaInstant now) const noexcept {
    if (stream.value >= notices_.size() || notices_[stream.value].empty()) return nullptr;
    const auto& notices = notices_[stream.value];
    const auto next = std::ranges::upper_bound(notices, to_frame(now), {}, &StateNotice::media);
    return (next == notices.begin() ? next : std::prev(next))->state;
}

}  // namespace earshot::session
