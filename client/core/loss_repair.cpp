#include "client/core/loss_repair.hpp"

#include <algorithm>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

/// Packets that overtook others by less than this were not lost.
constexpr std::chrono::nanoseconds kReordering = 10ms;
/// Asked again no sooner than this.
constexpr std::chrono::nanoseconds kLeastWait = 15ms;
constexpr std::chrono::nanoseconds kLongestWait = 250ms;
/// Asked so often at once; then the network is out, and questions become rarer.
constexpr int kEager = 8;
/// Before the first packet of a lane, a server sends nothing that is heard sooner than 60 ms.
constexpr std::chrono::nanoseconds kServedAhead = 80ms;
/// A lane that got nothing for this long has ended, as far as its last packets go.
constexpr std::chrono::nanoseconds kTailLife = 500ms;
constexpr std::chrono::nanoseconds kFlows = 2s;
/// Beyond any real path: what was measured is then about something else.
constexpr std::chrono::nanoseconds kLongestRoundTrip = 2s;

}  // namespace

void LossRepair::add_round_trip(std::chrono::nanoseconds measured) noexcept {
    measured = std::clamp<std::chrono::nanoseconds>(measured, 0ns, kLongestRoundTrip);
    if (round_trip_ == 0ns) {
        round_trip_ = measured;
        variation_ = measured / 2;
        return;
    }
    // RFC 6298, section 2.
    const auto off = measured > round_trip_ ? measured - round_trip_ : round_trip_ - measured;
    variation_ += (off - variation_) / 4;
    round_trip_ += (measured - round_trip_) / 8;
}

std::chrono::nanoseconds LossRepair::allowance() const noexcept {
    return std::max(kReordering, round_trip_ / 4);
}

std::chrono::nanoseconds LossRepair::ask_again_after(int asked) const noexcept {
    const auto wait =
        std::max(kLeastWait, round_trip_ + std::max<std::chrono::nanoseconds>(5ms, 2 * variation_));
    return asked < kEager ? wait
                          : std::min(std::max(wait, kLongestWait), wait * (asked - kEager + 2));
}

LocalInstant LossRepair::presented(const Lane& lane, std::uint32_t sequence) const noexcept {
    const std::int64_t ahead = std::int64_t{sequence} - std::int64_t{lane.highest};
    return clock_.to_local(
        to_instant(MediaTime{Frames{lane.media + ahead * kPacketFrames.count()}}));
}

LossRepair::Lane* LossRepair::find(const wire::PacketStamp& stamp) noexcept {
    const auto found = std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& lane) {
        return lane.used && lane.stream == stamp.stream && lane.epoch == stamp.epoch;
    });
    return found == lanes_.end() ? nullptr : &*found;
}

std::vector<LossRepair::Missing>::iterator LossRepair::place(Lane& lane, std::uint32_t sequence) {
    return std::lower_bound(
        lane.missing.begin(), lane.missing.end(), sequence,
        [](const Missing& one, std::uint32_t wanted) { return one.sequence < wanted; });
}

void LossRepair::add_missing(Lane& lane, const Missing& missing) {
    if (lane.missing.size() == kWindow) {
        lane.missing.erase(lane.missing.begin());
    }
    lane.missing.insert(place(lane, missing.sequence), missing);
}

LossRepair::Lane& LossRepair::begin_lane(const wire::PacketStamp& stamp, LocalInstant now) {
    Lane& lane = *std::min_element(lanes_.begin(), lanes_.end(), [](const Lane& a, const Lane& b) {
        return a.used != b.used ? !a.used : a.touched < b.touched;
    });
    lane = Lane{};
    lane.used = true;
    lane.stream = stamp.stream;
    lane.epoch = stamp.epoch;
    lane.highest = stamp.sequence;
    lane.media = stamp.media.time_since_epoch().count();
    lane.touched = now;
    share_.expect(1, now);
    if (clock_.valid) {
        const std::uint32_t most = std::min(stamp.sequence, kWindow);
        for (std::uint32_t back = 1; back <= most; ++back) {
            const std::uint32_t sequence = stamp.sequence - back;
            if (presented(lane, sequence) < now + kServedAhead) {
                break;
            }
            add_missing(lane,
                        {.sequence = sequence, .next_ask = now + allowance(), .unsure = true});
        }
    }
    return lane;
}

void LossRepair::advance(Lane& lane, std::uint32_t sequence, LocalInstant now) {
    const std::uint32_t gap = sequence - lane.highest - 1;
    for (std::uint32_t back = std::min(gap, kWindow); back > 0; --back) {
        const std::uint32_t lost = sequence - back;
        const auto at = place(lane, lost);
        if (at != lane.missing.end() && at->sequence == lost) {
            at->unsure = false;
        } else {
            add_missing(lane, {.sequence = lost, .next_ask = now + allowance()});
        }
    }
    share_.expect(std::min(gap, kWindow) + 1, now);
    lane.media += (std::int64_t{gap} + 1) * kPacketFrames.count();
    lane.highest = sequence;
    lane.touched = now;
    lane.over = false;
}

void LossRepair::count(Missing& missing, LocalInstant now) noexcept {
    if (!missing.counted) {
        missing.counted = true;
        share_.miss(now);
    }
}

void LossRepair::received(const wire::PacketStamp& stamp, Way way, LocalInstant now) {
    Lane* lane = find(stamp);
    const bool fresh = lane == nullptr || stamp.sequence > lane->highest;
    Missing known{.sequence = stamp.sequence};
    bool was_missing = false;
    if (lane == nullptr) {
        lane = &begin_lane(stamp, now);
    } else {
        const auto at = place(*lane, stamp.sequence);
        was_missing = at != lane->missing.end() && at->sequence == stamp.sequence;
        if (was_missing) {
            known = *at;
            lane->missing.erase(at);
        }
        if (fresh) {
            advance(*lane, stamp.sequence, now);
        }
    }
    if (fresh) {
        last_new_ = now;
    }
    if (way == Way::again) {
        // What is sent again without being missing follows a change of way.
        if (was_missing) {
            count(known, now);
            ++repaired_;
        }
        return;
    }
    if (fresh && clock_.valid) {
        lane->delays[lane->delay_count++ % kDelays] = now - presented(*lane, stamp.sequence);
    }
}

bool LossRepair::newest_of_stream(const Lane& lane) const noexcept {
    return std::none_of(lanes_.begin(), lanes_.end(), [&](const Lane& other) {
        return other.used && other.stream == lane.stream && other.epoch.value > lane.epoch.value;
    });
}

LocalInstant LossRepair::awaited(const Lane& lane) const noexcept {
    std::uint32_t next = lane.highest + 1;
    if (!lane.missing.empty()) {
        next = std::max(next, lane.missing.back().sequence + 1);
    }
    if (lane.delay_count == 0 || next - lane.highest > kTail || next <= lane.highest) {
        return LocalInstant::max();
    }
    const std::size_t known = std::min(lane.delay_count, kDelays);
    const auto latest = *std::max_element(lane.delays.begin(),
                                          lane.delays.begin() + static_cast<std::ptrdiff_t>(known));
    return presented(lane, next) + latest + allowance();
}

void LossRepair::look_beyond(Lane& lane, LocalInstant now) {
    lane.over = now - lane.touched > kTailLife || !newest_of_stream(lane);
    if (lane.over) {
        std::erase_if(lane.missing, [](const Missing& one) { return one.unsure; });
        return;
    }
    while (awaited(lane) <= now) {
        const std::uint32_t newest = lane.missing.empty()
                                         ? lane.highest
                                         : std::max(lane.highest, lane.missing.back().sequence);
        add_missing(lane, {.sequence = newest + 1, .next_ask = now, .unsure = true});
    }
}

void LossRepair::ask(Lane& lane, LocalInstant now) {
    const auto needed = now + round_trip_ + kMargin;
    std::erase_if(lane.missing, [&](Missing& one) {
        if (presented(lane, one.sequence) > needed) {
            return false;
        }
        if (!one.unsure) {
            count(one, now);
            ++given_up_;
        }
        return true;
    });
    for (Missing& one : lane.missing) {
        if (one.next_ask > now) {
            continue;
        }
        if (asking_.size() == kMostAtOnce) {
            return;
        }
        if (!one.unsure) {
            count(one, now);
        }
        asking_.push_back({lane.stream, lane.epoch, one.sequence});
        one.next_ask = now + ask_again_after(++one.asked);
    }
}

std::span<const wire::PacketName> LossRepair::due(LocalInstant now) {
    asking_.clear();
    if (!clock_.valid) {
        return asking_;
    }
    for (Lane& lane : lanes_) {
        if (lane.used) {
            look_beyond(lane, now);
            ask(lane, now);
        }
    }
    return asking_;
}

LocalInstant LossRepair::next_due() const noexcept {
    LocalInstant next = LocalInstant::max();
    if (!clock_.valid) {
        return next;
    }
    for (const Lane& lane : lanes_) {
        if (!lane.used) {
            continue;
        }
        for (const Missing& one : lane.missing) {
            next = std::min(next, one.next_ask);
        }
        if (!lane.over) {
            next = std::min(next, awaited(lane));
        }
    }
    return next;
}

bool LossRepair::audio_flows(LocalInstant now) const noexcept {
    return last_new_ != LocalInstant::min() && now - last_new_ < kFlows;
}

void LossRepair::resume(LocalInstant now) {
    for (Lane& lane : lanes_) {
        std::erase_if(lane.missing, [&](const Missing& one) {
            return one.unsure || !clock_.valid ||
                   presented(lane, one.sequence) <= now + round_trip_ + kMargin;
        });
    }
}

void LossRepair::clear() {
    lanes_ = {};
    last_new_ = LocalInstant::min();
}

}  // namespace earshot::client
