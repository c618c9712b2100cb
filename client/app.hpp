#pragma once

#include "client/options.hpp"

#include <memory>

namespace earshot::client {

/// The listener program: puts sink, player, session and connection together, and ends them in
/// order.
/// Thread: the one that constructs it runs the network; the sink brings its own.
class App {
public:
    /// Opens files and directories. @throws std::runtime_error  one line for people.
    explicit App(const Options& options);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    /// Plays until told to end. @return the exit code. @throws std::runtime_error  one line.
    int run();

private:
    class Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace earshot::client
