#include "server/ops/access.hpp"

#include <algorithm>
#include <cctype>

namespace earshot::ops {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// "name:7800" -> "name", "[::1]:7800" -> "[::1]".
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, std::min(host.find(']') + 1, host.size()));
    return host.substr(0, std::min(host.find(':'), host.size()));
}

bool dotted_loopback(std::string_view name) {
    return name.starts_with("127.") &&
           name.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Names that cannot be rebound to another machine's page.
bool names_this_machine(std::string_view host) {
    const std::string name = lower(without_port(host));
    return name == "localhost" || name.ends_with(".localhost") || name == "[::1]" ||
           dotted_loopback(name);
}

bool same_origin(const Caller& caller) {
    if (!caller.fetch_site.empty() && caller.fetch_site != "same-origin" &&
        caller.fetch_site != "none") {
        return false;
    }
    if (caller.origin.empty()) return true;
    const std::string origin = lower(caller.origin);
    const std::string host = lower(caller.host);
    return origin == "http://" + host || origin == "https://" + host;
}

Access refuse(int status, std::string reason) {
    return {false, status, std::move(reason)};
}

constexpr std::string_view kScheme = "bearer ";

}  // namespace

bool operator_path(std::string_view path) noexcept {
    const auto at_or_below = [path](std::string_view root) {
        return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
    };
    return at_or_below("/api") || at_or_below("/metrics");
}

Access decide_access(const Caller& caller, const AdminToken& token) {
    if (!operator_path(caller.path)) return {};
    if (!caller.authorization.empty()) {
        const bool bearer = lower(caller.authorization.substr(0, kScheme.size())) == kScheme;
        if (bearer && token.matches(caller.authorization.substr(kScheme.size()))) return {};
        return refuse(401, "this is not the server's admin token");
    }
    if (!caller.from_loopback || caller.forwarded) {
        return refuse(401,
                      "from another machine this needs the admin token of the server's data folder "
                      "(Authorization: Bearer ...)");
    }
    if (!names_this_machine(caller.host)) {
        return refuse(403, "use the address http://localhost here, or the admin token");
    }
    if (!same_origin(caller)) return refuse(403, "another site's page may not do this");
    return {};
}

}  // namespace earshot::ops
