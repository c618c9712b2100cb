#include "server/tools/picture/png.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <string_view>

namespace earshot::picture {
namespace {

void append_u32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU));
    }
}

std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0U ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<std::uint8_t>(c)) % 65'521U;
        b = (b + a) % 65'521U;
    }
    return (b << 16U) | a;
}

void append_chunk(std::string& out, std::string_view type, std::string_view body) {
    append_u32(out, static_cast<std::uint32_t>(body.size()));
    const std::string typed = std::string(type) + std::string(body);
    out += typed;
    append_u32(out, crc32(typed));
}

/// A zlib stream of stored blocks.
std::string stored(std::string_view bytes) {
    constexpr std::size_t kMost = 65'535;
    std::string out = "\x78\x01";
    for (std::size_t at = 0; at < bytes.size(); at += kMost) {
        const std::size_t count = std::min(kMost, bytes.size() - at);
        out.push_back(at + count == bytes.size() ? '\x01' : '\x00');
        for (const std::size_t field : {count, ~count}) {
            out.push_back(static_cast<char>(field & 0xFFU));
            out.push_back(static_cast<char>((field >> 8U) & 0xFFU));
        }
        out.append(bytes.substr(at, count));
    }
    append_u32(out, adler32(bytes));
    return out;
}

}  // namespace

std::string indexed_png(std::span<const std::uint8_t> pixels,
                        std::size_t width,
                        std::span<const Colour> palette) {
    EARSHOT_ASSERT(width > 0 && pixels.size() % width == 0 && !palette.empty() &&
                   palette.size() <= 256);
    const std::size_t height = pixels.size() / width;
    std::string header;
    append_u32(header, static_cast<std::uint32_t>(width));
    append_u32(header, static_cast<std::uint32_t>(height));
    header += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bits, palette, no interlace
    std::string colours;
    for (const Colour& colour : palette) {
        for (const std::uint8_t part : colour) {
            colours.push_back(static_cast<char>(part));
        }
    }
    std::string rows;
    for (std::size_t row = 0; row < height; ++row) {
        rows.push_back('\0');  // no filter
        for (const std::uint8_t pixel : pixels.subspan(row * width, width)) {
            rows.push_back(static_cast<char>(pixel));
        }
    }
    std::string out = "\x89PNG\r\n\x1A\n";
    append_chunk(out, "IHDR", header);
    append_chunk(out, "PLTE", colours);
    append_chunk(out, "IDAT", stored(rows));
    append_chunk(out, "IEND", {});
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t word = 0;
        for (std::size_t n = 0; n < 3; ++n) {
            word = (word << 8U) | (n < count ? static_cast<std::uint8_t>(bytes[at + n]) : 0U);
        }
        for (std::size_t n = 0; n < 4; ++n) {
            out.push_back(n <= count ? kDigits[(word >> (18U - 6U * n)) & 63U] : '=');
        }
    }
    return out;
}

}  // namespace earshot::picture
