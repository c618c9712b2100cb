#include "client/core/session_clock.hpp"

#include <algorithm>

namespace earshot::client {
namespace {

/// Beyond two round trips, an answer is waited for this long.
constexpr std::chrono::milliseconds kAnswerSlack{20};
/// Exchanges made up for in a row.
constexpr int kMostMadeUp = 16;

}  // namespace

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

void SessionClock::set_lossy(bool lossy) noexcept {
    if (lossy != lossy_) {
        lossy_ = lossy;
        open_ = {};
        makes_up_ = 0;
    }
}

const SessionClock::Open* SessionClock::first_lost() const noexcept {
    const Open* first = nullptr;
    for (const Open& one : open_) {
        if (one.sequence != 0 && (first == nullptr || one.lost_at < first->lost_at)) {
            first = &one;
        }
    }
    return first;
}

LocalInstant SessionClock::next() const noexcept {
    const Open* lost = makes_up_ > 0 ? first_lost() : nullptr;
    return lost == nullptr ? schedule_.next() : std::min(schedule_.next(), lost->lost_at);
}

std::uint32_t SessionClock::send(LocalInstant now) noexcept {
    if (schedule_.due(now)) {
        schedule_.sent(now);
        makes_up_ = std::min(makes_up_ + 1, kMostMadeUp);
    } else if (const Open* lost = first_lost(); lost != nullptr) {
        open_[lost->sequence % kOpen].sequence = 0;
        --makes_up_;
    }
    const std::uint32_t sequence = next_sequence_++;
    if (lossy_) {
        open_[sequence % kOpen] = {sequence, now + 2 * round_trip_ + kAnswerSlack};
    }
    return sequence;
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
    if (Open& asked = open_[reply.sequence % kOpen]; asked.sequence == reply.sequence) {
        asked.sequence = 0;
    }
    round_trip_ = there_and_back - (sample.t3 - sample.t2);
    estimator_.add(sample);
    model_ = estimator_.model();
    return Verdict::taken;
}

}  // namespace earshot::client
