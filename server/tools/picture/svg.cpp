#include "server/tools/picture/svg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace earshot::picture {
namespace {

/// Bytes of the UTF-8 character that text begins with; 0 if it is none.
std::size_t utf8_bytes(std::string_view text) {
    const auto byte = [&](std::size_t n) { return static_cast<std::uint8_t>(text[n]); };
    if (byte(0) < 0x80) {
        return 1;
    }
    const std::size_t bytes = byte(0) >= 0xF0 ? 4 : (byte(0) >= 0xE0 ? 3 : 2);
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < bytes) {
        return 0;
    }
    for (std::size_t n = 1; n < bytes; ++n) {
        if ((byte(n) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const bool too_long =
        (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
    const bool no_character = (byte(0) == 0xED && byte(1) > 0x9F) ||
                              (byte(0) == 0xF4 && byte(1) > 0x8F) ||
                              (byte(0) == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE);
    return too_long || no_character ? 0 : bytes;
}

}  // namespace

void add(std::string& svg, const char* format, ...) {
    std::array<char, 1'024> line{};
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(line.data(), line.size(), format, arguments);
    va_end(arguments);
    svg += line.data();
    svg += '\n';
}

std::string escaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t bytes = utf8_bytes(text);
        if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (bytes == 0 || (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7F') {
            out += '?';
        } else {
            out += text.substr(0, bytes);
        }
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return out;
}

void begin_svg(std::string& svg, double width, double height, std::string_view title) {
    add(svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
        "height=\"%.0f\" role=\"img\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" "
        "font-size=\"13\" fill=\"#222\">",
        width, height, width, height);
    svg += "<title>" + escaped(title) + "</title>\n";
    add(svg, "<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\"/>", width, height);
}

void add_text(
    std::string& svg, double x, double y, std::string_view text, std::string_view attributes) {
    std::array<char, 64> place{};
    std::snprintf(place.data(), place.size(), "<text x=\"%.1f\" y=\"%.1f\" ", x, y);
    svg += place.data();
    svg += attributes;
    svg += ">" + escaped(text) + "</text>\n";
}

void add_image(std::string& svg,
               const Area& area,
               std::span<const std::uint8_t> pixels,
               std::size_t columns,
               std::span<const Colour> palette) {
    add(svg,
        "<image x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" preserveAspectRatio=\"none\"",
        area.left, area.top, area.width(), area.height());
    svg +=
        "href=\"data:image/png;base64," + base64(indexed_png(pixels, columns, palette)) + "\"/>\n";
}

std::array<Colour, 256> heat_palette() {
    constexpr std::array<std::array<double, 3>, 6> kStops = {{{255, 255, 255},
                                                              {255, 236, 186},
                                                              {252, 176, 98},
                                                              {214, 84, 88},
                                                              {124, 32, 104},
                                                              {24, 8, 48}}};
    std::array<Colour, 256> colours{};
    for (std::size_t n = 0; n < colours.size(); ++n) {
        const double at = static_cast<double>(n) / 255.0 * (kStops.size() - 1);
        const auto stop = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
        const double p = at - static_cast<double>(stop);
        for (std::size_t part = 0; part < 3; ++part) {
            colours[n][part] = static_cast<std::uint8_t>(std::lround(
                kStops[stop][part] + p * (kStops[stop + 1][part] - kStops[stop][part])));
        }
    }
    return colours;
}

}  // namespace earshot::picture
