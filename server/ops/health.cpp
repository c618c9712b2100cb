#include "server/ops/health.hpp"

namespace earshot::ops {

wire::HttpResponse healthz() {
    wire::HttpResponse response;
    response.body = "ok\n";
    return response;
}

wire::HttpResponse readyz(const std::vector<std::string>& reasons_against) {
    wire::HttpResponse response;
    if (reasons_against.empty()) {
        response.body = "ready\n";
        return response;
    }
    response.status = 503;
    for (const std::string& reason : reasons_against) response.body += reason + '\n';
    return response;
}

}  // namespace earshot::ops
