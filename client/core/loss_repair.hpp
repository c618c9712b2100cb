#pragma once

#include "client/core/loss_share.hpp"
#include "common/base/time.hpp"
#include "common/sync/clock_model.hpp"
#include "common/wire/datagram_bodies.hpp"
#include "common/wire/packet.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::client {

/// Finds what of each stream is missing, and says what to ask for again while there is time.
///
/// A packet is missing once later ones of its stream and epoch have come and a moment for those
/// that only changed places has passed; the last ones, once they would have come by the times of
/// those before. It is asked for again until it comes or can no longer come in time.
/// Thread: one owner. Pure: time is what the caller says it is. Memory and work are bounded,
/// whatever numbers packets carry.
class LossRepair {
public:
    /// Most packets named by one due().
    static constexpr std::size_t kMostAtOnce = wire::kMaxNackNames;
    /// A packet that is heard within a round trip and this is not asked for any more.
    static constexpr std::chrono::milliseconds kMargin{20};

    /// How a packet came.
    enum class Way : std::uint8_t {
        sent,   ///< As everybody is sent it.
        again,  ///< Sent to this listener once more.
    };

    /// The newest fit; until one is valid, nothing is asked for.
    void set_clock(const sync::ClockModel& clock) noexcept { clock_ = clock; }
    /// A round trip of a datagram that has just been measured.
    void add_round_trip(std::chrono::nanoseconds measured) noexcept;
    void received(const wire::PacketStamp& stamp, Way way, LocalInstant now);

    /// The packets to ask for now; each then waits for about a round trip before it is named
    /// again. The span lives until the next call.
    [[nodiscard]] std::span<const wire::PacketName> due(LocalInstant now);
    /// When due() has something next; max if nothing is awaited.
    [[nodiscard]] LocalInstant next_due() const noexcept;
    /// Audio has come within the last 2 s and should go on.
    [[nodiscard]] bool audio_flows(LocalInstant now) const noexcept;

    /// Packets first seen missing, of a thousand expected, over the last 4 s.
    [[nodiscard]] std::uint32_t lost_permille(LocalInstant now) noexcept {
        return share_.permille(now);
    }
    /// Packets that were missing and came again in time.
    [[nodiscard]] std::uint64_t repaired() const noexcept { return repaired_; }
    /// Packets given up.
    [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }
    /// Begins to ask, or begins again: what can no longer come in time was never asked for.
    void resume(LocalInstant now);
    /// Forgets all packets, as before the first. Counters stay.
    void clear();

private:
    /// Two epochs of a stream and its companions, and room for a change of stream.
    static constexpr std::size_t kLanes = 8;
    /// What a jitter buffer could still take.
    static constexpr std::uint32_t kWindow = 96;
    /// Packets that are looked for beyond the newest.
    static constexpr std::uint32_t kTail = 8;
    static constexpr std::size_t kDelays = 32;

    struct Missing {
        std::uint32_t sequence = 0;
        LocalInstant next_ask{};
        int asked = 0;
        bool counted = false;  ///< As seen missing.
        bool unsure = false;   ///< It may not exist: nothing around it has come.
    };
    /// One stream and epoch.
    struct Lane {
        StreamId stream{};
        Epoch epoch{};
        std::uint32_t highest = 0;
        std::int64_t media = 0;        ///< Of the highest, in frames.
        LocalInstant touched{};        ///< When the highest grew.
        std::vector<Missing> missing;  ///< By sequence.
        /// Arrival minus presentation of the newest packets, as they are sent.
        std::array<std::chrono::nanoseconds, kDelays> delays{};
        std::size_t delay_count = 0;
        bool over = false;  ///< Nothing is looked for beyond the newest.
        bool used = false;
    };

    [[nodiscard]] Lane* find(const wire::PacketStamp& stamp) noexcept;
    Lane& begin_lane(const wire::PacketStamp& stamp, LocalInstant now);
    void advance(Lane& lane, std::uint32_t sequence, LocalInstant now);
    [[nodiscard]] static std::vector<Missing>::iterator place(Lane& lane, std::uint32_t sequence);
    void add_missing(Lane& lane, const Missing& missing);
    void look_beyond(Lane& lane, LocalInstant now);
    void ask(Lane& lane, LocalInstant now);
    void count(Missing& missing, LocalInstant now) noexcept;
    [[nodiscard]] LocalInstant presented(const Lane& lane, std::uint32_t sequence) const noexcept;
    /// When the packet after all that is known would have come.
    [[nodiscard]] LocalInstant awaited(const Lane& lane) const noexcept;
    [[nodiscard]] bool newest_of_stream(const Lane& lane) const noexcept;
    [[nodiscard]] std::chrono::nanoseconds allowance() const noexcept;
    [[nodiscard]] std::chrono::nanoseconds ask_again_after(int asked) const noexcept;

    sync::ClockModel clock_;
    std::chrono::nanoseconds round_trip_{0};  ///< Smoothed.
    std::chrono::nanoseconds variation_{0};   ///< Of round trips.
    std::array<Lane, kLanes> lanes_;
    std::vector<wire::PacketName> asking_;
    LossShare share_;
    LocalInstant last_new_ = LocalInstant::min();
    std::uint64_t repaired_ = 0;
    std::uint64_t given_up_ = 0;
};

}  // namespace earshot::client
