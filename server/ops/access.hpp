#pragma once

#include "common/wire/http.hpp"
#include "server/ops/admin_token.hpp"

namespace earshot::ops {

/// May this request be answered? Pages, /healthz and /readyz are for all; /metrics and /api need
/// loopback or `Authorization: Bearer TOKEN`. Thread: any.
[[nodiscard]] bool permitted(const wire::HttpRequest& request, const AdminToken& token);

}  // namespace earshot::ops
