// How it watches (plain builds): this file defines malloc and its kin and the blocking pthread
// calls, which the dynamic linker then prefers to libc's; a seccomp filter turns the system calls
// of a guarded thread into SIGSYS. Filters cannot be taken off, so the handler carries calls made
// outside a scope out on the thread's behalf, by the one `syscall` instruction the filter lets
// through.
#include "tests/support/rt_guard.hpp"

#include "common/rt/realtime.hpp"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <execinfo.h>

#ifndef EARSHOT_SANITIZED
#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <ucontext.h>
#include <vector>
#endif

namespace {

using earshot::rt::RealtimeScope;

/// True while this thread prints its reason: what it calls then is let through.
constinit thread_local bool reporting = false;

[[noreturn]] void refuse(const char* what, long number = -1) {
    reporting = true;
    std::array<char, 128> line{};
    const int length =
        number < 0
            ? std::snprintf(line.data(), line.size(), "RtGuard: %s in real-time code\n", what)
            : std::snprintf(line.data(), line.size(),
                            "RtGuard: %s (number %ld) in real-time code\n", what, number);
    if (::write(STDERR_FILENO, line.data(), static_cast<std::size_t>(length)) == length) {
        std::array<void*, 48> frames{};
        const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
        ::backtrace_symbols_fd(frames.data(), depth, STDERR_FILENO);
    }
    std::abort();
}

void watch(const char* what) {
    if (RealtimeScope::active() && !reporting) [[unlikely]] {
        refuse(what);
    }
}

/// The first backtrace() loads a library; that must not happen while something is refused.
const int warmed_up = [] {
    void* frame = nullptr;
    return ::backtrace(&frame, 1);
}();

}  // namespace

#ifdef EARSHOT_SANITIZED

// Of the sanitizers' allocator_interface.h, which g++ 12 does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             std::size_t),
                                                         void (*free_hook)(const volatile void*));

namespace {

void on_malloc(const volatile void*, std::size_t) {
    watch("allocation");
}
void on_free(const volatile void* memory) {
    if (memory != nullptr) {
        watch("free");
    }
}
const int hooks = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

}  // namespace

namespace earshot::test::rt_guard {

void run(const std::function<void()>& body) {
    if (hooks == 0 || warmed_up == 0) {
        std::fputs("RtGuard: the sanitizer took no hooks\n", stderr);
        std::abort();
    }
    body();
}

bool watches_locks_and_system_calls() noexcept {
    return false;
}

}  // namespace earshot::test::rt_guard

#else

// Memory. glibc exports the real ones under these names.
extern "C" {
void* __libc_malloc(std::size_t);
void __libc_free(void*);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept {
    watch("malloc");
    return __libc_malloc(size);
}
void free(void* memory) noexcept {
    if (memory != nullptr) {
        watch("free");
    }
    __libc_free(memory);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    watch("calloc");
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
    watch("realloc");
    return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    watch("memalign");
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    watch("aligned_alloc");
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
    watch("posix_memalign");
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
}  // extern "C"

namespace {

/// libc's own version of a function this file defines.
template <class Function>
Function next(std::atomic<Function>& cache, const char* name, const char* version = nullptr) {
    Function found = cache.load(std::memory_order_acquire);
    if (found == nullptr) {
        // Condition variables exist twice; without its version the linker may give the old one.
        void* symbol = version != nullptr ? ::dlvsym(RTLD_NEXT, name, version) : nullptr;
        if (symbol == nullptr) {
            symbol = ::dlsym(RTLD_NEXT, name);
        }
        found = reinterpret_cast<Function>(symbol);
        cache.store(found, std::memory_order_release);
    }
    return found;
}

template <class... Args>
using Call = int (*)(Args...);

}  // namespace

extern "C" {
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    static constinit std::atomic<Call<pthread_mutex_t*> > real{nullptr};
    watch("pthread_mutex_lock");
    return next(real, "pthread_mutex_lock")(mutex);
}
int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
    static constinit std::atomic<Call<pthread_mutex_t*, const timespec*> > real{nullptr};
    watch("pthread_mutex_timedlock");
    return next(real, "pthread_mutex_timedlock")(mutex, until);
}
int pthread_mutex_clocklock(pthread_mutex_t* mutex,
                            clockid_t clock,
                            const timespec* until) noexcept {
    static constinit std::atomic<Call<pthread_mutex_t*, clockid_t, const timespec*> > real{nullptr};
    watch("pthread_mutex_clocklock");
    return next(real, "pthread_mutex_clocklock")(mutex, clock, until);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    static constinit std::atomic<Call<pthread_rwlock_t*> > real{nullptr};
    watch("pthread_rwlock_rdlock");
    return next(real, "pthread_rwlock_rdlock")(lock);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    static constinit std::atomic<Call<pthread_rwlock_t*> > real{nullptr};
    watch("pthread_rwlock_wrlock");
    return next(real, "pthread_rwlock_wrlock")(lock);
}
int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
    static constinit std::atomic<Call<pthread_spinlock_t*> > real{nullptr};
    watch("pthread_spin_lock");
    return next(real, "pthread_spin_lock")(lock);
}
int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    static constinit std::atomic<Call<pthread_cond_t*, pthread_mutex_t*> > real{nullptr};
    watch("pthread_cond_wait");
    return next(real, "pthread_cond_wait", "GLIBC_2.3.2")(condition, mutex);
}
int pthread_cond_timedwait(pthread_cond_t* condition,
                           pthread_mutex_t* mutex,
                           const timespec* until) {
    static constinit std::atomic<Call<pthread_cond_t*, pthread_mutex_t*, const timespec*> > real{
        nullptr};
    watch("pthread_cond_timedwait");
    return next(real, "pthread_cond_timedwait", "GLIBC_2.3.2")(condition, mutex, until);
}
int pthread_cond_clockwait(pthread_cond_t* condition,
                           pthread_mutex_t* mutex,
                           clockid_t clock,
                           const timespec* until) {
    static constinit std::atomic<
        Call<pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*> >
        real{nullptr};
    watch("pthread_cond_clockwait");
    return next(real, "pthread_cond_clockwait")(condition, mutex, clock, until);
}

// The one place a guarded thread's system calls come from: number, then six arguments.
long earshot_rt_guard_syscall(long number, const long* arguments);
extern const char earshot_rt_guard_syscall_end[];  // NOLINT(modernize-avoid-c-arrays)
}  // extern "C"

#if defined(__x86_64__)
asm(R"(
    .text
    .globl earshot_rt_guard_syscall
    .type earshot_rt_guard_syscall, @function
earshot_rt_guard_syscall:
    .cfi_startproc
    mov %rdi, %rax
    mov %rsi, %r11
    mov 0(%r11), %rdi
    mov 8(%r11), %rsi
    mov 16(%r11), %rdx
    mov 24(%r11), %r10
    mov 32(%r11), %r8
    mov 40(%r11), %r9
    syscall
    .globl earshot_rt_guard_syscall_end
earshot_rt_guard_syscall_end:
    ret
    .cfi_endproc
    .size earshot_rt_guard_syscall, . - earshot_rt_guard_syscall
)");
#elif defined(__aarch64__)
asm(R"(
    .text
    .globl earshot_rt_guard_syscall
    .type earshot_rt_guard_syscall, %function
earshot_rt_guard_syscall:
    .cfi_startproc
    mov x8, x0
    mov x9, x1
    ldp x0, x1, [x9]
    ldp x2, x3, [x9, #16]
    ldp x4, x5, [x9, #32]
    svc #0
    .globl earshot_rt_guard_syscall_end
earshot_rt_guard_syscall_end:
    ret
    .cfi_endproc
    .size earshot_rt_guard_syscall, . - earshot_rt_guard_syscall
)");
#else
#error "RtGuard knows x86-64 and ARM64"
#endif

namespace {

struct TrappedCall {
    long number;
    std::array<long, 6> arguments;
};

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
TrappedCall trapped_call(const ucontext_t& context) {
    const auto& regs = context.uc_mcontext.gregs;
    return {regs[REG_RAX],
            {static_cast<long>(regs[REG_RDI]), static_cast<long>(regs[REG_RSI]),
             static_cast<long>(regs[REG_RDX]), static_cast<long>(regs[REG_R10]),
             static_cast<long>(regs[REG_R8]), static_cast<long>(regs[REG_R9])}};
}
void set_result(ucontext_t& context, long result) {
    context.uc_mcontext.gregs[REG_RAX] = result;
}
#else
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
TrappedCall trapped_call(const ucontext_t& context) {
    const auto& regs = context.uc_mcontext.regs;
    TrappedCall call{static_cast<long>(regs[8]), {}};
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        call.arguments[i] = static_cast<long>(regs[i]);
    }
    return call;
}
void set_result(ucontext_t& context, long result) {
    context.uc_mcontext.regs[0] = static_cast<unsigned long long>(result);
}
#endif

/// rt_sigprocmask on the interrupted code's mask, which returning from the handler would put back;
/// never blocks SIGSYS, since a trap that cannot be delivered kills the process.
long change_mask(ucontext_t& context, const std::array<long, 6>& arguments) {
    std::uint64_t mask = 0;
    std::memcpy(&mask, &context.uc_sigmask, sizeof mask);
    if (arguments[2] != 0) {
        std::memcpy(reinterpret_cast<void*>(arguments[2]), &mask, sizeof mask);
    }
    if (arguments[1] != 0) {
        std::uint64_t set = 0;
        std::memcpy(&set, reinterpret_cast<const void*>(arguments[1]), sizeof set);
        switch (arguments[0]) {
            case SIG_BLOCK:
                mask |= set;
                break;
            case SIG_UNBLOCK:
                mask &= ~set;
                break;
            case SIG_SETMASK:
                mask = set;
                break;
            default:
                return -EINVAL;
        }
        mask &= ~(std::uint64_t{1} << static_cast<unsigned>(SIGSYS - 1));
        std::memcpy(&context.uc_sigmask, &mask, sizeof mask);
    }
    return 0;
}

void on_trap(int, siginfo_t*, void* raw) {
    auto& context = *static_cast<ucontext_t*>(raw);
    const int saved_errno = errno;
    const TrappedCall call = trapped_call(context);
    if (RealtimeScope::active() && !reporting) {
        refuse("system call", call.number);
    }
    set_result(context, call.number == SYS_rt_sigprocmask
                            ? change_mask(context, call.arguments)
                            : earshot_rt_guard_syscall(call.number, call.arguments.data()));
    errno = saved_errno;
}

/// Qemu's user mode knows no such filters. Whoever runs tests there says so.
bool emulated() noexcept {
    return std::getenv("EARSHOT_EMULATED_RUN") != nullptr;
}

/// Makes every system call of the calling thread a SIGSYS, for the rest of its life.
void trap_system_calls() {
    static std::once_flag installed;
    std::call_once(installed, [] {
        struct sigaction action {};
        action.sa_sigaction = on_trap;
        // The reporting code makes system calls inside the handler: no deferring.
        action.sa_flags = SA_SIGINFO | SA_NODEFER;
        ::sigaction(SIGSYS, &action, nullptr);
    });

    // Clock reads are allowed (a vDSO may fall back to the call); the others cannot be carried out
    // from a handler: they end the thread, start one on another stack, or return from the handler.
    const std::array<long, 10> native = {
        SYS_clock_gettime, SYS_gettimeofday, SYS_exit,   SYS_exit_group,      SYS_rt_sigreturn,
        SYS_clone,         SYS_clone3,       SYS_execve, SYS_restart_syscall,
#ifdef SYS_vfork
        SYS_vfork,
#else
        SYS_execveat,
#endif
    };
    const auto address = reinterpret_cast<std::uintptr_t>(earshot_rt_guard_syscall_end);
    const auto load = [](std::size_t offset) {
        return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
    };
    const auto skip_unless = [](std::uint32_t value, std::uint8_t skip) {
        return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, skip, value};
    };
    const sock_filter allow{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    const sock_filter trap{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP};

    std::vector<sock_filter> program = {load(offsetof(seccomp_data, arch)),
                                        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, kArchitecture},
                                        trap,
                                        load(offsetof(seccomp_data, nr))};
    for (const long number : native) {
        program.push_back(skip_unless(static_cast<std::uint32_t>(number), 1));
        program.push_back(allow);
    }
    // Little-endian: the low word of the instruction pointer first.
    program.push_back(load(offsetof(seccomp_data, instruction_pointer)));
    program.push_back(skip_unless(static_cast<std::uint32_t>(address), 3));
    program.push_back(load(offsetof(seccomp_data, instruction_pointer) + 4));
    program.push_back(skip_unless(static_cast<std::uint32_t>(address >> 32U), 1));
    program.push_back(allow);
    program.push_back(trap);

    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
        throw std::runtime_error("RtGuard cannot watch system calls here: " +
                                 std::generic_category().message(errno));
    }
}

}  // namespace

namespace earshot::test::rt_guard {

void run(const std::function<void()>& body) {
    std::exception_ptr failure;
    std::thread thread([&body, &failure] {
        try {
            if (!emulated()) {
                trap_system_calls();
            }
            body();
        } catch (...) {
            failure = std::current_exception();
        }
    });
    thread.join();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

bool watches_locks_and_system_calls() noexcept {
    return warmed_up >= 0 && !emulated();
}

}  // namespace earshot::test::rt_guard

#endif

namespace earshot::test::rt_guard {

void expect_realtime_safe(const std::function<void()>& body) {
    run([&body] {
        const rt::RealtimeScope scope;
        body();
    });
}

}  // namespace earshot::test::rt_guard
