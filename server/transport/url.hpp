#pragma once

#include "common/base/result.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace earshot::transport {

/// A request target, decoded.
struct Target {
    std::string
        path;  ///< Starts with '/'; no ".", ".." or empty segment inside, no control character.
    std::map<std::string, std::string, std::less<>> query;  ///< Of repeated names, the last.
};

/// Decodes an HTTP request target in origin form ("/path?name=value", RFC 9112 section 3.2.1).
/// Fails with Errc::bad_value: another form, a bad escape, an escaped slash, NUL or control
/// character, a "." or ".." segment; Errc::payload_too_large above 4 KiB.
/// Thread: any.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// True for what may stand in a Host header ("name", "1.2.3.4:7800", "[::1]:7800"), so that it may
/// be repeated in a Location.
[[nodiscard]] bool valid_host(std::string_view host) noexcept;

}  // namespace earshot::transport
