#include "client/core/receive_stamp.hpp"

#include <ctime>

namespace earshot::client {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
/// Both clocks are read again if something came between.
constexpr std::int64_t kTogetherNs = 2'000;
constexpr int kAttempts = 3;

std::int64_t realtime_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

}  // namespace

ClockPair read_clock_pair(const LocalClockSource& clock) noexcept {
    ClockPair pair;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const std::int64_t before = realtime_ns();
        pair.local = clock.now();
        const std::int64_t taken = realtime_ns() - before;
        pair.realtime_ns = before + taken / 2;
        if (taken >= 0 && taken < kTogetherNs) {
            break;
        }
    }
    return pair;
}

LocalInstant arrival_of(std::int64_t stamp_ns,
                        const ClockPair& now,
                        const LocalClockSource& clock) noexcept {
    const std::int64_t age = now.realtime_ns - stamp_ns;
    if (stamp_ns <= 0 || age < 0 || age > kNsPerSecond) {
        return now.local;
    }
    return clock.at_raw_ns(clock.raw_ns(now.local) - age);
}

}  // namespace earshot::client
