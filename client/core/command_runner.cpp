#include "client/core/command_runner.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
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

CommandRunner::CommandRunner(std::vector<std::string> argv) : argv_(std::move(argv)) {
    if (argv_.empty()) {
        throw std::invalid_argument("a command needs a program");
    }
}

void CommandRunner::run(CommandEnvironment environment) {
    poll();
    if (children_.size() < kMaxRunning) {
        spawn(environment);
        return;
    }
    if (waiting_.size() == kMaxWaiting) {
        waiting_.pop_front();
        ++dropped_;
    }
    waiting_.push_back(std::move(environment));
}

void CommandRunner::poll() {
    for (std::size_t i = 0; i < children_.size();) {
        int status = 0;
        const pid_t ended = waitpid(children_[i], &status, WNOHANG);
        if (ended == 0 || (ended < 0 && errno == EINTR)) {
            ++i;
            continue;
        }
        if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            ++failed_;
        }
        children_[i] = children_.back();
        children_.pop_back();
    }
    while (!waiting_.empty() && children_.size() < kMaxRunning) {
        const CommandEnvironment next = std::move(waiting_.front());
        waiting_.pop_front();
        spawn(next);
    }
}

void CommandRunner::spawn(const CommandEnvironment& environment) {
    SpawnArguments with;
    posix_spawn_file_actions_addopen(&with.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
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
    std::vector<char*> argv = pointers(argv_);
    std::vector<char*> envp = pointers(variables);
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, argv.front(), &with.files, &with.attributes, argv.data(), envp.data());
    if (error != 0) {
        ++failed_;
        last_error_ = argv_.front() + ": " + std::strerror(error);
        return;
    }
    ++started_;
    children_.push_back(child);
}

}  // namespace earshot::client
