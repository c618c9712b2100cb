#pragma once

#include <functional>

/// Catches what real-time code must not do. Linking earshot::rt_guard into a program is enough for
/// memory and locks: inside any rt::RealtimeScope, on any thread, an allocation, a free or a
/// blocking lock prints one line and a backtrace and aborts. System calls are watched on the
/// threads of run().
///
/// In sanitizer builds the sanitizer owns those functions: allocations and frees are watched by its
/// hooks, locks and system calls are not. With EARSHOT_EMULATED_RUN in the environment system calls
/// are not watched either.
namespace earshot::test::rt_guard {

/// Runs body on a fresh thread on which, inside any rt::RealtimeScope, a system call aborts too,
/// and waits for it. Reading a clock and ending the thread or process are allowed. Exceptions come
/// out.
/// @throws std::runtime_error  if this machine refuses the trap.
void run(const std::function<void()>& body);

/// Like run(), with a scope around the whole of body.
void expect_realtime_safe(const std::function<void()>& body);

/// True if locks and system calls are watched, that is, in builds without sanitizers, not emulated.
[[nodiscard]] bool watches_locks_and_system_calls() noexcept;

}  // namespace earshot::test::rt_guard
