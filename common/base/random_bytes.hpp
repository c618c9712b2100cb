#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace earshot {

/// Fills from the system's generator, for tokens and codes that nobody may guess.
/// Errors: throws std::runtime_error where the system gives none. Thread: any. Real-time: no.
void fill_random(std::span<std::byte> bytes);
/// So many random bytes in hexadecimal digits, two each. Errors: as fill_random().
[[nodiscard]] std::string random_hex(std::size_t bytes);

/// Compares all of both, so that how long it takes does not tell where they differ. Lengths are no
/// secret.
/// Thread: any.
[[nodiscard]] bool same_secret(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

}  // namespace earshot
