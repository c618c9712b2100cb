#include "common/rt/realtime.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <limits>
#include <thread>

namespace earshot::rt {
namespace {

TEST(RealtimeScope, NestsAndMarksOnlyItsOwnThread) {
    EXPECT_FALSE(RealtimeScope::active());
    {
        const RealtimeScope outer;
        {
            const RealtimeScope inner;
            EXPECT_TRUE(RealtimeScope::active());
        }
        EXPECT_TRUE(RealtimeScope::active());
    }
    EXPECT_FALSE(RealtimeScope::active());

    bool other_thread = true;
    std::atomic<bool> inside{false};
    std::thread other([&other_thread, &inside] {  // made outside: that allocates
        while (!inside.load(std::memory_order_acquire)) {
            std::this_thread::yield();
        }
        other_thread = RealtimeScope::active();
        inside.store(false, std::memory_order_release);
    });
    {
        const RealtimeScope scope;
        inside.store(true, std::memory_order_release);
        while (inside.load(std::memory_order_acquire)) {
        }
    }
    other.join();
    EXPECT_FALSE(other_thread);
}

#if defined(__SSE2__) || defined(__aarch64__)
TEST(ScopedFlushDenormals, FlushesOperandsAndResultsAndRestoresTheMode) {
    volatile float smallest = std::numeric_limits<float>::denorm_min();
    volatile float normal = std::numeric_limits<float>::min();
    volatile float half = 0.5F;
    volatile float huge = 1e30F;
    EXPECT_GT(smallest * huge, 0.0F);
    {
        const ScopedFlushDenormals flush;
        EXPECT_EQ(normal * half, 0.0F) << "a result";
        EXPECT_EQ(smallest * huge, 0.0F) << "an operand";
    }
    EXPECT_GT(normal * half, 0.0F);
    EXPECT_GT(smallest * huge, 0.0F);
}
#endif

TEST(SetRealtimePriority, LeavesTheThreadUsableWhetherOrNotItIsAllowed) {
    bool ran = false;
    std::thread thread([&ran] {
        const bool allowed = set_realtime_priority(1);
        sched_param parameters{};
        int policy = SCHED_OTHER;
        pthread_getschedparam(pthread_self(), &policy, &parameters);
        EXPECT_EQ(policy == SCHED_FIFO, allowed);
        if (allowed) {
            EXPECT_EQ(parameters.sched_priority, 1);
        }
        ran = true;
    });
    thread.join();
    EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace earshot::rt
