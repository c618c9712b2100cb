#include "server/evidence/lockstep_report.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace earshot::evidence {
namespace {

/// More than a listener can count in a second, playing two streams while it catches up. A report
/// that claims more is a mistake, or a lie, and is held here so that the totals stay of use.
constexpr std::uint64_t kMostPackets = 400;
constexpr std::uint64_t kMostFrames = 4ULL * kSampleRateHz;
constexpr std::uint64_t kMostReanchors = 50;
/// Reports come some seconds late.
constexpr std::uint64_t kSlackSeconds = 10;
/// A listener that has not told of itself for this long does not count as being somewhere.
constexpr std::chrono::seconds kTellsOfNow{5};
/// A listener that has told of itself this often without a word of what it was given is silent.
constexpr std::uint64_t kSilentReports = 5;

/// What a counter has counted since it was last told: all of it, if the program began anew.
std::uint64_t growth(std::uint64_t before, std::uint64_t after, std::uint64_t most) noexcept {
    return std::min(after < before ? after : after - before, most);
}

std::uint64_t seconds_between(MediaInstant from, MediaInstant to) noexcept {
    const auto whole = std::chrono::floor<std::chrono::seconds>(to - from).count();
    return kSlackSeconds + static_cast<std::uint64_t>(std::max<std::int64_t>(whole, 0));
}

/// What the counters have counted since the report before.
Tally growth_of(const ListenerRecord& record, const ListenerSample& sample, MediaInstant now) {
    const std::uint64_t seconds = seconds_between(record.seen, now);
    // A program that has run for longer than it was here counted in another session.
    const bool elsewhere =
        !record.told && sample.received > kMostPackets * seconds_between(record.joined, now);
    const ListenerSample& before = elsewhere ? sample : record.last;
    Tally tally;
    tally.late = growth(before.late, sample.late, kMostPackets * seconds);
    tally.lost = growth(before.lost, sample.lost, kMostPackets * seconds);
    tally.concealed_frames =
        growth(before.concealed_frames, sample.concealed_frames, kMostFrames * seconds);
    tally.reanchors = growth(before.reanchors, sample.reanchors, kMostReanchors * seconds);
    return tally;
}

}  // namespace

std::string_view to_string(LockstepEvent::Kind kind) noexcept {
    using Kind = LockstepEvent::Kind;
    switch (kind) {
        case Kind::joined:
            return "joined";
        case Kind::returned:
            return "returned";
        case Kind::gone:
            return "gone";
        case Kind::concealed:
            return "concealed";
        case Kind::reanchored:
            return "reanchored";
        case Kind::different:
            break;
    }
    return "different";
}

void Tally::add(const Tally& other) noexcept {
    error_p50.add(other.error_p50);
    error_p99.add(other.error_p99);
    apart.add(other.apart);
    error_max_us = std::max(error_max_us, other.error_max_us);
    reports += other.reports;
    playing += other.playing;
    in_step += other.in_step;
    joins += other.joins;
    returns += other.returns;
    departures += other.departures;
    reanchors += other.reanchors;
    late += other.late;
    lost += other.lost;
    concealed_frames += other.concealed_frames;
}

LockstepReport::LockstepReport(std::size_t listeners, MediaInstant now)
    : most_listeners_(listeners), begin_(now), next_stock_(now + kStock) {}

Tally& LockstepReport::slot_at(MediaInstant now) {
    const auto since = std::max(now - begin_, std::chrono::nanoseconds{0});
    while (since / slot_length_ >= static_cast<std::int64_t>(kSlots)) {
        for (std::size_t n = 1; n < slots_.size(); n += 2) slots_[n - 1].add(slots_[n]);
        for (std::size_t n = 1; 2 * n < slots_.size(); ++n) slots_[n] = slots_[2 * n];
        slots_.resize((slots_.size() + 1) / 2);
        slot_length_ *= 2;
    }
    const auto index = static_cast<std::size_t>(since / slot_length_);
    if (slots_.size() <= index) slots_.resize(index + 1);
    return slots_[index];
}

ListenerRecord* LockstepReport::find(ListenerId id) noexcept {
    const auto it = listeners_.find(id);
    return it == listeners_.end() ? nullptr : &it->second;
}

bool LockstepReport::make_room() {
    if (listeners_.size() < most_listeners_) return true;
    auto longest_gone = listeners_.end();
    for (auto it = listeners_.begin(); it != listeners_.end(); ++it) {
        if (it->second.connected) continue;
        if (longest_gone == listeners_.end() || it->second.seen < longest_gone->second.seen) {
            longest_gone = it;
        }
    }
    if (longest_gone == listeners_.end()) return false;
    listeners_.erase(longest_gone);
    ++forgotten_;
    return true;
}

void LockstepReport::count(ListenerRecord& record, const Tally& tally, MediaInstant now) {
    record.tally.add(tally);
    total_.add(tally);
    slot_at(now).add(tally);
}

void LockstepReport::note(LockstepEvent event) {
    if (events_.size() == kEvents) {
        events_.pop_front();
        ++events_dropped_;
    }
    events_.push_back(std::move(event));
}

void LockstepReport::note_trouble(MediaInstant& next, LockstepEvent event) {
    if (event.at < next) {
        ++events_dropped_;
        return;
    }
    next = event.at + kBetweenTroubles;
    note(std::move(event));
}

void LockstepReport::take_stock(MediaInstant now) {
    if (now < next_stock_) return;
    next_stock_ = now + kStock;
    apart_us_.reset();
    std::size_t telling = 0;
    double earliest = std::numeric_limits<double>::max();
    double latest = std::numeric_limits<double>::lowest();
    for (const auto& [id, record] : listeners_) {
        const bool counts = record.connected && record.told && record.last.playing &&
                            record.last.error_mean_us && now - record.told_at <= kTellsOfNow;
        if (!counts) continue;
        ++telling;
        earliest = std::min(earliest, *record.last.error_mean_us);
        latest = std::max(latest, *record.last.error_mean_us);
    }
    if (telling < 2) return;
    apart_us_ = latest - earliest;
    Tally tally;
    tally.apart.add(*apart_us_);
    total_.add(tally);
    slot_at(now).add(tally);
}

void LockstepReport::joined(ListenerId id,
                            std::string_view badge,
                            StreamId stream,
                            MediaInstant now) {
    using Kind = LockstepEvent::Kind;
    ListenerRecord* record = find(id);
    const bool back = record != nullptr;
    if (!back) {
        if (!make_room()) return;
        record = &listeners_[id];
        record->badge = badge;
        record->joined = now;
    }
    record->stream = stream;
    record->connected = true;
    record->seen = now;
    record->progress.interrupt();
    Tally tally;
    (back ? tally.returns : tally.joins) = 1;
    count(*record, tally, now);
    note({.at = now,
          .kind = back ? Kind::returned : Kind::joined,
          .listener = id,
          .badge = record->badge});
}

void LockstepReport::gone(ListenerId id, MediaInstant now) {
    ListenerRecord* record = find(id);
    if (record == nullptr || !record->connected) return;
    record->connected = false;
    record->seen = now;
    Tally tally;
    tally.departures = 1;
    count(*record, tally, now);
    note({.at = now, .kind = LockstepEvent::Kind::gone, .listener = id, .badge = record->badge});
}

void LockstepReport::told(ListenerId id, const ListenerSample& sample, MediaInstant now) {
    ListenerRecord* record = find(id);
    if (record == nullptr) return;
    Tally tally = growth_of(*record, sample, now);
    tally.reports = 1;
    if (sample.playing) {
        tally.playing = 1;
        tally.in_step = sample.in_step ? 1 : 0;
        tally.error_p50.add(sample.error_p50_us);
        tally.error_p99.add(sample.error_p99_us);
        tally.error_max_us = std::max(sample.error_max_us, sample.error_p99_us);
    }
    record->stream = sample.stream;
    record->last = sample;
    record->told = true;
    record->told_at = now;
    record->seen = now;
    proof_.concealed(sample.stream, tally.concealed_frames);
    count(*record, tally, now);
    if (tally.concealed_frames > 0) {
        note_trouble(record->next_concealed_event, {.at = now,
                                                    .kind = LockstepEvent::Kind::concealed,
                                                    .listener = id,
                                                    .badge = record->badge,
                                                    .count = tally.concealed_frames});
    }
    if (tally.reanchors > 0) {
        note_trouble(record->next_reanchor_event, {.at = now,
                                                   .kind = LockstepEvent::Kind::reanchored,
                                                   .listener = id,
                                                   .badge = record->badge,
                                                   .count = tally.reanchors});
    }
    take_stock(now);
}

void LockstepReport::delivered(ListenerId id,
                               const wire::SecondChecksum& second,
                               MediaInstant now) {
    using Outcome = DeliveryProof::Outcome;
    ListenerRecord* record = find(id);
    if (record == nullptr) return;
    const DeliveryProof::Finding finding = proof_.given(record->progress, second);
    if (finding.outcome == Outcome::refused) ++refused_;
    if (finding.outcome == Outcome::refused || finding.outcome == Outcome::unverifiable) return;
    ++record->seconds_compared;
    record->packets_missing += finding.missing;
    if (finding.outcome == Outcome::identical) return;
    ++record->seconds_different;
    note_trouble(record->next_difference_event, {.at = now,
                                                 .kind = LockstepEvent::Kind::different,
                                                 .listener = id,
                                                 .badge = record->badge,
                                                 .count = second.second});
}

std::optional<double> LockstepReport::apart_us(MediaInstant now) const noexcept {
    return now <= next_stock_ + kTellsOfNow ? apart_us_ : std::nullopt;
}

DeliveryFigures LockstepReport::delivery(StreamId stream) const {
    DeliveryFigures figures = proof_.figures(stream);
    figures.silent =
        static_cast<std::uint64_t>(std::ranges::count_if(listeners_, [&](const auto& entry) {
            const ListenerRecord& record = entry.second;
            return record.stream == stream && record.tally.playing >= kSilentReports &&
                   record.seconds_compared == 0;
        }));
    return figures;
}

}  // namespace earshot::evidence
