#include "server/timeline/transport.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace earshot::timeline {
namespace {

constexpr ProgrammeTime kStart{};
constexpr Epoch kFirstEpoch{1};

[[nodiscard]] Failure refusal(Errc code, std::string text) {
    return {code, std::move(text)};
}

}  // namespace

Transport::Transport(const TransportSettings& settings, MediaTime now)
    : settings_(settings),
      map_(Segment{.epoch = kFirstEpoch, .media = now, .programme = kStart, .rate = 0.0}),
      steps_{{now, Phase::ready}},
      epoch_(kFirstEpoch) {
    if (settings.margin < Frames{0} || settings.ahead < Frames{0}) {
        throw std::invalid_argument("margin and ahead must not be negative");
    }
    if (settings.length && *settings.length <= Frames{0}) {
        throw std::invalid_argument("the programme is empty");
    }
    set_ahead(settings.ahead);
}

Expected<Relocation> Transport::go(MediaTime now, std::optional<MediaTime> requested) {
    const auto at = effect(now, requested);
    if (!at) {
        return at.failure();
    }
    if (phase_at(*at) != Phase::ready) {
        return refusal(Errc::refused, "the programme was started already; pause or seek instead");
    }
    return step(*at, map_.programme_at(*at), Phase::playing);
}

Expected<Relocation> Transport::play(MediaTime now, std::optional<MediaTime> requested) {
    const auto at = effect(now, requested);
    if (!at) {
        return at.failure();
    }
    switch (phase_at(*at)) {
        case Phase::playing:
            return refusal(Errc::refused, "the programme plays already");
        case Phase::ended:
            return refusal(Errc::refused, settings_.seekable
                                              ? "the programme has ended; seek to where it should "
                                                "start, then play"
                                              : "the programme has ended");
        case Phase::ready:
        case Phase::paused:
            break;
    }
    return step(*at, map_.programme_at(*at), Phase::playing);
}

Expected<Relocation> Transport::pause(MediaTime now, std::optional<MediaTime> requested) {
    const auto at = effect(now, requested);
    if (!at) {
        return at.failure();
    }
    const Phase phase = phase_at(*at);
    const bool starts_later = std::ranges::any_of(steps_, [&](const Step& later) {
        return later.media >= *at && later.phase == Phase::playing;
    });
    if (phase == Phase::playing) {
        return step(*at, map_.programme_at(*at), Phase::paused);
    }
    if (starts_later) {
        return step(*at, map_.programme_at(*at), phase);
    }
    return refusal(Errc::refused,
                   "nothing plays: the programme is " + std::string(to_string(phase)) + " already");
}

Expected<Relocation> Transport::seek(MediaTime now,
                                     ProgrammeTime to,
                                     std::optional<MediaTime> requested) {
    const auto at = effect(now, requested);
    if (!at) {
        return at.failure();
    }
    if (const auto failure = refuse_position(to)) {
        return *failure;
    }
    const Phase phase = phase_at(*at);
    return step(*at, to, phase == Phase::ended ? Phase::paused : phase);
}

Expected<Relocation> Transport::relocate(MediaTime now, ProgrammeTime programme, MediaTime media) {
    const auto at = effect(now, media);
    if (!at) {
        return at.failure();
    }
    if (const auto failure = refuse_position(programme)) {
        return *failure;
    }
    const ProgrammeTime joined = programme + (*at - media);
    if (settings_.length && joined.time_since_epoch() >= *settings_.length) {
        return refusal(Errc::out_of_range,
                       "by the time this takes effect the programme would be over");
    }
    return step(*at, joined, Phase::playing);
}

Expected<std::optional<Relocation>> Transport::loop(MediaTime now, const Region& region) {
    if (const auto failure = refuse_position(region.from)) {
        return *failure;
    }
    if (settings_.length && region.to.time_since_epoch() > *settings_.length) {
        return refusal(Errc::out_of_range, "the loop ends beyond the end of the programme");
    }
    if (region.to - region.from < kShortestLoop) {
        return refusal(Errc::out_of_range, "the loop must be at least 1 s long");
    }
    return change_loop(now, region);
}

Expected<std::optional<Relocation>> Transport::loop_all(MediaTime now) {
    if (!settings_.length) {
        return refusal(Errc::not_supported, "the programme has no known end, so it cannot repeat");
    }
    return loop(now, {kStart, kStart + *settings_.length});
}

Expected<std::optional<Relocation>> Transport::loop_off(MediaTime now) {
    return change_loop(now, std::nullopt);
}

Expected<std::optional<Relocation>> Transport::change_loop(MediaTime now,
                                                           std::optional<Region> region) {
    if (region == region_) {
        return std::optional<Relocation>{};
    }
    const auto at = effect(now, std::nullopt);
    if (!at) {
        return at.failure();
    }
    region_ = region;
    const Phase phase = phase_at(*at);
    if (phase != Phase::playing) {
        return std::optional<Relocation>{};  // A start that is still to come stays as it is.
    }
    const ProgrammeTime position = map_.programme_at(*at);
    if (region && position >= region->to) {
        return std::optional{step(*at, region->from, phase)};
    }
    if (anything_after(*at)) {
        // Goes on as it is, but without the jump or end that was promised under the old loop.
        return std::optional{step(*at, position, phase)};
    }
    return std::optional<Relocation>{};
}

std::optional<Transport::Turn> Transport::next_turn() const noexcept {
    if (steps_.back().phase != Phase::playing) {
        return std::nullopt;
    }
    const bool loops = region_ && map_.last().programme < region_->to;
    if (!loops && !settings_.length) {
        return std::nullopt;
    }
    const ProgrammeTime until = loops ? region_->to : kStart + *settings_.length;
    const std::optional<MediaTime> due = map_.media_at(until);
    if (!due) {
        return std::nullopt;
    }
    return loops ? Turn{*due, region_->from, Phase::playing} : Turn{*due, until, Phase::ended};
}

std::optional<Relocation> Transport::advance(MediaTime now) {
    const std::optional<Turn> turn = next_turn();
    if (!turn || turn->media > now + settings_.ahead) {
        return std::nullopt;
    }
    return step(turn->media, turn->programme, turn->phase);
}

Relocation Transport::postpone(Epoch epoch, MediaTime to) {
    const MediaTime was = map_.postpone(epoch, to);
    const auto first = std::ranges::lower_bound(steps_, was, {}, &Step::media);
    EARSHOT_ASSERT(first != steps_.end());
    first->media = to;
    steps_.erase(std::next(first), steps_.end());
    return map_.last();
}

void Transport::set_ahead(Frames ahead) noexcept {
    settings_.ahead = std::max(ahead, settings_.margin);
}

void Transport::set_margin(Frames margin) noexcept {
    settings_.margin = margin;
    settings_.ahead = std::max(settings_.ahead, margin);
}

Phase Transport::phase_at(MediaTime time) const noexcept {
    const auto next = std::ranges::upper_bound(steps_, time, {}, &Step::media);
    return next == steps_.begin() ? steps_.front().phase : std::prev(next)->phase;
}

Expected<MediaTime> Transport::effect(MediaTime now, std::optional<MediaTime> requested) const {
    if (requested && *requested > now + kFarthestCommand) {
        return refusal(Errc::out_of_range, "the time asked for is more than a day ahead");
    }
    const MediaTime earliest = now + settings_.margin;
    const MediaTime at = requested ? std::max(earliest, *requested) : earliest;
    if (const auto turn = next_turn(); turn && turn->media < at) {
        // Its segment has not been handed out yet, and must come first.
        return refusal(Errc::not_ready, turn->phase == Phase::ended
                                            ? "the programme ends before that time"
                                            : "the loop starts again before that time; ask again "
                                              "nearer to it");
    }
    return at;
}

std::optional<Failure> Transport::refuse_position(ProgrammeTime position) const {
    if (!settings_.seekable) {
        return refusal(Errc::not_supported, "a live source has no positions to go to");
    }
    if (position < kStart) {
        return refusal(Errc::out_of_range, "the position is before the start of the programme");
    }
    if (settings_.length && position.time_since_epoch() >= *settings_.length) {
        return refusal(Errc::out_of_range, "the position is beyond the end of the programme");
    }
    return std::nullopt;
}

bool Transport::anything_after(MediaTime time) const noexcept {
    return map_.last().media > time;
}

Relocation Transport::step(MediaTime media, ProgrammeTime programme, Phase phase) {
    ++epoch_.value;
    const Segment segment{.epoch = epoch_,
                          .media = media,
                          .programme = programme,
                          .rate = phase == Phase::playing ? 1.0 : 0.0};
    map_.append(segment);
    std::erase_if(steps_, [media](const Step& old) { return old.media >= media; });
    steps_.push_back({media, phase});
    if (steps_.size() > ProgrammeMap::kHistory) {
        steps_.erase(steps_.begin());
    }
    return segment;
}

std::string_view to_string(Phase phase) noexcept {
    switch (phase) {
        case Phase::ready:
            return "ready";
        case Phase::playing:
            return "playing";
        case Phase::paused:
            return "paused";
        case Phase::ended:
            return "ended";
    }
    return "unknown";
}

}  // namespace earshot::timeline
