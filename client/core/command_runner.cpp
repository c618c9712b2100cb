#include "client/core/command_runner.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <stdexcept>

namespace earshot::client {

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
    const auto child = spawn_command(argv_, environment);
    if (!child) {
        ++failed_;
        last_error_ = child.failure().text;
        return;
    }
    ++started_;
    children_.push_back(*child);
}

}  // namespace earshot::client
