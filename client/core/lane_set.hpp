#pragma once

#include "client/core/stream_decoder.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace earshot::client {

/// Arrivals by what became of them.
struct ArrivalCounters {
    std::uint64_t received = 0;
    std::uint64_t late = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t refused = 0;  ///< Fits nowhere; never heard.
};

/// A player's lanes: which packets go where, which lanes decode, which are given up.
/// Thread: one owner (the device thread). Real-time: everything but the constructor.
class LaneSet {
public:
    /// Two streams with two epochs each, and two more for hasty seeks.
    static constexpr int kLanes = 6;
    using Lane = StreamDecoder;

    LaneSet() = default;

    /// Routes a packet to its lane; opens one for a new stream or epoch.
    /// @param heard  Says of a lane whether it may not be taken away.
    template <class Heard>
    void insert(const wire::PacketSlot& packet, StreamId followed, Heard heard) noexcept {
        ++arrivals_.received;
        Lane* lane = find(packet.stamp.stream, packet.stamp.epoch);
        if (lane == nullptr && packet.stamp.epoch.value < floor(packet.stamp.stream)) {
            ++arrivals_.late;
            return;
        }
        if (lane == nullptr) {
            lane = room_for(packet, followed, heard);
        }
        count(lane == nullptr ? Arrival::refused : lane->insert(packet));
    }

    /// What the heard position needs to be decoded now.
    struct Need {
        StreamId followed;
        double position = 0.0;
        double must = 0.0;
        double want = 0.0;
        int budget = 0;
    };
    /// Decodes every lane that is heard or may be next; the others rest, and the dead are closed.
    template <class Heard>
    void advance(const Need& need, DecodeCounters& counters, Heard heard) noexcept {
        int budget = need.budget;
        for (const bool audible : {true, false}) {  // what is heard comes first
            for (Lane& lane : lanes_) {
                if (!lane.is_open() || heard(lane) != audible || !lane.packets().based()) {
                    continue;
                }
                if (!audible && dead(lane, need.position)) {
                    lane.close();
                } else if (audible || current(lane, need)) {
                    lane.end_at(successor_start(lane) + kFadeFrames);
                    lane.advance(need.position, need.must, need.want, budget, counters);
                } else {
                    lane.rest(need.position);
                }
            }
        }
        forget_floors_if_empty();
    }

    /// Frames of every cross-fade: 20 ms.
    static constexpr int kFadeFrames = 960;

    /// The lane to be heard at a position: the newest epoch of the stream whose programme has
    /// started there; null if it has no audio there.
    /// @param heard  The lane heard now, or null: to stay with it takes no audio ahead.
    /// @param ahead  Frames that any other one must have decoded beyond the position.
    [[nodiscard]] Lane* playable(StreamId stream,
                                 double position,
                                 const Lane* heard,
                                 double ahead) noexcept;
    /// First media frame after a position at which playable() may change.
    [[nodiscard]] double next_event(StreamId stream, double position) const noexcept;
    /// The lane of a stream that is, or will first be, of interest at a position; may be null.
    [[nodiscard]] const Lane* expected(StreamId stream, double position) const noexcept;
    /// Epochs of this stream before this one will not be heard again.
    void set_floor(StreamId stream, Epoch epoch) noexcept;

    [[nodiscard]] const ArrivalCounters& arrivals() const noexcept { return arrivals_; }

private:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 2;

    [[nodiscard]] Lane* find(StreamId stream, Epoch epoch) noexcept;
    [[nodiscard]] std::uint32_t floor(StreamId stream) const noexcept {
        return floors_[stream.value];
    }
    /// Start of the earliest later epoch of the same stream, or kNever.
    [[nodiscard]] std::int64_t successor_start(const Lane& lane) const noexcept;
    [[nodiscard]] bool current(const Lane& lane, const Need& need) const noexcept;
    [[nodiscard]] bool dead(const Lane& lane, double position) const noexcept;
    void forget_floors_if_empty() noexcept;
    void count(Arrival arrival) noexcept;

    template <class Heard>
    [[nodiscard]] Lane* room_for(const wire::PacketSlot& packet,
                                 StreamId followed,
                                 Heard heard) noexcept {
        Lane* chosen = nullptr;
        int chosen_rank = 3;
        for (Lane& lane : lanes_) {
            if (lane.is_open() && heard(lane)) {
                continue;
            }
            // Free ones first, then other streams, then older epochs of this one.
            const int rank = !lane.is_open()                                 ? 0
                             : lane.stream() != followed                     ? 1
                             : lane.epoch().value < packet.stamp.epoch.value ? 2
                                                                             : 3;
            if (rank < chosen_rank) {
                chosen = &lane;
                chosen_rank = rank;
            }
        }
        if (chosen != nullptr) {
            chosen->open(packet.stamp.stream, packet.stamp.epoch);
        }
        return chosen;
    }

    std::array<Lane, kLanes> lanes_;
    std::array<std::uint32_t, 256> floors_{};  ///< By stream id.
    ArrivalCounters arrivals_;
};

}  // namespace earshot::client
