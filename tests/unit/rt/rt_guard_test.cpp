#include "tests/support/rt_guard.hpp"

#include "common/rt/realtime.hpp"
#include "common/rt/spsc_ring.hpp"
#include "common/rt/triple_buffer.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace earshot::test {
namespace {

using rt::RealtimeScope;

/// Keeps the compiler from leaving an unused allocation out.
void* volatile kept = nullptr;

TEST(RtGuardDeathTest, CatchesMalloc) {
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] { kept = std::malloc(16); }),
                 "RtGuard: (malloc|allocation) in real-time code");
}

TEST(RtGuardDeathTest, CatchesCallocAndRealloc) {
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] { kept = std::calloc(4, 16); }),
                 "RtGuard: (calloc|allocation)");
    kept = std::malloc(16);
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] { kept = std::realloc(kept, 4096); }),
                 "RtGuard: (realloc|allocation|free)");
    std::free(kept);
}

TEST(RtGuardDeathTest, CatchesFree) {
    void* const memory = std::malloc(16);
    EXPECT_DEATH(rt_guard::expect_realtime_safe([memory] { std::free(memory); }),
                 "RtGuard: free in real-time code");
    std::free(memory);
}

TEST(RtGuardDeathTest, CatchesNewDeleteAndAGrowingVector) {
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] { kept = new int(1); }),
                 "RtGuard: (malloc|allocation)");
    auto owned = std::make_unique<int>(1);
    EXPECT_DEATH(rt_guard::expect_realtime_safe([&owned] { owned.reset(); }), "RtGuard: free");
    std::vector<int> numbers;
    EXPECT_DEATH(rt_guard::expect_realtime_safe([&numbers] { numbers.push_back(1); }),
                 "RtGuard: (malloc|allocation)");
}

TEST(RtGuardDeathTest, CatchesMemoryOnAnyThreadInAScopeOfItsOwn) {
    EXPECT_DEATH(
        {
            std::thread thread([] {
                const RealtimeScope scope;
                kept = std::malloc(16);
            });
            thread.join();
        },
        "RtGuard: (malloc|allocation)");
}

TEST(RtGuardDeathTest, CatchesAnUncontendedMutex) {
    if (!rt_guard::watches_locks_and_system_calls()) {
        GTEST_SKIP() << "sanitizer build";
    }
    std::mutex mutex;
    EXPECT_DEATH(rt_guard::expect_realtime_safe([&mutex] { const std::lock_guard lock(mutex); }),
                 "RtGuard: pthread_mutex_lock in real-time code");
    std::shared_mutex shared;
    EXPECT_DEATH(rt_guard::expect_realtime_safe([&shared] { const std::shared_lock lock(shared); }),
                 "RtGuard: pthread_rwlock_rdlock");
    EXPECT_DEATH(rt_guard::expect_realtime_safe([&shared] { const std::lock_guard lock(shared); }),
                 "RtGuard: pthread_rwlock_wrlock");
}

TEST(RtGuardDeathTest, CatchesAWaitOnACondition) {
    if (!rt_guard::watches_locks_and_system_calls()) {
        GTEST_SKIP() << "sanitizer build";
    }
    EXPECT_DEATH(rt_guard::run([] {
                     std::mutex mutex;
                     std::condition_variable condition;
                     std::unique_lock lock(mutex);
                     const RealtimeScope scope;
                     condition.wait_for(lock, std::chrono::seconds(1));
                 }),
                 "RtGuard: pthread_cond_(timed|clock)wait");
}

TEST(RtGuardDeathTest, CatchesSystemCalls) {
    if (!rt_guard::watches_locks_and_system_calls()) {
        GTEST_SKIP() << "sanitizer build";
    }
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] {
                     if (::write(STDOUT_FILENO, "x", 1) < 0) {
                         kept = nullptr;
                     }
                 }),
                 "RtGuard: system call \\(number [0-9]+\\) in real-time code");
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] { ::sched_yield(); }), "RtGuard: system call");
    EXPECT_DEATH(rt_guard::expect_realtime_safe(
                     [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }),
                 "RtGuard: system call");
}

TEST(RtGuardDeathTest, SaysWhereItHappened) {
    EXPECT_DEATH(rt_guard::expect_realtime_safe([] { kept = std::malloc(16); }),
                 "RtGuard.*\n.*(unit_rt|libasan|libtsan)");
}

TEST(RtGuard, LetsEverythingThroughOutsideAScope) {
    std::string text;
    int written = -1;
    rt_guard::run([&] {
        std::mutex mutex;
        const std::lock_guard lock(mutex);
        text.assign(1'000, 'x');
        int ends[2] = {-1, -1};
        ASSERT_EQ(::pipe(ends), 0);
        written = static_cast<int>(::write(ends[1], text.data(), 3));
        ::close(ends[0]);
        ::close(ends[1]);
        EXPECT_EQ(::close(-1), -1);
        EXPECT_EQ(errno, EBADF) << "a refused call still sets errno";
        // A thread made by a guarded thread: masks signals, maps memory, clones.
        std::thread inner([&text] { text += "y"; });
        inner.join();
    });
    EXPECT_EQ(written, 3);
    EXPECT_EQ(text.size(), 1'001U);
}

TEST(RtGuard, LetsRealTimeCodePassAndReadsOfTheClockWithIt) {
    rt::SpscRing<int> ring(8);
    rt::TripleBuffer<int> buffer;
    int sum = 0;
    timespec now{};
    rt_guard::expect_realtime_safe([&] {
        const rt::ScopedFlushDenormals flush;
        for (int i = 0; i < 100; ++i) {
            int value = 0;
            sum += ring.try_push(i) && ring.try_pop(value) ? value : 0;
            buffer.write(i);
            sum += buffer.read();
        }
        ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    });
    EXPECT_EQ(sum, 2 * 4'950);
    EXPECT_GT(now.tv_sec + now.tv_nsec, 0);
}

TEST(RtGuard, BringsExceptionsOut) {
    EXPECT_THROW(rt_guard::run([] { throw std::invalid_argument("no"); }), std::invalid_argument);
}

}  // namespace
}  // namespace earshot::test
