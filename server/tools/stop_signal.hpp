#pragma once

namespace earshot::tools {

/// From now on SIGINT, SIGTERM and SIGHUP do not end the program but are remembered.
void catch_stop_signals();
/// True once one of them came.
[[nodiscard]] bool stop_wanted() noexcept;

}  // namespace earshot::tools
