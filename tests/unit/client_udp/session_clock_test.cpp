#include "client/core/session_clock.hpp"

#include "common/sync/exchange_schedule.hpp"
#include "tests/support/sim_random.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{100s};

ClockReply reply_to(std::uint32_t sequence, LocalInstant asked) {
    const std::int64_t local = asked.time_since_epoch().count();
    const std::int64_t there = local + 1'000'000;
    return {static_cast<std::uint64_t>(local), there, there, sequence};
}

/// Exchanges of the plain schedule in the first 20 s.
int scheduled() {
    sync::ExchangeSchedule schedule(kStart);
    int count = 0;
    for (; schedule.next() < kStart + 20s; ++count) {
        schedule.sent(schedule.next());
    }
    return count;
}

/// Exchanges for so long, a share of which is lost. @return how many were sent and answered
struct Exchanges {
    int sent = 0;
    int answered = 0;
};
Exchanges exchange(SessionClock& clock,
                   LocalInstant from,
                   std::chrono::seconds length,
                   double loss) {
    test::SimRandom random(17);
    Exchanges all;
    LocalInstant now = from;
    while (now < from + length) {
        now = std::max(now, clock.next());
        const std::uint32_t sequence = clock.send(now);
        ++all.sent;
        if (!random.chance(loss)) {
            EXPECT_EQ(clock.take(reply_to(sequence, now), now + 2ms), SessionClock::Verdict::taken);
            ++all.answered;
        }
    }
    return all;
}

TEST(SessionClock, MakesUpForNothingWhereNothingIsLost) {
    SessionClock clock;
    clock.restart(kStart, false);
    clock.set_lossy(true);
    const Exchanges all = exchange(clock, kStart, 20s, 0.0);
    EXPECT_LE(all.sent, scheduled() + 1);
}

TEST(SessionClock, GetsAlmostAsManyAnswersWhereHalfIsLost) {
    SessionClock clock;
    clock.restart(kStart, false);
    clock.set_lossy(true);
    const Exchanges all = exchange(clock, kStart, 20s, 0.5);
    EXPECT_GE(all.answered, scheduled() * 4 / 5);
    EXPECT_LE(all.sent, 2 * scheduled());
}

TEST(SessionClock, AsksNoMoreThanTwiceAsOftenOfADeadPath) {
    SessionClock clock;
    clock.restart(kStart, false);
    clock.set_lossy(true);
    EXPECT_LE(exchange(clock, kStart, 20s, 1.0).sent, 2 * scheduled() + 1);
}

TEST(SessionClock, KeepsToTheScheduleOnAConnection) {
    SessionClock clock;
    clock.restart(kStart, false);
    EXPECT_LE(exchange(clock, kStart, 20s, 0.5).sent, scheduled() + 1);
}

TEST(SessionClock, RefusesWhatCannotBe) {
    SessionClock clock;
    clock.restart(kStart, false);
    const std::uint32_t sequence = clock.send(kStart);
    const auto refuses = [&](const ClockReply& reply, LocalInstant t4) {
        return clock.take(reply, t4) == SessionClock::Verdict::refused;
    };
    EXPECT_TRUE(refuses(reply_to(0, kStart), kStart + 2ms)) << "none is numbered 0";
    EXPECT_TRUE(refuses(reply_to(0U - 1U, kStart), kStart + 2ms)) << "nor before it";
    EXPECT_TRUE(refuses(reply_to(sequence + 1, kStart), kStart + 2ms)) << "not asked yet";
    EXPECT_TRUE(refuses(reply_to(sequence, kStart), kStart - 1ms)) << "before it was asked";
    EXPECT_TRUE(refuses(reply_to(sequence, kStart), kStart + 5s)) << "too slow";
    ClockReply backwards = reply_to(sequence, kStart);
    backwards.t3_ns -= 1;
    EXPECT_TRUE(refuses(backwards, kStart + 2ms));
    EXPECT_FALSE(refuses(reply_to(sequence, kStart), kStart + 2ms));
    EXPECT_TRUE(refuses(reply_to(sequence, kStart), kStart + 2ms)) << "twice";
}

}  // namespace
}  // namespace earshot::client
