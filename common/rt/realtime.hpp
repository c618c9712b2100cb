#pragma once

#include <cstdint>

namespace earshot::rt {

/// Marks code that must not lock, allocate, free or make a system call, for as long as it lives.
/// Costs nothing but a thread-local count; the tests' RtGuard aborts on what breaks the rule.
///
/// Thread: marks the calling thread only; scopes nest. Real-time: yes.
class RealtimeScope {
public:
    RealtimeScope() noexcept;
    ~RealtimeScope();
    RealtimeScope(const RealtimeScope&) = delete;
    RealtimeScope& operator=(const RealtimeScope&) = delete;

    /// True inside a scope on the calling thread. Async-signal-safe.
    [[nodiscard]] static bool active() noexcept;
};

/// Makes the calling thread's floating-point unit treat denormals as zero, both read and written,
/// and puts back the mode found. On other processors than x86 and ARM64 it does nothing.
///
/// Thread: the calling one only. Real-time: yes.
class ScopedFlushDenormals {
public:
    ScopedFlushDenormals() noexcept;
    ~ScopedFlushDenormals();
    ScopedFlushDenormals(const ScopedFlushDenormals&) = delete;
    ScopedFlushDenormals& operator=(const ScopedFlushDenormals&) = delete;

private:
    std::uint64_t saved_;
};

/// Asks for SCHED_FIFO for the calling thread.
/// @param priority  1 to 99; clamped.
/// @return false if the system refused (no RLIMIT_RTPRIO, say); nothing has changed then.
bool set_realtime_priority(int priority) noexcept;

/// Keeps all pages of the process, present and future, in memory.
/// @return false if the system refused (RLIMIT_MEMLOCK, say).
bool lock_memory() noexcept;

}  // namespace earshot::rt
