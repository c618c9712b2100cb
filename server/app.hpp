#pragma once

#include "common/base/log.hpp"
#include "server/options.hpp"

namespace earshot::server {

/// The composition root: makes every part, wires them, starts and stops them in order.
/// @return the process's exit code.
/// @throws std::exception  with one line for a person, if something cannot start.
int run_app(const Options& options, Log& log);

/// Reads and checks what run_app() would use, prints a summary; starts nothing.
int check_config(const Options& options);

}  // namespace earshot::server
