#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::wire {

/// Reads a number at an offset: little-endian, whatever the machine; compiles to one load where
/// that is the machine's order.
/// @pre at + sizeof(T) <= bytes.size()
template <std::unsigned_integral T>
[[nodiscard]] T load_le(std::span<const std::byte> bytes, std::size_t at) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value |= std::to_integer<std::uint64_t>(bytes[at + i]) << (8 * i);
    }
    return static_cast<T>(value);
}

/// Writes a number at an offset.
/// @pre at + sizeof(T) <= bytes.size()
template <std::unsigned_integral T>
void store_le(std::span<std::byte> bytes, std::size_t at, T value) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bytes[at + i] = static_cast<std::byte>((std::uint64_t{value} >> (8 * i)) & 0xFFU);
    }
}

}  // namespace earshot::wire
