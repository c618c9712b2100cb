#include "client/core/session_clock.hpp"

namespace earshot::client {

void SessionClock::forget() noexcept {
    estimator_ = sync::ClockEstimator{};
    model_ = {};
}

void SessionClock::restart(LocalInstant now, bool same_clock) noexcept {
    if (same_clock) {
        estimator_.restart();
    } else {
        forget();
    }
    schedule_.restart(now);
}

std::uint32_t SessionClock::send(LocalInstant now) noexcept {
    schedule_.sent(now);
    return next_sequence_++;
}

bool SessionClock::answer(std::uint32_t sequence) noexcept {
    if (next_sequence_ - 1 - sequence >= kReplyWindow) {
        return false;
    }
    const auto ahead = static_cast<std::int32_t>(sequence - newest_reply_);
    if (ahead > 0) {
        answered_ = static_cast<std::uint32_t>(ahead) < kReplyWindow
                        ? (answered_ << static_cast<std::uint32_t>(ahead)) | 1U
                        : 1U;
        newest_reply_ = sequence;
        return true;
    }
    const std::uint32_t back = newest_reply_ - sequence;
    const std::uint64_t bit = std::uint64_t{1} << (back % kReplyWindow);
    if (back >= kReplyWindow || (answered_ & bit) != 0) {
        return false;
    }
    answered_ |= bit;
    return true;
}

SessionClock::Verdict SessionClock::take(const ClockReply& reply, LocalInstant t4) noexcept {
    using std::chrono::nanoseconds;
    const sync::ClockSample sample{
        LocalInstant{nanoseconds{static_cast<std::int64_t>(reply.t1_ns)}},
        MediaInstant{nanoseconds{reply.t2_ns}}, MediaInstant{nanoseconds{reply.t3_ns}}, t4};
    const auto there_and_back = sample.t4 - sample.t1;
    if (there_and_back.count() < 0 || there_and_back > kLongestRoundTrip || sample.t3 < sample.t2 ||
        !answer(reply.sequence)) {
        return Verdict::refused;
    }
    round_trip_ = there_and_back - (sample.t3 - sample.t2);
    estimator_.add(sample);
    model_ = estimator_.model();
    return Verdict::taken;
}

}  // namespace earshot::client
