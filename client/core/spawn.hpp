#pragma once

#include "common/base/errc.hpp"

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace earshot::client {

/// Names and values that a command finds in its environment, on top of the program's own.
using CommandEnvironment = std::vector<std::pair<std::string, std::string>>;

/// Starts a person's command, without a shell. It gets this program's standard error as output and
/// error, no other open file, and no blocked or ignored signal.
/// @param command  Program (looked up in PATH) and arguments; not empty.
/// @param input    File descriptor that becomes its standard input; -1: /dev/null.
/// Fails with one line for people. Thread: any.
[[nodiscard]] Expected<pid_t> spawn_command(std::vector<std::string> command,
                                            const CommandEnvironment& environment,
                                            int input = -1);

}  // namespace earshot::client
