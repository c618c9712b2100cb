#pragma once

#include "server/ops/admin_token.hpp"

#include <string>
#include <string_view>

namespace earshot::ops {

/// What the access rule looks at in a request; header values are empty if there is no such header.
struct Caller {
    std::string_view path{};           ///< Decoded.
    bool from_loopback = false;        ///< The socket's peer is this machine.
    std::string_view authorization{};  ///< "Bearer ..."
    std::string_view host{};
    std::string_view origin{};
    std::string_view fetch_site{};  ///< Sec-Fetch-Site
    bool forwarded = false;  ///< Forwarded, X-Forwarded-For or Via: somebody else stands behind.
};

struct Access {
    bool granted = true;
    int status = 200;    ///< 401 or 403 when refused.
    std::string reason;  ///< For people: what to do.
};

/// Who may ask for what: /metrics and /api are for the operator, all else is open. The operator
/// is whoever presents the admin token, or sits at the server's own machine; a page from
/// elsewhere in a browser there (another origin, a name rebound to 127.0.0.1) or a proxy there
/// does not count as sitting there.
/// Thread: any. Pure.
[[nodiscard]] Access decide_access(const Caller& caller, const AdminToken& token);

/// True for paths that only the operator may ask for.
[[nodiscard]] bool operator_path(std::string_view path) noexcept;

/// Builds a Caller from a request with members path, from_loopback and headers (names in lower
/// case), as wire::HttpRequest has them. The result borrows from the request.
template <class Request>
[[nodiscard]] Caller caller_of(const Request& request) {
    const auto header = [&](std::string_view name) -> std::string_view {
        const auto found = request.headers.find(name);
        return found == request.headers.end() ? std::string_view{}
                                              : std::string_view(found->second);
    };
    return {.path = request.path,
            .from_loopback = request.from_loopback,
            .authorization = header("authorization"),
            .host = header("host"),
            .origin = header("origin"),
            .fetch_site = header("sec-fetch-site"),
            .forwarded = !header("forwarded").empty() || !header("x-forwarded-for").empty() ||
                         !header("via").empty()};
}

}  // namespace earshot::ops
