#pragma once

#include "common/base/time.hpp"
#include "common/sync/clock_estimator.hpp"
#include "common/sync/exchange_schedule.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace earshot::client {

/// What a server answers to an exchange, in nanoseconds; as it came, not believed yet.
struct ClockReply {
    std::uint64_t t1_ns = 0;  ///< Of the listener's clock, repeated.
    std::int64_t t2_ns = 0;   ///< Of the media clock.
    std::int64_t t3_ns = 0;
    std::uint32_t sequence = 0;
};

/// A listener's clock exchanges with one server, by whichever way they go: when they are due, which
/// replies count, and what follows from them.
/// Thread: one owner. Pure: time is what the caller says it is.
class SessionClock {
public:
    /// A reply that took longer says nothing about the clock.
    static constexpr std::chrono::seconds kLongestRoundTrip{4};

    /// What became of a reply.
    enum class Verdict : std::uint8_t {
        taken,
        refused,  ///< Not to an exchange of ours, repeated, or impossible.
    };

    /// Another server's clock: nothing from before holds.
    void forget() noexcept;
    /// A new connection: dense exchanges first. @param same_clock  Keep the rate.
    void restart(LocalInstant now, bool same_clock) noexcept;

    /// Exchanges can be lost from now on, or no longer: those that were lost are made up for.
    void set_lossy(bool lossy) noexcept;
    [[nodiscard]] bool due(LocalInstant now) const noexcept { return now >= next(); }
    [[nodiscard]] LocalInstant next() const noexcept;
    /// The number of the exchange that is due, which is sent at once.
    [[nodiscard]] std::uint32_t send(LocalInstant now) noexcept;
    /// The number of one more, which only asks whether the way is there.
    [[nodiscard]] std::uint32_t send_extra() noexcept { return next_sequence_++; }

    /// Takes a reply. Over datagrams they may come in any order, and twice.
    /// @param t4  When it came.
    Verdict take(const ClockReply& reply, LocalInstant t4) noexcept;

    [[nodiscard]] const sync::ClockModel& model() const noexcept { return model_; }
    [[nodiscard]] const sync::ClockEstimatorCounters& counters() const noexcept {
        return estimator_.counters();
    }
    /// Of the newest reply, without the server's share.
    [[nodiscard]] std::chrono::nanoseconds round_trip() const noexcept { return round_trip_; }

private:
    /// How many exchanges back a reply still counts.
    static constexpr std::uint32_t kReplyWindow = 64;
    /// Lost exchanges that are remembered.
    static constexpr std::size_t kOpen = 16;
    struct Open {
        std::uint32_t sequence = 0;  ///< 0: none.
        LocalInstant lost_at{};      ///< If there is no answer by then.
    };
    [[nodiscard]] bool answer(std::uint32_t sequence) noexcept;
    [[nodiscard]] const Open* first_lost() const noexcept;

    sync::ClockEstimator estimator_;
    sync::ExchangeSchedule schedule_{LocalInstant{}};
    sync::ClockModel model_;
    std::uint32_t next_sequence_ = 1;
    std::uint32_t newest_reply_ = 0;
    std::uint64_t answered_ = ~std::uint64_t{0};  ///< Bit n: newest_reply_ - n, or never sent.
    std::chrono::nanoseconds round_trip_{0};
    std::array<Open, kOpen> open_{};
    int makes_up_ = 0;  ///< Exchanges that may be made up for: as many as were scheduled.
    bool lossy_ = false;
};

}  // namespace earshot::client
