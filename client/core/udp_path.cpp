#include "client/core/udp_path.hpp"

#include <algorithm>

namespace earshot::client {
namespace {

/// A probe that is not answered by then ends the row of those that were.
constexpr std::chrono::milliseconds kAnswerLimit{1'000};
/// Probes are no closer than this, whatever there is to ask about.
constexpr std::chrono::milliseconds kClosest{30};
/// Shares of the silence that is given up: from when it is asked about, and how often.
constexpr int kAskAfter = 3;
constexpr int kAskEvery = 8;

}  // namespace

void UdpPath::begin(LocalInstant now, std::chrono::milliseconds lead) noexcept {
    state_ = State::probing;
    probes_ = {};
    left_at_start_ = kStartProbes;
    acks_in_row_ = 0;
    period_ = kProbePeriod;
    lead_ = lead;
    next_probe_ = now;
    last_tick_ = now;
    audio_due_ = false;
}

void UdpPath::end() noexcept {
    state_ = State::off;
}

std::chrono::nanoseconds UdpPath::silent_limit() const noexcept {
    return audio_due_ ? std::max<std::chrono::nanoseconds>(kShortestSilence, lead_ / 3)
                      : std::chrono::nanoseconds{kIdleSilence};
}

void UdpPath::heard(LocalInstant now) noexcept {
    last_heard_ = std::max(last_heard_, now);
    if (state_ == State::returning && now - gave_up_ < kStallEnds) {
        use(now);
    }
}

void UdpPath::acknowledged(std::uint64_t nonce, LocalInstant now) noexcept {
    if (state_ == State::off) {
        return;
    }
    heard(now);
    Probe& asked = probes_[nonce % kRemembered];
    if (nonce == 0 || asked.nonce != nonce || now < asked.sent) {
        return;
    }
    asked.nonce = 0;
    round_trip_ = now - asked.sent;
    if (state_ == State::in_use || round_trip_ > kAnswerLimit) {
        return;
    }
    acks_in_row_ = nonce == last_acknowledged_ + 1 ? acks_in_row_ + 1 : 1;
    last_acknowledged_ = nonce;
    last_answer_ = now;
    if (state_ == State::probing || acks_in_row_ >= kAcksToReturn) {
        use(now);
    } else {
        // Something is there: the others need not wait.
        next_probe_ = std::min(next_probe_, now + kStartSpacing);
    }
}

void UdpPath::use(LocalInstant now) noexcept {
    state_ = State::in_use;
    last_heard_ = now;
    last_tick_ = now;
    next_probe_ = now;
}

void UdpPath::give_up(LocalInstant now) noexcept {
    state_ = State::returning;
    ++fallbacks_;
    gave_up_ = now;
    acks_in_row_ = 0;
    left_at_start_ = 0;
    period_ = kProbePeriod;
    probes_ = {};
    next_probe_ = now + period_;
}

std::uint64_t UdpPath::probe(LocalInstant now) noexcept {
    ++last_nonce_;
    probes_[last_nonce_ % kRemembered] = {last_nonce_, now};
    return last_nonce_;
}

std::optional<std::uint64_t> UdpPath::tick(LocalInstant now, bool audio_due) noexcept {
    if (state_ == State::off) {
        return std::nullopt;
    }
    audio_due_ = audio_due;
    if (state_ == State::in_use) {
        return look_after(now);
    }
    if (now < next_probe_) {
        return std::nullopt;
    }
    if (now - last_answer_ > kAnswerLimit) {
        acks_in_row_ = 0;
    }
    left_at_start_ = std::max(0, left_at_start_ - 1);
    if (left_at_start_ > 0 || acks_in_row_ > 0) {
        next_probe_ = now + kStartSpacing;
    } else {
        next_probe_ = now + period_;
        period_ = std::min<std::chrono::nanoseconds>(period_ * 3 / 2, kLongestPeriod);
    }
    return probe(now);
}

std::optional<std::uint64_t> UdpPath::look_after(LocalInstant now) noexcept {
    const auto limit = silent_limit();
    if (now - last_tick_ > limit / 2) {
        // Whoever slept cannot say that nothing came.
        last_heard_ = std::max(last_heard_, now - limit / kAskAfter);
    }
    last_tick_ = now;
    if (now - last_heard_ > limit) {
        give_up(now);
        return std::nullopt;
    }
    if (now - last_heard_ < limit / kAskAfter || now < next_probe_) {
        return std::nullopt;
    }
    next_probe_ = now + std::max<std::chrono::nanoseconds>(limit / kAskEvery, kClosest);
    return probe(now);
}

LocalInstant UdpPath::next_due() const noexcept {
    switch (state_) {
        case State::off:
            return LocalInstant::max();
        case State::in_use: {
            const auto limit = silent_limit();
            const LocalInstant ends = last_heard_ + limit + std::chrono::microseconds{1};
            return std::min(ends, std::max(last_heard_ + limit / kAskAfter, next_probe_));
        }
        case State::probing:
        case State::returning:
            break;
    }
    return next_probe_;
}

}  // namespace earshot::client
