#include "client/core/url.hpp"

#include <algorithm>
#include <charconv>

namespace earshot::client {
namespace {

Failure bad(std::string_view text, std::string_view why) {
    return {Errc::bad_value, "\"" + std::string{text} + "\" is not a server's address: " +
                                 std::string{why} + "; expected http://HOST[:PORT][/j/CODE]"};
}

bool starts_with_scheme(std::string_view text, std::string_view scheme) {
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(), [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
}

bool is_code_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

bool is_host_character(char c) {
    return is_code_character(c) || c == '.' || c == '_' || c == ':' || c == '%';
}

}  // namespace

std::string ServerUrl::authority() const {
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ServerUrl::origin() const {
    return (tls ? "https://" : "http://") + authority();
}

Expected<ServerUrl> parse_server_url(std::string_view text) {
    ServerUrl url;
    std::string_view rest = text;
    if (starts_with_scheme(rest, "http://")) {
        rest.remove_prefix(7);
    } else if (starts_with_scheme(rest, "https://")) {
        url.tls = true;
        rest.remove_prefix(8);
    } else {
        return bad(text, "it does not start with http:// or https://");
    }
    const std::size_t path_at = std::min(rest.find_first_of("/?#"), rest.size());
    std::string_view authority = rest.substr(0, path_at);
    std::string_view path = rest.substr(path_at);
    path = path.substr(0, std::min(path.find_first_of("?#"), path.size()));

    if (authority.find('@') != std::string_view::npos) {
        return bad(text, "it carries a user name, and Earshot has no accounts");
    }
    std::string_view port;
    bool has_port = false;
    if (!authority.empty() && authority.front() == '[') {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos) {
            return bad(text, "the ']' of the IPv6 address is missing");
        }
        url.host = authority.substr(1, close - 1);
        authority.remove_prefix(close + 1);
        if (!authority.empty()) {
            if (authority.front() != ':') {
                return bad(text, "there is something between ']' and the port");
            }
            has_port = true;
            port = authority.substr(1);
        }
    } else {
        const std::size_t colon = authority.find(':');
        if (colon != authority.rfind(':')) {
            return bad(text, "an IPv6 address needs [brackets]");
        }
        url.host = authority.substr(0, std::min(colon, authority.size()));
        if (colon != std::string_view::npos) {
            has_port = true;
            port = authority.substr(colon + 1);
        }
    }
    if (url.host.empty()) {
        return bad(text, "the host is missing");
    }
    if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
        return bad(text, "the host has a character that hosts cannot have");
    }
    if (has_port) {
        unsigned number = 0;
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
        if (error != std::errc{} || end != port.data() + port.size() || number == 0 ||
            number > 65'535) {
            return bad(text, "the port is not a number from 1 to 65535");
        }
        url.port = static_cast<std::uint16_t>(number);
    }
    if (path.empty() || path == "/") {
        return url;
    }
    if (path.substr(0, 3) != "/j/") {
        return bad(text, "only the path of a join link, /j/CODE, can follow the host");
    }
    std::string_view code = path.substr(3);
    if (!code.empty() && code.back() == '/') {
        code.remove_suffix(1);
    }
    if (code.empty() || code.size() > 64 ||
        !std::all_of(code.begin(), code.end(), is_code_character)) {
        return bad(text, "the join code is not 1 to 64 letters, digits or hyphens");
    }
    url.join_code = code;
    return url;
}

}  // namespace earshot::client
