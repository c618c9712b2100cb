#pragma once

#include "server/tools/picture/png.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace earshot::picture {

/// Where something is drawn, in points of the picture; y grows downwards.
struct Area {
    double left = 0.0;
    double top = 0.0;
    double right = 0.0;
    double bottom = 0.0;

    [[nodiscard]] double width() const noexcept { return right - left; }
    [[nodiscard]] double height() const noexcept { return bottom - top; }
};

/// Appends printf's text, at most 1 kB, and a line's end. Words from outside are appended by
/// themselves, escaped().
[[gnu::format(printf, 2, 3)]] void add(std::string& svg, const char* format, ...);

/// Words as text of XML or HTML, or inside of quotes. What may not stand there becomes '?'.
[[nodiscard]] std::string escaped(std::string_view text);

/// The first line of a picture: size, fonts, white ground; and its name for screen readers.
void begin_svg(std::string& svg, double width, double height, std::string_view title);

/// A text of one line. @param attributes  Further ones, as written: "fill=\"#555\"".
void add_text(
    std::string& svg, double x, double y, std::string_view text, std::string_view attributes = {});

/// An image of palette indices, stretched over an area.
/// @param pixels  Shape [rows][columns].
void add_image(std::string& svg,
               const Area& area,
               std::span<const std::uint8_t> pixels,
               std::size_t columns,
               std::span<const Colour> palette);

/// White for nothing, through yellow and red to near black: readable in print and when colours are
/// hard to tell apart, because lightness alone carries the value.
[[nodiscard]] std::array<Colour, 256> heat_palette();

}  // namespace earshot::picture
