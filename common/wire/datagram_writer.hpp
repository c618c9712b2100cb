#pragma once

#include "common/wire/datagram.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace earshot::wire {

class DatagramSealer;

/// Puts one datagram together in a buffer of its own.
/// Thread: one owner. Allocates nothing.
class DatagramWriter {
public:
    /// Begins a datagram, in place of the last one.
    /// @param sealer  Null: plain. Used by finish(), and outlives it.
    void begin(const DatagramHead& head, DatagramWay way, DatagramSealer* sealer) noexcept;
    /// What still fits into the body.
    [[nodiscard]] std::size_t room() const noexcept { return end_ - size_; }
    /// @return false if there is no room; nothing is written then.
    [[nodiscard]] bool append(std::span<const std::byte> bytes) noexcept;
    /// Overwrites one byte of the body. @pre it was appended
    void put(std::size_t at, std::byte value) noexcept;
    /// Ends it. @return the whole datagram, until the next begin(); empty if it cannot be sealed.
    [[nodiscard]] std::span<const std::byte> finish() noexcept;

private:
    std::array<std::byte, kMaxDatagramBytes> bytes_{};
    std::size_t size_ = 0;
    std::size_t end_ = 0;
    DatagramWay way_ = DatagramWay::down;
    DatagramSealer* sealer_ = nullptr;
};

}  // namespace earshot::wire
