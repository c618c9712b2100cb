#include "common/rt/realtime.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#include <algorithm>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace earshot::rt {
namespace {

constinit thread_local int realtime_depth = 0;

#if defined(__SSE2__)
constexpr std::uint64_t kFlushBits = 0x8040;  // FTZ (results) and DAZ (operands)
std::uint64_t read_mode() noexcept {
    return _mm_getcsr();
}
void write_mode(std::uint64_t mode) noexcept {
    _mm_setcsr(static_cast<unsigned>(mode));
}
#elif defined(__aarch64__)
constexpr std::uint64_t kFlushBits = std::uint64_t{1} << 24U;  // FZ: operands and results
std::uint64_t read_mode() noexcept {
    std::uint64_t mode = 0;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
void write_mode(std::uint64_t mode) noexcept {
    asm volatile("msr fpcr, %0" : : "r"(mode));
}
#else
constexpr std::uint64_t kFlushBits = 0;
std::uint64_t read_mode() noexcept {
    return 0;
}
void write_mode(std::uint64_t) noexcept {}
#endif

}  // namespace

RealtimeScope::RealtimeScope() noexcept {
    ++realtime_depth;
}
RealtimeScope::~RealtimeScope() {
    --realtime_depth;
}
bool RealtimeScope::active() noexcept {
    return realtime_depth > 0;
}

ScopedFlushDenormals::ScopedFlushDenormals() noexcept : saved_(read_mode()) {
    write_mode(saved_ | kFlushBits);
}
ScopedFlushDenormals::~ScopedFlushDenormals() {
    write_mode(saved_);
}

bool set_realtime_priority(int priority) noexcept {
    sched_param wanted{};
    wanted.sched_priority = std::clamp(priority, sched_get_priority_min(SCHED_FIFO),
                                       sched_get_priority_max(SCHED_FIFO));
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
}

bool lock_memory() noexcept {
    return mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
}

}  // namespace earshot::rt
