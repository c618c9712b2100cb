#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace earshot {

/// A fixed number of elements, all bytes zero, aligned to 64 bytes. What is never written to costs
/// address space and no memory: the system gives pages as they are touched (all at once where they
/// are locked).
/// T lives without a constructor having run, so zero bytes must be a sound value of it.
/// Errors: the constructor throws std::bad_alloc. Real-time: everything but the constructor.
template <class T>
requires(std::is_trivially_copyable_v<T>&& std::is_trivially_destructible_v<T>) class ZeroedArray {
public:
    static constexpr std::size_t kAlignment = 64;

    explicit ZeroedArray(std::size_t size)
        : size_(size), memory_(std::calloc(size * sizeof(T) + kAlignment, 1)) {
        void* place = memory_.get();
        std::size_t space = size * sizeof(T) + kAlignment;
        if (place == nullptr || std::align(kAlignment, size * sizeof(T), place, space) == nullptr) {
            throw std::bad_alloc{};
        }
        // calloc() begins the lifetime of what is kept in it (P0593).
        first_ = static_cast<T*>(place);
    }
    ZeroedArray(const ZeroedArray&) = delete;
    ZeroedArray& operator=(const ZeroedArray&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T* data() noexcept { return first_; }
    [[nodiscard]] const T* data() const noexcept { return first_; }
    /// @pre index < size()
    [[nodiscard]] T& operator[](std::size_t index) noexcept { return first_[index]; }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return first_[index]; }

private:
    struct Free {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    std::size_t size_;
    std::unique_ptr<void, Free> memory_;
    T* first_ = nullptr;
};

}  // namespace earshot
