#include "common/wire/replay_window.hpp"

#include <algorithm>

namespace earshot::wire {

bool ReplayWindow::would_accept(std::uint64_t counter) const noexcept {
    if (counter > newest_) {
        return true;
    }
    if (counter == 0 || newest_ - counter >= kWidth) {
        return false;
    }
    return (words_[word_of(counter)] & bit_of(counter)) == 0;
}

bool ReplayWindow::accept(std::uint64_t counter) noexcept {
    if (!would_accept(counter)) {
        return false;
    }
    if (counter > newest_) {
        const std::uint64_t left_behind = counter / kWordBits - newest_ / kWordBits;
        const auto steps = std::min<std::uint64_t>(left_behind, kWords);
        for (std::uint64_t i = 1; i <= steps; ++i) {
            words_[static_cast<std::size_t>((newest_ / kWordBits + i) % kWords)] = 0;
        }
        newest_ = counter;
    }
    words_[word_of(counter)] |= bit_of(counter);
    return true;
}

}  // namespace earshot::wire
