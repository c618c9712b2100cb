#include "server/ops/access.hpp"

#include <string_view>

namespace earshot::ops {
namespace {

bool under(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

bool permitted(const wire::HttpRequest& request, const AdminToken& token) {
    if (!under(request.path, "/metrics") && !under(request.path, "/api")) return true;
    if (request.from_loopback) return true;
    constexpr std::string_view kBearer = "Bearer ";
    const auto header = request.headers.find("authorization");
    if (header == request.headers.end()) return false;
    const std::string_view value = header->second;
    return value.starts_with(kBearer) && token.matches(value.substr(kBearer.size()));
}

}  // namespace earshot::ops
