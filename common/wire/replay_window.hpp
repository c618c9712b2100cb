#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::wire {

/// Remembers which of the newest counters have come, so that each is taken once: those in any
/// order within the window, none from before it.
///
/// Source: RFC 6479: a ring of words, of which those that are left behind are emptied.
/// Thread: one owner. Real-time: yes.
class ReplayWindow {
public:
    /// Counters behind the newest that are still told apart.
    static constexpr std::uint64_t kWidth = 448;

    /// Whether a counter may still be taken. Counter 0 never is.
    [[nodiscard]] bool would_accept(std::uint64_t counter) const noexcept;
    /// Takes a counter, once its datagram is known to be genuine. @return would_accept()
    bool accept(std::uint64_t counter) noexcept;
    /// The highest taken; 0 before the first.
    [[nodiscard]] std::uint64_t newest() const noexcept { return newest_; }

private:
    static constexpr std::uint64_t kWordBits = 64;
    /// One word more than the window needs: that of the newest counter is filled bit by bit.
    static constexpr std::size_t kWords = kWidth / kWordBits + 1;
    [[nodiscard]] static constexpr std::size_t word_of(std::uint64_t counter) noexcept {
        return static_cast<std::size_t>(counter / kWordBits % kWords);
    }
    [[nodiscard]] static constexpr std::uint64_t bit_of(std::uint64_t counter) noexcept {
        return std::uint64_t{1} << (counter % kWordBits);
    }

    std::array<std::uint64_t, kWords> words_{};
    std::uint64_t newest_ = 0;
};

}  // namespace earshot::wire
