#pragma once

#include "common/wire/http.hpp"

#include <string>
#include <vector>

namespace earshot::ops {

/// /healthz: the process answers.
[[nodiscard]] wire::HttpResponse healthz();
/// /readyz: 200 "ready", or 503 and one reason a line.
[[nodiscard]] wire::HttpResponse readyz(const std::vector<std::string>& reasons_against);

}  // namespace earshot::ops
