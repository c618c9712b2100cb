#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace earshot::picture {

/// Red, green, blue.
using Colour = std::array<std::uint8_t, 3>;

/// A PNG of 256 colours at most, its pixels stored without compression (RFC 2083, RFC 1950).
/// @param pixels   Shape [height][width]: indices into the palette.
/// @param palette  1 to 256 colours.
/// @pre pixels.size() is a multiple of width
[[nodiscard]] std::string indexed_png(std::span<const std::uint8_t> pixels,
                                      std::size_t width,
                                      std::span<const Colour> palette);

/// RFC 4648 section 4.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace earshot::picture
