#pragma once

#include "common/rt/spsc_ring.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <type_traits>

namespace earshot::rt {

/// The latest value from exactly one writer thread to exactly one reader thread; values the reader
/// did not ask for in time are lost, a value is never torn and never older than one read before.
///
/// Thread: write() by the writer only; read() and fresh() by the reader only. Real-time: all but
/// the constructor, as far as T's copy assignment is: wait-free, one atomic exchange.
template <class T>
class TripleBuffer {
public:
    /// @param initial  What read() gives until the first write().
    explicit TripleBuffer(const T& initial = T{}) : cells_{{{initial}, {initial}, {initial}}} {}
    TripleBuffer(const TripleBuffer&) = delete;
    TripleBuffer& operator=(const TripleBuffer&) = delete;

    /// Makes value the latest.
    void write(const T& value) noexcept(std::is_nothrow_copy_assignable_v<T>) {
        cells_[writing_].value = value;
        writing_ = spare_.exchange(static_cast<std::uint8_t>(writing_ | kFresh),
                                   std::memory_order_acq_rel) &
                   kIndex;
    }

    /// The latest value; stays as it is until the next read().
    [[nodiscard]] const T& read() noexcept {
        if (fresh()) {
            reading_ = spare_.exchange(reading_, std::memory_order_acq_rel) & kIndex;
        }
        return cells_[reading_].value;
    }
    /// True if read() would give a value written since the last read().
    [[nodiscard]] bool fresh() const noexcept {
        return (spare_.load(std::memory_order_relaxed) & kFresh) != 0;
    }

private:
    static constexpr std::uint8_t kIndex = 3;
    static constexpr std::uint8_t kFresh = 4;
    struct alignas(kCacheLineBytes) Cell {
        T value;
    };

    std::array<Cell, 3> cells_;
    alignas(kCacheLineBytes) std::uint8_t writing_ = 0;
    alignas(kCacheLineBytes) std::atomic<std::uint8_t> spare_{1};  ///< Index, kFresh if newer.
    alignas(kCacheLineBytes) std::uint8_t reading_ = 2;
};

}  // namespace earshot::rt
