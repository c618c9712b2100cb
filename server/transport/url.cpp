#include "server/transport/url.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace earshot::transport {
namespace {

constexpr std::size_t kMaxTargetBytes = 4096;

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
}

enum class Part { path, query };

/// @return false at a bad escape or a character that must not come out of one.
bool decode(std::string_view text, Part part, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return false;
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return false;
            c = static_cast<char>(high * 16 + low);
            i += 2;
            // An escaped slash would split a segment after the segments were checked.
            if (part == Part::path && (c == '/' || c == '\\')) return false;
        } else if (part == Part::query && c == '+') {
            c = ' ';
        }
        if (is_control(c)) return false;
        out += c;
    }
    return true;
}

bool decode_path(std::string_view text, std::string& out) {
    if (text.empty() || text.front() != '/') return false;
    out.clear();
    std::string segment;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::size_t end = std::min(text.find('/'), text.size());
        const bool last = end == text.size();
        if (!decode(text.substr(0, end), Part::path, segment)) return false;
        if (segment == "." || segment == ".." || (segment.empty() && !last)) return false;
        if (segment.find('\\') != std::string::npos) return false;
        out += '/';
        out += segment;
        text.remove_prefix(end);
    }
    return true;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
    if (target.size() > kMaxTargetBytes) return Errc::payload_too_large;
    Target decoded;
    const std::size_t mark = std::min(target.find('?'), target.size());
    if (!decode_path(target.substr(0, mark), decoded.path)) return Errc::bad_value;
    std::string_view rest = target.substr(std::min(mark + 1, target.size()));
    std::string name;
    std::string value;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (!decode(pair.substr(0, equals), Part::query, name) ||
            !decode(pair.substr(std::min(equals + 1, pair.size())), Part::query, value)) {
            return Errc::bad_value;
        }
        decoded.query[name] = value;
    }
    return decoded;
}

bool valid_host(std::string_view host) noexcept {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
    return !host.empty() && host.size() <= 255 &&
           host.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace earshot::transport
