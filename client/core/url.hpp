#pragma once

#include "common/base/errc.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::client {

/// Port of a server that was not told otherwise.
inline constexpr std::uint16_t kDefaultPort = 7800;

/// Where a server is, as a person types it or a QR code carries it.
struct ServerUrl {
    bool tls = false;
    std::string host;  ///< Name or address; an IPv6 address without its brackets.
    std::uint16_t port = kDefaultPort;
    std::string join_code;  ///< From "/j/CODE"; empty if there is none.

    /// "http://host:port", with brackets where the host needs them.
    [[nodiscard]] std::string origin() const;
    /// What a Host header carries.
    [[nodiscard]] std::string authority() const;
};

/// Reads http(s)://HOST[:PORT][/j/CODE]. Query and fragment are ignored.
[[nodiscard]] Expected<ServerUrl> parse_server_url(std::string_view text);

}  // namespace earshot::client
