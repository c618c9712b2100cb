#include "client/core/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace earshot::client {
namespace {

std::vector<std::string> merged_environment(const CommandEnvironment& ours) {
    std::vector<std::string> merged;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        const std::string_view name = text.substr(0, text.find('='));
        bool replaced = false;
        for (const auto& [key, value] : ours) {
            replaced = replaced || key == name;
        }
        if (!replaced) {
            merged.emplace_back(text);
        }
    }
    for (const auto& [key, value] : ours) {
        // A value from the network cannot cut itself short.
        merged.push_back(key + "=" + value.substr(0, value.find('\0')));
    }
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    list.reserve(strings.size() + 1);
    for (std::string& text : strings) {
        list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
}

/// posix_spawn's two argument objects, freed on every path.
struct SpawnArguments {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
    SpawnArguments() {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnArguments() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnArguments(const SpawnArguments&) = delete;
    SpawnArguments& operator=(const SpawnArguments&) = delete;
};

}  // namespace

Expected<pid_t> spawn_command(std::vector<std::string> command,
                              const CommandEnvironment& environment,
                              int input) {
    SpawnArguments with;
    if (input >= 0) {
        posix_spawn_file_actions_adddup2(&with.files, input, STDIN_FILENO);
    } else {
        posix_spawn_file_actions_addopen(&with.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    // Standard output carries --stats; a command's chatter must not mix into it.
    posix_spawn_file_actions_adddup2(&with.files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&with.files, STDERR_FILENO + 1);

    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&with.attributes, &none);
    posix_spawnattr_setsigdefault(&with.attributes, &all);
    posix_spawnattr_setflags(&with.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::vector<std::string> variables = merged_environment(environment);
    std::vector<char*> argv = pointers(command);
    std::vector<char*> envp = pointers(variables);
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, argv.front(), &with.files, &with.attributes, argv.data(), envp.data());
    if (error != 0) {
        return Failure{Errc::io_failed, command.front() + ": " + std::strerror(error)};
    }
    return child;
}

}  // namespace earshot::client
