#pragma once

#include "common/base/strong_id.hpp"
#include "common/base/time.hpp"
#include "server/evidence/delivery_proof.hpp"
#include "server/evidence/error_bins.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::evidence {

/// What a listener says of itself, every 2 s. Counters since its program began.
struct ListenerSample {
    StreamId stream;  ///< The perspective it listens to.
    bool playing = false;
    bool in_step = false;
    double error_p50_us = 0.0;  ///< Counted while it plays.
    double error_p99_us = 0.0;
    double error_max_us = 0.0;
    std::optional<double> error_mean_us = {};  ///< Of the last 2 s; positive is late.
    std::uint64_t received = 0;
    std::uint64_t late = 0;
    std::uint64_t lost = 0;
    std::uint64_t concealed_frames = 0;
    std::uint32_t reanchors = 0;
};

/// What was told and what happened, of one listener or of all, in some stretch of time.
struct Tally {
    ErrorBins error_p50;  ///< Of the reports: each one's median, each one's 99 %.
    ErrorBins error_p99;
    ErrorBins apart;  ///< The two that are farthest apart, every kStock. Of all listeners only.
    double error_max_us = 0.0;
    std::uint64_t reports = 0;
    std::uint64_t playing = 0;  ///< Reports.
    std::uint64_t in_step = 0;  ///< Reports.
    std::uint64_t joins = 0;
    std::uint64_t returns = 0;
    std::uint64_t departures = 0;
    std::uint64_t reanchors = 0;
    std::uint64_t late = 0;
    std::uint64_t lost = 0;
    std::uint64_t concealed_frames = 0;

    void add(const Tally& other) noexcept;
};

struct ListenerRecord {
    std::string badge;
    StreamId stream;
    bool connected = true;
    MediaInstant joined;
    MediaInstant seen;
    Tally tally;
    std::uint64_t seconds_compared = 0;
    std::uint64_t seconds_different = 0;
    std::uint64_t packets_missing = 0;
    DeliveryProof::Progress progress;
    ListenerSample last;  ///< Counters are told from the one before.
    bool told = false;    ///< `last` holds.
    MediaInstant told_at;
    MediaInstant next_concealed_event;  ///< None of it is noted before.
    MediaInstant next_reanchor_event;
    MediaInstant next_difference_event;
};

struct LockstepEvent {
    enum class Kind { joined, returned, gone, concealed, reanchored, different };
    MediaInstant at;
    Kind kind = Kind::joined;
    ListenerId listener;
    std::string badge;
    std::uint64_t count = 1;  ///< Frames concealed; re-anchors; the second that differs.
};
[[nodiscard]] std::string_view to_string(LockstepEvent::Kind kind) noexcept;

/// How well the listeners of a session kept together, from its beginning: over time, one by one,
/// and what they were given. Memory is bounded however long it runs: time is kept in kSlots parts,
/// which double in length when they are all used; of what happened, the last kEvents.
///
/// Thread: one owner (control). Time is what the caller says it is, and does not go back.
class LockstepReport {
public:
    static constexpr std::size_t kSlots = 360;
    static constexpr std::chrono::seconds kFirstSlot{10};
    static constexpr std::size_t kEvents = 1'000;
    /// How often it is looked how far apart listeners are.
    static constexpr std::chrono::seconds kStock{2};
    /// Of one listener and kind of trouble, one event in this time: nobody drives out the others'.
    static constexpr std::chrono::seconds kBetweenTroubles{10};

    /// @param listeners  Most that are kept one by one, >= 1; the longest gone make room.
    LockstepReport(std::size_t listeners, MediaInstant now);

    /// @param badge  For people; a known listener has come back.
    void joined(ListenerId id, std::string_view badge, StreamId stream, MediaInstant now);
    void gone(ListenerId id, MediaInstant now);
    void told(ListenerId id, const ListenerSample& sample, MediaInstant now);
    void delivered(ListenerId id, const wire::SecondChecksum& second, MediaInstant now);
    void sent(const PacketDigest& digest) noexcept { proof_.sent(digest); }

    [[nodiscard]] MediaInstant begin() const noexcept { return begin_; }
    /// Of slot n: [begin() + n * slot_length(), …). The last one is not over yet.
    [[nodiscard]] const std::vector<Tally>& slots() const noexcept { return slots_; }
    [[nodiscard]] std::chrono::nanoseconds slot_length() const noexcept { return slot_length_; }
    [[nodiscard]] const Tally& total() const noexcept { return total_; }
    [[nodiscard]] const std::map<ListenerId, ListenerRecord>& listeners() const noexcept {
        return listeners_;
    }
    /// Listeners that made room for others: they are in the total only.
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }
    [[nodiscard]] const std::deque<LockstepEvent>& events() const noexcept { return events_; }
    [[nodiscard]] std::uint64_t events_dropped() const noexcept { return events_dropped_; }
    /// Seconds that were told of and cannot be.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
    /// Largest difference between the mean errors of two listeners that play, as it was last
    /// looked; nothing while fewer than two tell of it.
    [[nodiscard]] std::optional<double> apart_us(MediaInstant now) const noexcept;
    [[nodiscard]] DeliveryFigures delivery(StreamId stream) const;

private:
    [[nodiscard]] Tally& slot_at(MediaInstant now);
    [[nodiscard]] ListenerRecord* find(ListenerId id) noexcept;
    [[nodiscard]] bool make_room();
    void count(ListenerRecord& record, const Tally& tally, MediaInstant now);
    void note(LockstepEvent event);
    void note_trouble(MediaInstant& next, LockstepEvent event);
    void take_stock(MediaInstant now);

    std::size_t most_listeners_;
    MediaInstant begin_;
    std::chrono::nanoseconds slot_length_ = kFirstSlot;
    std::vector<Tally> slots_;
    Tally total_;
    std::optional<double> apart_us_;
    MediaInstant next_stock_;
    std::map<ListenerId, ListenerRecord> listeners_;
    std::uint64_t forgotten_ = 0;
    std::deque<LockstepEvent> events_;
    std::uint64_t events_dropped_ = 0;
    std::uint64_t refused_ = 0;
    DeliveryProof proof_;
};

}  // namespace earshot::evidence
