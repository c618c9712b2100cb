#pragma once

#include "common/base/assert.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace earshot::rt {

/// Assumed size of a cache line: what two threads write lies at least this far apart.
inline constexpr std::size_t kCacheLineBytes = 64;

/// Bounded queue from exactly one producer thread to exactly one consumer thread, in order.
///
/// Thread: try_push() and push() by the producer only, try_pop() and pop() by the consumer only;
/// size(), empty() and capacity() by any. Which thread that is may change if the hand-over itself
/// synchronises (a join, a posted task). Real-time: everything but the constructor and destructor,
/// as far as T's own assignment is: wait-free, at most two atomic loads and one store a call.
/// An element's slot keeps its moved-from value until it is written again.
template <class T>
class SpscRing {
public:
    /// @param capacity  Elements it holds, >= 1. All of them are default-constructed here.
    explicit SpscRing(std::size_t capacity)
        : capacity_(capacity),
          mask_(std::bit_ceil(capacity) - 1),
          slots_(std::make_unique<T[]>(mask_ + 1)) {
        EARSHOT_ASSERT(capacity >= 1);
    }
    SpscRing(const SpscRing&) = delete;
    SpscRing& operator=(const SpscRing&) = delete;

    /// @return false if it is full; nothing has changed then.
    [[nodiscard]] bool try_push(const T& value) noexcept(
        std::is_nothrow_copy_assignable_v<T>) requires std::is_copy_assignable_v<T> {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (free_at(tail, 1) == 0) {
            return false;
        }
        slots_[tail & mask_] = value;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// @return false if it is full; value is untouched then.
    [[nodiscard]] bool try_push(T&& value) noexcept(std::is_nothrow_move_assignable_v<T>) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (free_at(tail, 1) == 0) {
            return false;
        }
        slots_[tail & mask_] = std::move(value);
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// Moves the oldest element into value.
    /// @return false if it is empty; value is untouched then.
    [[nodiscard]] bool try_pop(T& value) noexcept(std::is_nothrow_move_assignable_v<T>) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (filled_at(head, 1) == 0) {
            return false;
        }
        value = std::move(slots_[head & mask_]);
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

    /// Appends as many of values, from the first, as fit.
    /// @return How many; the consumer sees all of them or none.
    [[nodiscard]] std::size_t push(
        std::span<const T> values) noexcept requires std::is_trivially_copyable_v<T> {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        const std::size_t count = std::min(values.size(), free_at(tail, values.size()));
        const std::size_t first = std::min(count, mask_ + 1 - (tail & mask_));
        std::copy_n(values.data(), first, slots_.get() + (tail & mask_));
        std::copy_n(values.data() + first, count - first, slots_.get());
        tail_.store(tail + count, std::memory_order_release);
        return count;
    }
    /// Takes the oldest elements into values, at most values.size().
    /// @return How many; the rest of values is untouched.
    [[nodiscard]] std::size_t pop(
        std::span<T> values) noexcept requires std::is_trivially_copyable_v<T> {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        const std::size_t count = std::min(values.size(), filled_at(head, values.size()));
        const std::size_t first = std::min(count, mask_ + 1 - (head & mask_));
        std::copy_n(slots_.get() + (head & mask_), first, values.data());
        std::copy_n(slots_.get(), count - first, values.data() + first);
        head_.store(head + count, std::memory_order_release);
        return count;
    }

    /// Elements inside. Exact for the producer as an upper bound, for the consumer as a lower
    /// bound; any other thread gets a recent value.
    [[nodiscard]] std::size_t size() const noexcept {
        // Head first: read the other way round, pops in between could make the count negative.
        const std::size_t head = head_.load(std::memory_order_acquire);
        const std::size_t tail = tail_.load(std::memory_order_acquire);
        return std::min(tail - head, capacity_);
    }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    /// Free elements as the producer knows them; asks the consumer's index only if it must.
    std::size_t free_at(std::size_t tail, std::size_t wanted) noexcept {
        if (capacity_ - (tail - known_head_) < wanted) {
            known_head_ = head_.load(std::memory_order_acquire);
        }
        return capacity_ - (tail - known_head_);
    }
    std::size_t filled_at(std::size_t head, std::size_t wanted) noexcept {
        if (known_tail_ - head < wanted) {
            known_tail_ = tail_.load(std::memory_order_acquire);
        }
        return known_tail_ - head;
    }

    const std::size_t capacity_;
    const std::size_t mask_;
    const std::unique_ptr<T[]> slots_;
    // Both indices count up for ever and wrap with size_t; the mask makes slots of them.
    alignas(kCacheLineBytes) std::atomic<std::size_t> tail_{0};  ///< Written by the producer.
    std::size_t known_head_ = 0;                                 ///< The producer's copy.
    alignas(kCacheLineBytes) std::atomic<std::size_t> head_{0};  ///< Written by the consumer.
    std::size_t known_tail_ = 0;                                 ///< The consumer's copy.
};

}  // namespace earshot::rt
