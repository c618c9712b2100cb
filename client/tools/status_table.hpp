#pragma once

#include "common/base/errc.hpp"

#include <string>
#include <string_view>

namespace earshot::admin {

/// Text from outside with every control character replaced, so that it cannot move the cursor of
/// the terminal it is shown on.
[[nodiscard]] std::string printable(std::string_view text);

/// The server's status (GET /api/v1/status) as tables for a person. Members that are not there are
/// shown as "-", members that are not known are left out.
[[nodiscard]] Expected<std::string> status_table(std::string_view json);

/// The server's lead (GET /api/v1/lead) as one line.
[[nodiscard]] Expected<std::string> lead_line(std::string_view json);

/// Likewise the lockstep report (GET /api/v1/lockstep.json): what was given to whom, how large the
/// errors were, and each listener, the one with the largest error first.
[[nodiscard]] Expected<std::string> lockstep_table(std::string_view json);

}  // namespace earshot::admin
