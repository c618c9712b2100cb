#pragma once

#include "common/base/time.hpp"

#include <chrono>

namespace earshot::sync {

/// When the next clock exchange is due: 16 in the first half second, then pairs every half second
/// while the skew is hardly known, from kSettled on a burst every 2 s: of 16 until kKeen, so that a
/// bad radio is soon seen through, of 8 from then on.
///
/// Bursts find idle moments of a shared radio better than evenly spread requests; a skew is found
/// sooner by what is spread evenly.
/// Thread: one owner. Real-time: yes.
class ExchangeSchedule {
public:
    static constexpr int kStartExchanges = 16;
    static constexpr std::chrono::microseconds kStartSpacing{31'250};
    static constexpr std::chrono::seconds kSettled{2};
    static constexpr int kPairExchanges = 2;
    static constexpr std::chrono::milliseconds kPairPeriod{500};
    static constexpr std::chrono::seconds kKeen{20};
    static constexpr int kKeenExchanges = 16;
    static constexpr int kBurstExchanges = 8;
    static constexpr std::chrono::milliseconds kBurstSpacing{20};
    static constexpr std::chrono::seconds kBurstPeriod{2};

    explicit ExchangeSchedule(LocalInstant start) noexcept { restart(start); }

    /// Begins again with the dense start, after a (re)connection.
    void restart(LocalInstant now) noexcept;
    /// The instant of the next request.
    [[nodiscard]] LocalInstant next() const noexcept { return next_; }
    [[nodiscard]] bool due(LocalInstant now) const noexcept { return now >= next_; }
    /// Says that the request due at next() left at `now`. Missed ones are not made up for.
    void sent(LocalInstant now) noexcept;

private:
    LocalInstant next_{};
    LocalInstant burst_start_{};
    int left_ = 0;  ///< Exchanges left in this burst, the one at next_ included.
    LocalInstant start_{};
    bool starting_ = true;
};

}  // namespace earshot::sync
