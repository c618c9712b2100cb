#include "common/sync/exchange_schedule.hpp"

namespace earshot::sync {

void ExchangeSchedule::restart(LocalInstant now) noexcept {
    next_ = now;
    start_ = now;
    burst_start_ = now;
    left_ = kStartExchanges;
    starting_ = true;
}

void ExchangeSchedule::sent(LocalInstant now) noexcept {
    --left_;
    if (left_ > 0) {
        next_ += starting_ ? std::chrono::nanoseconds{kStartSpacing}
                           : std::chrono::nanoseconds{kBurstSpacing};
        if (next_ < now) {
            next_ = now;
        }
        return;
    }
    starting_ = false;
    burst_start_ += burst_start_ - start_ < kSettled ? kPairPeriod : kBurstPeriod;
    if (burst_start_ < now) {  // a sleeping machine does not send what it missed
        burst_start_ = now + kBurstPeriod;
    }
    const auto age = burst_start_ - start_;
    left_ = age < kSettled ? kPairExchanges : (age < kKeen ? kKeenExchanges : kBurstExchanges);
    next_ = burst_start_;
}

}  // namespace earshot::sync
